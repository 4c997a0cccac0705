"""Figures and icons as every page shows them."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from keytally.core.access import person_in
from keytally.core.sensitivity import DOTS, PERSONAL, SENSITIVITY_LABELS, Hidden, Sensitivity, shown

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


@register.filter
def sensitivity_label(token: str) -> str:
    """Name the class of an export."""
    return str(SENSITIVITY_LABELS[Sensitivity(token)])


@register.simple_tag(takes_context=True)
def guarded(context: template.Context, value: object, field: str, about: int | None = None) -> object:
    """Show a sensitive field, named as `kind.field`, to whom it is open; dots with the reason to everyone else."""
    kind, _dot, name = field.partition(".")
    person = person_in(context["request"])
    seen = shown(value, person=person, kind=kind, field=name, about=about) if person else Hidden(PERSONAL.sensitivity)
    if isinstance(seen, Hidden):
        return format_html(
            '<span class="muted" title="{0}">{1}<span class="visually-hidden"> {0}</span></span>', seen.reason, DOTS
        )
    return "" if seen is None else seen


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
