"""How are refusals of the organisation worded for the person who asked?"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from keytally.people.rules.history import Refusal

if TYPE_CHECKING:
    from keytally.people.services.changes import UnableToOrganise

_SENTENCES = {
    Refusal.PAST: gettext_noop("Days that have passed stay as they were: choose %(today)s or a later day."),
    Refusal.CIRCLE: gettext_noop(
        "This would make someone stand above themselves, now or later; choose another position or person."
    ),
    Refusal.ONESELF: gettext_noop("Choose another than the one it is for."),
    Refusal.SAME: gettext_noop("It is so already on that day; choose another, or another day."),
    Refusal.ENDS_FIRST: gettext_noop("It must end after %(starts_on)s; choose a later end."),
    Refusal.OUTSIDE: gettext_noop(
        "The unit or position is there only from %(starts_on)s until %(ends_before)s; choose days within."
    ),
    Refusal.OVERLAPS: gettext_noop("Someone stands in on some of these days already; end that delegation first."),
    Refusal.HAS_POSITIONS: gettext_noop("Positions or areas belong to it on that day; close or move them first."),
    Refusal.CODE_TAKEN: gettext_noop("The code %(code)s is taken; choose another."),
    Refusal.WRONG_UNIT: gettext_noop(
        "Head office belongs to nothing, a region to head office, an area to a region; choose what it belongs to."
    ),
    Refusal.UNKNOWN_ROLE: gettext_noop("The role %(role)s is not known; choose one of the list."),
    Refusal.NOT_ACTIVE: gettext_noop("%(name)s may not log in any more; choose someone else."),
    Refusal.ALREADY_SET_UP: gettext_noop("The organisation is set up already; change its positions one by one."),
    Refusal.ENDED: gettext_noop("It has ended already on that day; look at its history."),
}


def refusal_sentence(refused: "UnableToOrganise") -> str:
    """Say why a change was refused and what to do."""
    shown = {name: _("open") if value is None else value for name, value in refused.parameters.items()}
    if refused.refusal is Refusal.HAS_REPORTS:
        count = int(str(refused.parameters["count"]))
        return ngettext(
            "%(count)d position reports to this one on that day; say to which boss it moves.",
            "%(count)d positions report to this one on that day; say to which boss they move.",
            count,
        ) % {"count": count}
    return _(_SENTENCES[refused.refusal]) % shown
