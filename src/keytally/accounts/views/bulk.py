"""What is done with several accounts at once, ticked or all that a list shows."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keytally.accounts.labels import Status
from keytally.accounts.models import AccountNode
from keytally.accounts.queries import lists
from keytally.accounts.queries.reach import CHANGE, GRANT, visible_to
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.bulk import Bulk, change_many
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.queries import people

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_AT_ONCE = 1_000
SHIP_TO = (NodeKind.STORE, NodeKind.HEAD_OFFICE, NodeKind.DC)
BILL_TO = (NodeKind.STORE, NodeKind.HEAD_OFFICE)


@requires("accounts.change")
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    back = f"{reverse('accounts:list')}?{request.POST.get('kept', '')}".rstrip("?&")
    wanted = _wanted(request.POST)
    nodes = _chosen(request.POST, person=person, today=business_date(now), permission=GRANT if wanted.owner else CHANGE)
    if not nodes or wanted.is_empty:
        messages.error(request, _("Tick accounts that you may change so, and choose what to change."))
        return redirect(back)
    if len(nodes) > MOST_AT_ONCE:
        messages.error(request, _("At most 1,000 accounts change at once: narrow the list."))
        return redirect(back)
    try:
        done = change_many(nodes, wanted=wanted, by=person, on=business_date(now), now=now)
    except UnableToKeepAccount as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
        return redirect(back)
    messages.success(
        request, ngettext("%(count)d account was changed.", "%(count)d accounts were changed.", done) % {"count": done}
    )
    return redirect(back)


def _wanted(said: QueryDict) -> Bulk:
    """Read what is to be changed; what is no value is left as it is."""
    axis, _colon, value = said.get("value", "").partition(":")
    return Bulk(
        status=next((one for one in Status if one == said.get("status")), None),
        owner=_person(said.get("owner", "")),
        axis=axis,
        value=value,
        ship_to=next((one for one in SHIP_TO if one == said.get("ship_to")), None),
        bill_to=next((one for one in BILL_TO if one == said.get("bill_to")), None),
        starts_on=_day(said.get("starts_on", "")),
    )


def _chosen(said: QueryDict, *, person: "User", today: date, permission: str) -> list[AccountNode]:
    """Find the ticked accounts, or all that the list shows, as far as the person may change them so."""
    if not person.may(permission):
        return []
    seen = visible_to(person, as_of=today, permission=permission)
    if "all" in said:
        shown = lists.filtered(person, lists.wanted_of(QueryDict(said.get("kept", "")).dict()), as_of=today)
        return list(seen.filter(pk__in=shown.order_by().values("pk")).order_by("pk")[: MOST_AT_ONCE + 1])
    ticked = [int(one) for one in said.getlist("node") if one.isascii() and one.isdecimal() and len(one) < 16]
    return list(seen.filter(pk__in=ticked[:MOST_AT_ONCE]).order_by("pk"))


def _person(text: str) -> "User | None":
    is_number = text.isascii() and text.isdecimal() and len(text) < 16
    return people().filter(pk=int(text)).first() if is_number else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
