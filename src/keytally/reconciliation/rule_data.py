"""Which rules of reconciling are data: by when is a month settled, and a deduction answered?"""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set
from keytally.reconciliation.rules.month_board import DEFAULT_DAY, settle_by

if TYPE_CHECKING:
    from keytally.reconciliation.models import Reconciliation

CLOCKS = "reconciliation.clocks"
DEDUCTION_DAYS = 15
"""Days in which a deduction without a document of ours is answered, before most contracts let it stand."""

MOST_DAYS = 365


def declare_rules() -> None:
    """Declare the clocks with their defaults."""
    register_rule_set(
        CLOCKS,
        default={"settle_by_day": DEFAULT_DAY, "deduction_days": DEDUCTION_DAYS},
        check=_problems,
        label=_("Clocks of reconciling"),
        errors={
            "CLOCK_DAY": _("A month is settled by a day from 1 to 31 of the next."),
            "CLOCK_DEDUCTION": _("A deduction is answered within 1 to 365 days."),
        },
    )


def settle_by_day(*, as_of: date) -> int:
    """Read by which day of the next month a month is settled."""
    return int(rule_set(CLOCKS, as_of=as_of)["settle_by_day"])


def deadline_of(found: "Reconciliation", *, day: int) -> date | None:
    """Say by when a reconciliation is settled: by its own deadline, else by the day of the month after its own."""
    if found.deadline or not found.month or found.account_id is None:
        return found.deadline
    return settle_by(found.month, day=day)


def deduction_days(*, as_of: date) -> int:
    """Read in how many days a deduction without a document of ours is answered."""
    return int(rule_set(CLOCKS, as_of=as_of)["deduction_days"])


def _problems(content: Content) -> Collection[Problem]:
    day, days = content.get("settle_by_day"), content.get("deduction_days")
    found = []
    if not isinstance(day, int) or not 1 <= day <= 31:
        found.append(Problem("settle_by_day", "CLOCK_DAY"))
    if not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
        found.append(Problem("deduction_days", "CLOCK_DEDUCTION"))
    return found
