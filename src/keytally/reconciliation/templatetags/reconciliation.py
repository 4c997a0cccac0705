"""Figures and words of a reconciliation, as the reader writes them."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from keytally.core.templatetags.keytally import MINUS, money
from keytally.reconciliation.labels import (
    CLASS_HINTS,
    COLUMN_LABELS,
    RULE_LABELS,
    SIDE_LABELS,
    STANDING_LABELS,
    Label,
    action_label,
    class_label,
)
from keytally.reconciliation.rules import WIDTH, BridgeRow
from keytally.reconciliation.rules.month_board import Standing

register = template.Library()


@register.filter
def class_name(token: str) -> str:
    """Name a class or cause."""
    name = class_label(token)
    return name[:1].upper() + name[1:]


@register.filter
def class_hint(token: str) -> Label:
    """Say what a class means."""
    return CLASS_HINTS.get(token, "")


@register.filter
def rule_name(token: str) -> Label:
    """Name a matching rule; a rule a person wrote keeps its own name."""
    return RULE_LABELS.get(token, token)


@register.filter
def column_name(token: str) -> Label:
    """Name a canonical column."""
    return COLUMN_LABELS.get(token, token)


@register.filter
def side_name(token: str) -> Label:
    """Name a side."""
    return SIDE_LABELS.get(token, token)


@register.filter
def action_name(action: str) -> str:
    """Say what somebody did."""
    return action_label(action)


@register.filter
def unit_price(millionths: int | None) -> str:
    """Write a unit price kept in millionths, with two decimals at least.

    >>> unit_price(18_900_000), unit_price(1_234_500)
    ('18.90', '1.2345')
    """
    if millionths is None:
        return ""
    whole, _point, decimals = f"{abs(Decimal(millionths).scaleb(-6)):,f}".partition(".")
    sign = MINUS if millionths < 0 else ""
    return f"{sign}{whole}.{decimals.rstrip('0').ljust(2, '0')}"


@register.filter
def signed_money(minor: int | None, currency: str = "CNY") -> str:
    """Write a difference with its sign, so that more and less are told apart without color."""
    shown = money(minor, currency)
    return f"+{shown}" if minor and minor > 0 else shown


@register.simple_tag
def bridge_bar(row: BridgeRow) -> SafeString:
    """Draw the bar of a bridge row on its track; the figure stands beside it, so the drawing is hidden from readers."""
    kind = row.kind.value.lower() if row.kind.value != "CAUSE" else ("down" if row.amount_minor < 0 else "up")
    return format_html(
        '<svg class="kt-bar kt-bar-{}" viewBox="0 0 {} 20" preserveAspectRatio="none" aria-hidden="true">'
        '<rect x="{}" y="2" width="{}" height="16"></rect></svg>',
        kind,
        WIDTH,
        row.start,
        row.length,
    )


@register.filter
def standing_name(token: str) -> Label:
    """Say where a month stands."""
    return STANDING_LABELS.get(Standing(token), token) if token in set(Standing) else token
