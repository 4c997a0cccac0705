"""Words and figures of prospecting as pages show them."""

from collections.abc import Mapping
from typing import Any

from django import template

from keytally.core.templatetags.keytally import money
from keytally.prospecting import labels
from keytally.prospecting.queries.matching import Known
from keytally.prospecting.queries.work import item_name as named
from keytally.prospecting.rules.cadence import CallReason, Outcome, TouchKind
from keytally.prospecting.rules.fit import Advice, Part, Reason, Trigger
from keytally.prospecting.rules.preparation import Item, Personality, Willingness
from keytally.prospecting.rules.searches import SearchFamily
from keytally.prospecting.rules.sources import LeadSource

register = template.Library()

_WORDS: Mapping[str, tuple[Any, Mapping[Any, Any]]] = {
    "state": (labels.LeadState, labels.LEAD_STATES),
    "source": (LeadSource, labels.SOURCES),
    "action": (labels.ActionKind, labels.ACTIONS),
    "touch": (TouchKind, labels.TOUCHES),
    "outcome": (Outcome, labels.OUTCOMES),
    "advice": (Advice, labels.ADVICE),
    "part": (Part, labels.PARTS),
    "drop": (labels.DropReason, labels.DROP_REASONS),
    "assessment": (labels.Assessment, labels.ASSESSMENTS),
    "occasion": (labels.OccasionKind, labels.OCCASIONS),
    "willingness": (Willingness, labels.WILLINGNESS),
    "personality": (Personality, labels.PERSONALITIES),
    "family": (SearchFamily, labels.FAMILIES),
}


@register.filter
def called(code: str, kind: str) -> str:
    """Name a code of a kind in the reader's language; nothing for none."""
    known, words = _WORDS[kind]
    return str(words[known(code)]) if code else ""


@register.filter
def fit_words(reason: Reason, currency: str = "CNY") -> str:
    """Say why a part of the fit has its points."""
    shown = dict(reason.parameters)
    for name in ("volume", "capacity", "budget", "deal"):
        if f"{name}_minor" in shown:
            shown[name] = money(shown[f"{name}_minor"], currency)
    if "triggers" in shown:
        shown["triggers"] = "; ".join(str(labels.TRIGGERS[Trigger(one)]) for one in shown["triggers"])
    if "names" in shown:
        shown["names"] = ", ".join(shown["names"])
    return str(labels.FIT_REASONS[reason.code]) % shown


@register.filter
def turn_words(reason: tuple[CallReason, int]) -> str:
    """Say why it is a lead's turn."""
    return str(labels.CALL_REASONS[reason[0]]) % {"number": reason[1]}


@register.filter
def item_name(item: Item) -> str:
    """Name an item of the checklist."""
    return named(item)


@register.filter
def known_words(known: Known) -> str:
    """Say what a company that is known shares with the one that was found."""
    return known.words


@register.filter
def percent(ppm: int | None) -> str:
    """Write parts per million as a percentage with one digit; a dash where nothing can be divided.

    >>> percent(425000), percent(None)
    ('42.5 %', '-')
    """
    if ppm is None:
        return "-"
    tenths = (ppm + 500) // 1000
    return f"{tenths // 10}.{tenths % 10} %"


@register.filter
def lead_action(code: str) -> str:
    """Word what an audit entry about a lead says was done."""
    return str(labels.AUDIT_ACTIONS.get(code, code))
