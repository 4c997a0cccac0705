"""Ask for an approval: choose the kind, say what the limits look at, see the route, submit; or send it again."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keytally.approvals import definitions, labels, services
from keytally.approvals.definitions import InForce
from keytally.approvals.forms import RequestForm
from keytally.approvals.models import Request
from keytally.approvals.queries import requests as queries
from keytally.approvals.queries.places import own_positions, places_below
from keytally.approvals.queries.words import role_names
from keytally.approvals.rules.resolving import Reason
from keytally.approvals.rules.routing import Route
from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.services.submitting import File, preview
from keytally.core.access import day_of, person_of, requires
from keytally.core.files import UnableToKeep

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_FILES = 10


@requires("approvals.start")
@require_GET
def kinds(request: HttpRequest) -> HttpResponse:
    known = definitions.approvals_in_force(as_of=day_of(request))
    positions = own_positions(person_of(request), as_of=day_of(request))
    return render(request, "approvals/kinds.html", {"kinds": list(known.values()), "has_position": bool(positions)})


@requires("approvals.start")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    known = _in_force(kind, request)
    form = _form(request, known.workflow, initial={"key": uuid.uuid4().hex})
    if request.method == "GET":
        return _page(request, form, known=known)
    person, now = person_of(request), datetime.now(UTC)
    if not form.is_valid():
        return _page(request, form, known=known, status=422)
    draft = form.draft(_files(request))
    if "preview" in request.POST:
        return _page(request, form, known=known, route=preview(kind, draft=draft, by=person, now=now))
    try:
        made = services.start(kind, draft=draft, by=person, now=now)
    except (services.UnableToSubmit, UnableToKeep) as refusal:
        return _page(request, form, known=known, errors=_sentences(refusal, known.workflow), status=422)
    return redirect("approvals:request", made.pk)


@requires("approvals.start")
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, request_id: int) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    found = get_object_or_404(queries.own_requests(person).select_related("rules"), pk=request_id)
    if not found.may_be_sent_again or found.subject_kind != "approval_request":
        return redirect("approvals:request", found.pk)
    known = InForce(definitions.workflow_of(found.rules), is_default=False, number=found.rules.number)
    form = _form(request, known.workflow, initial=_typed(found))
    if request.method == "GET":
        return _page(request, form, known=known, found=found)
    if not form.is_valid():
        return _page(request, form, known=known, found=found, status=422)
    try:
        services.start_again(found.pk, draft=form.draft(_files(request)), by=person, now=now)
    except (services.UnableToSubmit, UnableToKeep) as refusal:
        errors = _sentences(refusal, known.workflow)
        return _page(request, form, known=known, found=found, errors=errors, status=422)
    except services.UnableToDecide:
        pass  # it was sent again meanwhile; its page shows how it stands
    return redirect("approvals:request", found.pk)


def _in_force(kind: str, request: HttpRequest) -> InForce:
    try:
        known = definitions.in_force(kind, as_of=day_of(request))
    except definitions.UnknownWorkflow:
        raise Http404(kind) from None
    if known.workflow.kind != "APPROVAL":
        raise Http404(kind)
    return known


def _form(request: HttpRequest, workflow: Workflow, *, initial: dict[str, Any]) -> RequestForm:
    person, today = person_of(request), day_of(request)
    own = own_positions(person, as_of=today)
    return RequestForm(
        request.POST if request.method == "POST" else None,
        initial={"position": own[0][0] if own else None, **initial},
        workflow=workflow,
        positions=own,
        places=places_below(person, as_of=today),
    )


def _page(
    request: HttpRequest,
    form: RequestForm,
    *,
    known: InForce,
    found: Request | None = None,
    route: Route | None = None,
    errors: tuple[str, ...] = (),
    status: int = 200,
) -> HttpResponse:
    shown = {
        "form": form,
        "known": known,
        "workflow": known.workflow,
        "found": found,
        "route": route,
        "names": _names(route),
        "roles": role_names(),
        "errors": errors or (_refused(route, known.workflow) if route else ()),
        "lost_files": bool(request.FILES) and (status == 422 or route is not None),
    }
    return render(request, "approvals/new.html", shown, status=status)


def _names(route: Route | None) -> "dict[int, User]":
    if route is None:
        return {}
    return queries.people_by_id(person for step in route.steps for slot in step.slots for person in slot.people)


def _refused(route: Route, workflow: Workflow) -> tuple[str, ...]:
    return tuple(_sentence(reason, workflow) for reason in route.refusals)


def _sentences(refusal: services.UnableToSubmit | UnableToKeep, workflow: Workflow) -> tuple[str, ...]:
    if isinstance(refusal, UnableToKeep):
        return (_("A file was refused: it is empty, too large, or of a type that is not kept. Nothing was submitted."),)
    return tuple(_sentence(reason, workflow) for reason in refusal.reasons)


def _sentence(reason: Reason, workflow: Workflow) -> str:
    return labels.refusal_sentence(reason.code, dict(reason.parameters), workflow=workflow)


def _files(request: HttpRequest) -> Iterator[File]:
    for file in request.FILES.getlist("files")[:MOST_FILES]:
        if file.file is not None:
            yield File(file.name or "", file.file)


def _typed(found: Request) -> dict[str, Any]:
    facts = {f"fact_{key}": value for key, value in queries.facts_of(found).items()}
    return {
        "title": found.title,
        "account_name": found.account_name,
        "text": found.text,
        "position": found.position_id,
        "subject_position": found.subject_position_id if found.subject_position_id != found.position_id else "",
        "amount": f"{found.amount.major:,}" if found.amount else "",
        **facts,
    }
