"""Workflows: the list, one drawn with its limits and steps, its calendar, and the acceptance of money limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keytally.approvals import definitions
from keytally.approvals.definitions import InForce, UnknownWorkflow
from keytally.approvals.labels import named
from keytally.approvals.queries import workflows as queries
from keytally.approvals.queries.words import role_names
from keytally.approvals.rules.diagram import Drawing, draw, rows_of, spoken
from keytally.approvals.rules.recurring import Every, Occurrence, occurrences
from keytally.approvals.rules.workflow import Step, Workflow, WorkflowKind
from keytally.approvals.services import workflows as services
from keytally.approvals.workflows import wording
from keytally.core.access import person_of, requires
from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date

EARLIEST_YEAR, LATEST_YEAR = 2010, 2100


@dataclass(frozen=True, slots=True)
class Fall:
    """A step that falls due on a day."""

    step: Step
    found: Occurrence
    is_announced: bool


@dataclass(frozen=True, slots=True)
class LimitsRow:
    """A line of the table of all limits."""

    workflow: Workflow
    levels: list[tuple[str, str, str]]
    extras: list[tuple[str, str]]
    raised: str


@requires("workflows.view")
@require_GET
def workflow_list(request: HttpRequest) -> HttpResponse:
    names = role_names()
    found = queries.every_workflow(as_of=business_date(datetime.now(UTC)))
    waiting = [known for known in found.values() if known.needs_acceptance]
    return render(
        request,
        "approvals/workflows/list.html",
        {
            "approvals": _of_kind(found.values(), WorkflowKind.APPROVAL),
            "checklists": _of_kind(found.values(), WorkflowKind.CHECKLIST),
            "waiting": [(known, wording.levels(known.workflow, names)) for known in waiting],
            "limits": [_limits(known.workflow, names) for known in found.values() if known.workflow.limits],
            "may_change": person_of(request).may("workflows.change"),
        },
    )


@requires("workflows.view")
@require_GET
def workflow_page(request: HttpRequest, code: str) -> HttpResponse:
    today = business_date(datetime.now(UTC))
    known = _found(code, today=today)
    workflow = _asked_version(request, known)
    facts = {
        "known": known,
        "workflow": workflow,
        "is_shown_in_force": workflow == known.workflow,
        "versions": queries.versions(code, as_of=today),
        "running": queries.running_requests(code),
        "has_calendar": any(step.falls for step in workflow.steps),
        "may_change": person_of(request).may("workflows.change"),
        "today": today,
    }
    return render(request, "approvals/workflows/page.html", {**facts, **shown(workflow)})


@requires("workflows.view")
@require_GET
def calendar(request: HttpRequest, code: str) -> HttpResponse:
    today = business_date(datetime.now(UTC))
    known = _found(code, today=today)
    year = _year_asked(request, default=today.year)
    days = company_calendar()
    falls = [
        Fall(step, found, days.is_announced(found.due_on))
        for step in known.workflow.steps
        for fall in step.falls
        if fall.every is not Every.DAY
        for found in occurrences(fall, year=year, calendar=days)
        if fall.every is not Every.WEEK or found.is_moved
    ]
    falls.sort(key=lambda fall: (fall.found.due_on, fall.step.id))
    facts: dict[str, Any] = {
        "known": known,
        "year": year,
        "falls": falls,
        "daily": _coming(known.workflow, Every.DAY),
        "weekly": _coming(known.workflow, Every.WEEK),
        "unannounced": sorted({fall.found.due_on.year for fall in falls if not fall.is_announced}),
        "today": today,
        "names": role_names(),
    }
    return render(request, "approvals/workflows/calendar.html", facts)


@requires("workflows.change")
@require_POST
def accept(request: HttpRequest) -> HttpResponse:
    codes = [code for code in request.POST.getlist("code") if code in definitions.declared()]
    kept = services.accept_limits(codes, by=person_of(request), now=datetime.now(UTC))
    if kept:
        said = ngettext(
            "The limits of %(n)s workflow are accepted.", "The limits of %(n)s workflows are accepted.", len(kept)
        )
        messages.success(request, said % {"n": len(kept)})
    else:
        messages.info(request, _("Nothing was left to accept; tick at least one workflow."))
    return redirect("workflows:list")


def shown(workflow: Workflow) -> dict[str, Any]:
    """Collect what the drawing and the tables of a workflow show."""
    names = role_names()
    worded = [[(step, wording.in_drawing(step, workflow, names)) for step in row] for row in rows_of(workflow)]
    drawing: Drawing = draw(worded)
    return {
        "drawing": drawing,
        "spoken": spoken(worded),
        "levels": wording.levels(workflow, names),
        "extras": wording.extras(workflow, names),
        "raised": raised(workflow),
        "names": names,
    }


def _coming(workflow: Workflow, every: Every) -> list[Step]:
    return [step for step in workflow.steps if any(fall.every is every for fall in step.falls)]


def _limits(workflow: Workflow, names: Mapping[str, str]) -> LimitsRow:
    return LimitsRow(workflow, wording.levels(workflow, names), wording.extras(workflow, names), raised(workflow))


def raised(workflow: Workflow) -> str:
    """Say when the next higher level decides."""
    return wording.conditions(workflow.limits.raised_when, workflow.fields) if workflow.limits else ""


def _of_kind(found: Iterable[InForce], kind: WorkflowKind) -> list[InForce]:
    return [known for known in found if known.workflow.kind is kind]


def _found(code: str, *, today: date) -> InForce:
    try:
        return definitions.in_force(code, as_of=today)
    except UnknownWorkflow:
        raise Http404(_("There is no such workflow.")) from None


def _asked_version(request: HttpRequest, known: InForce) -> Workflow:
    asked = request.GET.get("version", "")
    if not asked:
        return known.workflow
    workflow = queries.version(known.workflow.code, int(asked)) if asked.isdecimal() else None
    if workflow is None:
        raise Http404(f"{named(known.workflow)} {asked}")
    return workflow


def _year_asked(request: HttpRequest, *, default: int) -> int:
    asked = request.GET.get("year", "")
    return min(max(int(asked), EARLIEST_YEAR), LATEST_YEAR) if asked.isdecimal() and len(asked) == 4 else default
