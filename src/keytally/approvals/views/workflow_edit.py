"""The editor of a workflow: first what would change is shown, then it is kept from a day on."""

import tomllib
from collections.abc import Sequence
from datetime import UTC, date, datetime

import tomli_w
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.approvals.definitions import UnknownWorkflow, rule_set_code
from keytally.approvals.queries import workflows as queries
from keytally.approvals.queries.words import role_names
from keytally.approvals.rules.changes import changes
from keytally.approvals.rules.workflow import Workflow
from keytally.approvals.rules.workflow_data import UnreadableWorkflow, read_workflow, write_workflow
from keytally.approvals.services import workflows as services
from keytally.approvals.workflow_forms import VersionForm, WorkflowForm, WorkflowTextForm
from keytally.approvals.workflows import check, wording
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.rule_sets import Problem, UnableToKeep, sentence

# What follows from keeping a version at all, and is said in its own place.
UNSAID = {("is_default",), ("control", "version")}


@requires("workflows.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    base, now = _base(code), datetime.now(UTC)
    form = WorkflowForm(request.POST or None, workflow=base, today=business_date(now))
    if request.method == "GET":
        return _page(request, base, form)
    if not form.is_valid():
        return _page(request, base, form, status=422)
    return _answer(request, base, form.edited(), form=form, now=now)


@requires("workflows.change")
@require_http_methods(["GET", "POST"])
def edit_text(request: HttpRequest, code: str) -> HttpResponse:
    base, now = _base(code), datetime.now(UTC)
    written = tomli_w.dumps(write_workflow(base))
    form = WorkflowTextForm(request.POST or None, initial={"starts_on": business_date(now), "text": written})
    if request.method == "GET":
        return _page(request, base, form, is_text=True)
    if not form.is_valid():
        return _page(request, base, form, is_text=True, status=422)
    try:
        typed = read_workflow(tomllib.loads(form.cleaned_data["text"]))
    except tomllib.TOMLDecodeError as fault:
        form.add_error("text", _("This is no TOML: %(fault)s.") % {"fault": fault})
    except UnreadableWorkflow as fault:
        form.add_error("text", _("%(where)s: %(fault)s.") % {"where": fault.where, "fault": fault.fault})
    else:
        return _answer(request, base, typed, form=form, now=now, is_text=True)
    return _page(request, base, form, is_text=True, status=422)


def _answer(
    request: HttpRequest, base: Workflow, typed: Workflow, *, form: VersionForm, now: datetime, is_text: bool = False
) -> HttpResponse:
    """Show what would change, or keep it; what does not fit is said with everything still filled in."""
    problems = list(check(write_workflow(typed), code=base.code))
    starts_on: date = form.cleaned_data["starts_on"]
    if not problems and request.POST.get("do") == "keep":
        try:
            services.keep_workflow(
                typed, starts_on=starts_on, by=person_of(request), now=now, reason=form.cleaned_data["reason"]
            )
        except UnableToKeep as refusal:
            problems = list(refusal.problems)
        else:
            messages.success(
                request, _("Version %(version)s is kept and takes effect on %(day)s.") % _facts(typed, starts_on)
            )
            return redirect("workflows:page", base.code)
    if problems:
        return _page(request, base, form, is_text=is_text, problems=problems, status=422)
    return _page(request, base, form, is_text=is_text, typed=typed)


def _facts(typed: Workflow, starts_on: date) -> dict[str, str]:
    return {"version": typed.version, "day": starts_on.isoformat()}


def _page(
    request: HttpRequest,
    base: Workflow,
    form: VersionForm,
    *,
    is_text: bool = False,
    typed: Workflow | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    names = role_names()
    facts = {
        "workflow": base,
        "form": form,
        "is_text": is_text,
        "problems": [sentence(rule_set_code(base.code), problem) for problem in problems],
        "changes": [wording.change(one) for one in changes(base, typed) if one.where not in UNSAID] if typed else None,
        "levels": wording.levels(typed, names) if typed else None,
        "running": queries.running_requests(base.code),
        "roles": sorted(names.items()),
    }
    return render(request, "approvals/workflows/edit.html", facts, status=status)


def _base(code: str) -> Workflow:
    try:
        return read_workflow(queries.latest(code).content)
    except UnknownWorkflow:
        raise Http404(code) from None
