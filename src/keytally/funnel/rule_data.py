"""Which rules of the funnel may a company change from a day on: criteria, gates, weights, leaders, purposes."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext_lazy as _

from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set
from keytally.funnel.rules.default_gates import default_gates
from keytally.funnel.rules.gate_data import faults, read_profile
from keytally.funnel.rules.gates import GateProfile

GATES = "funnel.gates"


def declare_rules() -> None:
    """Declare the gates with their default."""
    register_rule_set(
        GATES,
        default=default_gates,
        check=_problems,
        label=_("Gates of the funnel"),
        errors={
            "GATES_SHAPE": _("This is no set of gates: criteria, stages and the list of 50 % belong to it."),
            "GATES_STAGES": _("The funnel has its six stages, no more and no fewer."),
            "CRITERION_NAME": _("The criterion %(code)s needs a name in both languages, %(most)s characters at most."),
            "CRITERION_DAYS": _("Evidence of %(code)s holds for 1 to %(most)s days, or for good."),
            "STAGE_WITHOUT_LEADER": _("The stage %(stage)s is led by at least one role."),
            "STAGE_STALE_DAYS": _("The stage %(stage)s is stale after 1 to %(most)s days."),
            "GATE_ASKS_NOTHING": _("The gate of %(stage)s asks for nothing (%(size)s): choose criteria."),
            "GATE_NAMES_TWICE": _("The gate of %(stage)s names a criterion twice (%(size)s)."),
            "GATE_CRITERION_UNKNOWN": _("The gate of %(stage)s names criteria that are not in the list: %(criteria)s."),
            "GATE_NEEDS_TOO_MANY": _(
                "The gate of %(stage)s needs %(needed)s out of %(most)s (%(size)s): at least 1, at most all of them."
            ),
            "WEIGHT_NO_PERCENT": _("A weight is a whole per cent between 0 and 100."),
            "WEIGHTS_DO_NOT_RISE": _("The weights rise from stage to stage."),
            "NEGOTIATION_LIST_DIFFERS": _(
                "The gate of negotiation says that it follows the list %(list)s, but its criteria differ: choose “own”."
            ),
        },
    )


def gate_profile(*, as_of: date) -> GateProfile:
    """Read the gates in force on a day."""
    return read_profile(rule_set(GATES, as_of=as_of))


def _problems(content: Content) -> Collection[Problem]:
    return [Problem(fault.where, fault.code, fault.parameters) for fault in faults(content)]
