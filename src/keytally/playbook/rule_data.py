"""Which rules of the playbook may a company change from a day on: the clock of the support centre."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_lazy as _

from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set

CLOCK = "playbook.support_clock"
DEFAULT_WORKING_DAYS = 2
MOST_WORKING_DAYS = 30


def declare_rules() -> None:
    """Declare the set of rules with its default."""
    register_rule_set(
        CLOCK,
        default={"working_days": DEFAULT_WORKING_DAYS},
        check=_problems,
        label=_("Clock of the support centre"),
        errors={"CLOCK_DAYS": _("An answer is due after 1 to 30 working days.")},
    )


def working_days(*, as_of: date) -> int:
    """Read within how many working days an answer is due."""
    return int(rule_set(CLOCK, as_of=as_of)["working_days"])


def _problems(content: Content) -> Collection[Problem]:
    days = content.get("working_days")
    return [] if type(days) is int and 1 <= days <= MOST_WORKING_DAYS else [Problem("working_days", "CLOCK_DAYS")]
