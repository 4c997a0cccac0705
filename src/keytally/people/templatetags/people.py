"""Words of people as its pages write them."""

import unicodedata

from django import template
from django.utils.translation import gettext_lazy as _

register = template.Library()

_ACTIONS = {
    "position.add": _("Position added"),
    "position.rename": _("Name or city changed"),
    "position.close": _("Position closed"),
    "position.boss": _("Solid line changed"),
    "position.dotted_add": _("Dotted line added"),
    "position.dotted_end": _("Dotted line ended"),
    "position.appoint": _("Appointed"),
    "position.relieve": _("Relieved"),
    "unit.add": _("Unit added"),
    "unit.rename": _("Unit renamed"),
    "unit.close": _("Unit closed"),
    "organisation.set_up": _("Organisation set up"),
    "position_role.keep": _("Position role named"),
    "delegation.add": _("Delegation added"),
    "delegation.end": _("Delegation ended"),
    "delegation.drop": _("Delegation withdrawn"),
}


@register.filter
def people_action(code: str) -> str:
    """Word what an audit entry about the organisation says was done."""
    return str(_ACTIONS.get(code, code))


@register.filter
def fitting(text: str, units: int) -> str:
    """Shorten a text to so many widths of a Latin letter; a Chinese character is two wide."""
    width = 0
    for place, letter in enumerate(text):
        width += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width > units:
            return text[: max(place - 1, 1)] + "…"
    return text
