"""Words of negotiation in templates."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import template

from keytally.core.sensitivity import DOTS
from keytally.negotiation.labels import FORMS, PHASE_REASONS, PHASES, RESULTS, STATES, WARNINGS, Form, Result, State
from keytally.negotiation.queries.chart import percent as percent_of
from keytally.negotiation.rules.pattern import GRADES
from keytally.negotiation.rules.phases import Phase
from keytally.playbook.labels import DIFFICULTIES, METHODS, TACTICS, spoken
from keytally.playbook.rules.tags import BuyerMethod, Difficulty, TacticCode

if TYPE_CHECKING:
    from fractions import Fraction

    from django.utils.functional import Promise

register = template.Library()


@register.filter
def negotiation_state(code: str) -> "Promise | str":
    """Name a state."""
    return STATES[State(code)]


@register.filter
def phase_name(code: str) -> "Promise | str":
    """Name a phase."""
    return PHASES[Phase(code)]


@register.filter
def phase_reason(code: str) -> "Promise | str":
    """Say why a phase is proposed."""
    return PHASE_REASONS[code]


@register.filter
def tactic_name(code: str) -> "Promise | str":
    """Name a tactic."""
    return TACTICS[TacticCode(code)]


@register.filter
def result_name(code: str) -> "Promise | str":
    """Name how a tactic ended."""
    return RESULTS[Result(code)] if code else ""


@register.filter
def form_name(code: str) -> "Promise | str":
    """Name whose contract form changed hands."""
    return FORMS[Form(code)]


@register.filter
def mark_name(code: str) -> "Promise | str":
    """Name a difficulty or a buyer's method."""
    return DIFFICULTIES[Difficulty(code)] if code in set(Difficulty) else METHODS[BuyerMethod(code)]


@register.filter
def said(texts: Mapping[str, Any], name: str) -> str:
    """Choose the reader's language of a tactic's text."""
    return spoken(texts[f"{name}_zh"], texts[f"{name}_en"])


@register.filter
def percent(share: "Fraction") -> str:
    """Write a share as whole per cent."""
    return f"{percent_of(share)} %"


@register.filter
def at(mapping: Mapping[Any, Any], key: Any) -> Any:  # noqa: ANN401 - a look-up
    """Look something up."""
    return mapping.get(key)


@register.filter
def words(issue: Any, level: int) -> str:  # noqa: ANN401 - an issue
    """Write a level of an issue."""
    return str(issue.words(level))


@register.filter
def grade(code: str) -> str:
    """Name how grave a warning is, for its look."""
    return GRADES[code].value.lower()


@register.simple_tag
def warning(found: Mapping[str, Any], names: Mapping[str, Any], sees: bool) -> str:  # noqa: FBT001 - a tag's own
    """Word what the pattern watch says; shares of our room only for whoever may know the walk-away."""
    issue = names.get(found["issue"])
    count = (found["size"] or 0) // 1_000_000
    facts = {
        "issue": issue.name if issue else "",
        "earlier": found["earlier"] or "",
        "size": _share(found["size"]) if sees else DOTS,
        "before": _share(found["before"]) if sees else DOTS,
        "count": count,
    }
    return str(WARNINGS[found["code"]]) % facts


def _share(ppm: int | None) -> str:
    return "" if ppm is None else f"{(ppm + 5_000) // 10_000} %"
