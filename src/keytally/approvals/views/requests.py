"""Requests: what I asked for, what I may see, and one request with its route."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.approvals import definitions, labels, services
from keytally.approvals.models import Request, Slot, Step
from keytally.approvals.queries import inbox as inbox_queries
from keytally.approvals.queries import requests as queries
from keytally.approvals.queries.words import role_names
from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.views.inbox import Row, buttons_of
from keytally.core.access import day_of, person_of, requires
from keytally.core.queries import attachments_of, audit_of
from keytally.core.subjects import Subject, subject_url

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Round:
    """The steps of one round of a request."""

    number: int
    steps: tuple[Step, ...]
    is_last: bool


@requires("approvals.view")
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    view = "all" if request.GET.get("view") == "all" else "mine"
    found = queries.own_requests(person) if view == "mine" else queries.visible_to(person, day_of(request))
    wanted = {name: request.GET.get(name, "")[:120].replace("\x00", "") for name in ("kind", "state", "text")}
    page = Paginator(queries.filtered(found, **wanted).order_by("-id"), PER_PAGE).get_page(request.GET.get("page"))
    known = definitions.approvals_in_force(as_of=day_of(request))
    kept = urlencode({key: value for key, value in {"view": view, **wanted}.items() if value})
    shown = {
        "page": page,
        "waiting_for": queries.waiting_names(page),
        "view": view,
        **wanted,
        "kinds": [(code, labels.named(each.workflow)) for code, each in known.items()],
        "kind_names": {code: labels.named(each.workflow) for code, each in known.items()},
        "states": Request.State.choices,
        "kept": f"{kept}&",
        "may_start": person.may("approvals.start"),
        "may_report": person.may("approvals.report"),
    }
    return render(request, "approvals/list.html", shown)


@requires("approvals.view")
@require_GET
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    return render(request, "approvals/request.html", _shown(request, request_id))


@requires("approvals.start")
@require_POST
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    person = person_of(request)
    get_object_or_404(queries.own_requests(person), pk=request_id)
    try:
        services.withdraw(request_id, by=person, now=datetime.now(UTC), reason=request.POST.get("reason", "")[:2000])
    except services.UnableToDecide as refusal:
        messages.error(request, labels.error_sentence(refusal.code, refusal.parameters))
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect("approvals:request", request_id)


@requires("approvals.start")
@require_POST
def comment(request: HttpRequest, request_id: int) -> HttpResponse:
    person = person_of(request)
    get_object_or_404(queries.visible_to(person, day_of(request)), pk=request_id)
    try:
        services.comment(request_id, text=request.POST.get("text", "")[:5000], by=person, now=datetime.now(UTC))
    except services.UnableToDecide:
        messages.error(request, _("The remark is empty; write something, then keep it."))
    return redirect("approvals:request", request_id)


def _shown(request: HttpRequest, request_id: int) -> dict[str, Any]:
    person, now = person_of(request), datetime.now(UTC)
    found = get_object_or_404(
        queries.visible_to(person, day_of(request)).select_related("rules", "position", "subject_position"),
        pk=request_id,
    )
    workflow = definitions.workflow_of(found.rules)
    steps = queries.route_of(found)
    subject = Subject(found.subject_kind, found.subject_id)
    own = Subject("approval_request", found.pk)
    return {
        "found": found,
        "workflow": workflow,
        "is_default": found.rules.number == 0,
        "facts": _facts(found, workflow),
        "rounds": _rounds(steps, found),
        "why": _why(steps, found),
        "mine": _mine(found, person, now),
        "roles": role_names(),
        "remarks": found.remarks.select_related("person"),
        "files": attachments_of(own),
        "history": audit_of(own),
        "subject_url": None if found.subject_kind == own.kind else subject_url(subject),
        "is_requester": found.requester_id == person.pk,
        "may_start": person.may("approvals.start"),
        "now": now,
    }


def _facts(found: Request, workflow: Workflow) -> list[tuple[str, object]]:
    said = queries.facts_of(found)
    shown = []
    for field in workflow.fields:
        value: object = said.get(field.key, "")
        if field.choices:
            value = next((labels.named(choice) for choice in field.choices if choice.code == value), value)
        if isinstance(value, bool):
            value = _("yes") if value else _("no")
        if value != "":
            shown.append((labels.named(field), value))
    return shown


def _rounds(steps: list[Step], found: Request) -> list[Round]:
    numbers = sorted({step.round for step in steps}, reverse=True)
    return [
        Round(number, tuple(step for step in steps if step.round == number), is_last=number == found.round)
        for number in numbers
    ]


def _why(steps: list[Step], found: Request) -> list[tuple[Step, list[tuple[Slot | None, dict[str, str]]]]]:
    """List the reasons of the steps of this round, those of the step first, then those of each decision."""
    shown = []
    for step in (step for step in steps if step.round == found.round):
        reasons: list[tuple[Slot | None, dict[str, str]]] = [(None, reason) for reason in step.reasons]
        reasons += [(slot, reason) for slot in step.slots.all() for reason in slot.reasons]
        if reasons:
            shown.append((step, reasons))
    return shown


def _mine(found: Request, person: "User", now: datetime) -> list[Row]:
    """List what of this request waits for the person."""
    if not person.may("approvals.decide"):
        return []
    slots = inbox_queries.waiting_slots(person, now=now).filter(step__request=found)
    explained = inbox_queries.explained(list(slots), person, now=now)
    return [Row(waiting, is_late=waiting.is_late(now), buttons=buttons_of(waiting.slot)) for waiting in explained]
