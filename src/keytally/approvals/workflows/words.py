"""The sentences about workflows that do not fit, and their names in lists of rules."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

Label = Promise | str

ERRORS: Mapping[str, Label] = {
    "UNREADABLE": _("%(where)s: %(fault)s. Correct it there; nothing was kept."),
    "CODE_CHANGED": _("The code of a workflow stays %(code)s; requests are submitted under it."),
    "STEP_TWICE": _("Two steps have the number %(where)s; give one of them another."),
    "FIELD_TWICE": _("Two facts have the key %(where)s; give one of them another."),
    "NO_STEPS": _("The workflow has no steps; add at least one."),
    "NAME_MISSING": _("%(where)s lacks a name in Chinese or in English; enter both."),
    "TOO_LONG": _(
        "%(where)s is too long: at most 32 letters for a number or key, 120 for a Chinese name, 200 for an English one."
    ),
    "DEADLINE_OUT_OF_RANGE": _(
        "The deadline of step %(where)s must lie between 0 and 250 working days, 240 hours or 600 minutes."
    ),
    "CHOICES_MISSING": _("The fact %(where)s needs choices exactly if it is chosen from a list."),
    "CURRENCY_UNKNOWN": _("%(detail)s is no currency; write its three letters, as CNY."),
    "BOUND_NOT_POSITIVE": _("The bound of %(where)s must be more than zero, since every request asks for more."),
    "ROLES_OR_LIMITS": _("Step %(where)s needs either roles or the limits, not both and not neither."),
    "LIMITS_MISSING": _("Step %(where)s is decided by limits, but there are none, or it is no decision."),
    "ROLE_CANNOT_DECIDE": _(
        "In step %(where)s the requester or a dotted line would decide; name a role or a manager who does."
    ),
    "DEADLINE_MISSING": _("Step %(where)s has no deadline; say how many working days, hours or minutes it may take."),
    "NOBODY_DECIDES": _("No step certainly decides; one decision must hold without a condition."),
    "LIMITS_NOT_USED_ONCE": _("Exactly one step must be decided by the limits."),
    "LIMITS_CAN_BE_PASSED": _("The step decided by limits may be neither optional nor conditional."),
    "AMOUNT_MUST_BE_ASKED": _("The limits are in money, so a request must say an amount."),
    "ROLE_UNKNOWN": _("%(where)s names the role %(detail)s, which does not exist."),
    "LAST_LEVEL_BOUNDED": _("The last level of the limits must be without an upper bound and without a condition."),
    "LEVEL_EMPTY": _("%(where)s has nobody who decides."),
    "LEVEL_NAMES_NO_ROLE": _("%(where)s must name roles, not the requester or a manager."),
    "LARGER_GOES_LOWER": _("%(where)s would decide larger amounts than %(detail)s with less authority."),
    "BOUNDS_FALL": _("The bound of %(where)s must be higher than that of %(detail)s."),
    "FACT_UNKNOWN": _("%(where)s looks at the fact %(detail)s, which no request says."),
    "FACT_NOT_REQUIRED": _("%(where)s looks at the fact %(detail)s, which a request may leave out; make it required."),
    "FACT_HAS_NO_ORDER": _("%(where)s compares the fact %(detail)s as a number, but it is none."),
    "VALUE_OF_TEST": _("%(where)s tests the fact %(detail)s against the wrong kind of value."),
}


def label(code: str) -> Label:
    """Name a workflow among the rules."""
    return format_lazy("{}: {}", _("Workflow"), code)
