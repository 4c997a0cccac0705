"""What may leave the house of approvals: the list of requests, and who is sitting on what, as the pages filter them."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.approvals import labels
from keytally.approvals.models import Request, Seat
from keytally.approvals.queries import report, requests
from keytally.approvals.workflows import SHIPPED, shipped
from keytally.core.exports import Column, Listing, register_listing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User


def _requests(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Request]":
    of_all = asked.get("view") == "all"
    found = requests.visible_to(person, as_of) if of_all else requests.own_requests(person)
    return requests.to_take(requests.filtered(found, **_words(asked, "kind", "state", "text")))


def _waiting(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[Seat]":
    seats = report.waiting_seats(person, as_of=as_of)
    return report.to_take(report.chosen(seats, **_words(asked, "person", "kind", "step")))


def _words(asked: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: asked.get(name, "")[:120].replace("\x00", "") for name in names}


def _kind(code: str) -> str:
    return labels.named(shipped(code)) if code in SHIPPED else code


def _people(found: Request) -> str:
    return ", ".join(dict.fromkeys(str(seat.person) for seat in found.seats.all()))


def _step(seat: Seat) -> str:
    step = seat.slot.step
    return step.name_zh if (get_language() or "").startswith("zh") else step.name_en


register_listing(
    Listing(
        code="approval_requests",
        label=_("Requests"),
        permission="approvals.view",
        kind="approval_request",
        columns=[
            Column(_("No."), lambda found: found.pk),
            Column(_("Title"), lambda found: found.title),
            Column(_("Account"), lambda found: found.account_name),
            Column(_("Kind"), lambda found: _kind(found.kind)),
            Column(_("State"), lambda found: found.get_state_display()),
            Column(_("Amount"), lambda found: found.amount),
            Column(_("Currency"), lambda found: found.currency),
            Column(_("Requester"), lambda found: str(found.requester)),
            Column(_("Waits for"), _people),
            Column(_("Submitted"), lambda found: found.submitted_at),
            Column(_("Ended"), lambda found: found.ended_at),
        ],
        rows=_requests,
        back="approvals:requests",
    )
)
register_listing(
    Listing(
        code="approval_waiting",
        label=_("Who is sitting on it"),
        permission=report.PERMISSION,
        kind="approval_request",
        columns=[
            Column(_("Person"), lambda seat: str(seat.person)),
            Column(_("No."), lambda seat: seat.request_id),
            Column(_("Request"), lambda seat: seat.request.title),
            Column(_("Kind"), lambda seat: _kind(seat.request.kind)),
            Column(_("Step"), _step),
            Column(_("Requester"), lambda seat: str(seat.request.requester)),
            Column(_("Since"), lambda seat: seat.slot.step.opened_at),
            Column(_("Due"), lambda seat: seat.slot.step.due_at),
        ],
        rows=_waiting,
        back="approvals:waiting",
    )
)
