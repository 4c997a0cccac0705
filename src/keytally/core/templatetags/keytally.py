"""Figures and icons as every page shows them."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

MINUS = "\N{MINUS SIGN}"
_ACTIONS = {
    "person.add": _("Added"),
    "person.roles": _("Roles changed"),
    "person.change": _("Changed"),
    "person.password": _("Password changed"),
}
_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """Show minor units as an amount with separators, the same in every language."""
    return _scaled(minor, places=_DECIMALS.get(currency, 2))


@register.filter
def quantity(thousandths: int | None) -> str:
    """Show thousandths as a quantity with separators, without idle zeros."""
    shown = _scaled(thousandths, places=3)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@register.filter
def count(number: int | None) -> str:
    """Show a whole number with separators, the same in every language."""
    return _scaled(number, places=0)


@register.filter
def action(code: str) -> str:
    """Word what an audit entry about a person says was done."""
    return str(_ACTIONS.get(code, code))


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite; it says nothing, so words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("bundle/icons.svg"),
        name,
    )


def _scaled(number: int | None, *, places: int) -> str:
    if number is None or isinstance(number, str):
        return ""
    whole, part = divmod(abs(number), 10**places)
    sign = MINUS if number < 0 else ""
    return f"{sign}{whole:,}.{part:0{places}d}" if places else f"{sign}{whole:,}"
