"""Which reconciliation is a page about, may this person see or change it, and what does the page say of conflicts?"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from keytally.core.access import day_of, person_of
from keytally.reconciliation import queries, services
from keytally.reconciliation.labels import action_label
from keytally.reconciliation.models import Reconciliation


def visible(request: HttpRequest, number: int) -> Reconciliation:
    """Find a reconciliation the person may see, or answer that there is none."""
    return get_object_or_404(queries.visible_reconciliations(person_of(request), day_of(request)), pk=number)


def with_result(request: HttpRequest, number: int) -> Reconciliation:
    """Find a reconciliation the person may see that has a result."""
    found = visible(request, number)
    if not found.has_result:
        raise Http404
    return found


def changeable(request: HttpRequest, number: int, permission: str) -> Reconciliation:
    """Find a reconciliation the person may change by a permission, or answer that there is none."""
    rows = queries.changeable_reconciliations(person_of(request), day_of(request), permission)
    return get_object_or_404(rows, pk=number)


def may(request: HttpRequest, found: Reconciliation, permission: str) -> bool:
    """Tell whether the person may change a reconciliation by a permission."""
    person = person_of(request)
    if not person.may(permission):
        return False
    return queries.changeable_reconciliations(person, day_of(request), permission).filter(pk=found.pk).exists()


def trying(request: HttpRequest, number: int, act: Callable[[], object], *, wanted: str) -> bool:
    """Do something; where somebody else was first, say who did what, tell them too, and overwrite nothing."""
    try:
        act()
    except services.ChangedMeanwhile as error:
        now = datetime.now(UTC)
        services.note_conflict(number, wanted=wanted, error=error, by=person_of(request), now=now)
        messages.warning(request, conflict_sentence(error))
    except services.SignedOff:
        messages.error(request, _("This reconciliation is signed off; open it again with a reason to change it."))
    except services.AtWork:
        messages.warning(request, _("A run is at work; wait for it or stop it first."))
    else:
        return True
    return False


def conflict_sentence(error: services.ChangedMeanwhile) -> str:
    """Say who changed what and when, and that nothing was overwritten."""
    change = error.change
    facts = {
        "person": change.by or _("Somebody"),
        "action": action_label(change.action),
        "at": timezone.localtime(change.at).strftime("%H:%M:%S"),
    }
    return _("%(person)s was first (%(action)s, %(at)s). Nothing was overwritten; look again and decide.") % facts


def version_in(request: HttpRequest) -> int | None:
    """Read the version of the reconciliation that the person's page showed."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() else None
