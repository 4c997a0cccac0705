"""The gates in force, and the page on which a stage's gate is changed after its effect was shown."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core.access import day_of, person_of, requires
from keytally.core.clock import business_date
from keytally.core.rule_sets import Problem, UnableToKeep, digest, history, rule_set, rule_set_kind
from keytally.core.rule_sets import sentence as worded
from keytally.funnel.forms.gates import StageForm
from keytally.funnel.queries.effects import effect_of
from keytally.funnel.queries.reach import RULES
from keytally.funnel.rule_data import GATES, gate_profile
from keytally.funnel.rules.stages import CustomerSize, Stage
from keytally.funnel.services.gates import keep_gates


@requires("funnel.view")
@require_GET
def gates(request: HttpRequest) -> HttpResponse:
    profile = gate_profile(as_of=day_of(request))
    shown = [(rule, _by_gate(rule.gates)) for rule in profile.stages.values()]
    context = {
        "profile": profile,
        "stages": shown,
        "versions": history(GATES),
        "may_change": person_of(request).may(RULES),
    }
    return render(request, "funnel/gates.html", context)


@requires("funnel.rules")
@require_http_methods(["GET", "POST"])
def gate(request: HttpRequest, stage: str) -> HttpResponse:
    """Change a stage's gate: what was typed is shown with its effect first, and kept when that was seen."""
    if stage not in set(Stage):
        raise Http404
    now = datetime.now(UTC)
    today, chosen = business_date(now), Stage(stage)
    content = rule_set(GATES, as_of=today)
    first = {**StageForm.shown(chosen, content), "starts_on": today}
    form = StageForm(request.POST or None, stage=chosen, content=content, initial=first)
    context: dict[str, Any] = {"form": form, "stage": chosen, "back": reverse("funnel:gates")}
    if form.is_bound and form.is_valid():
        whole = form.changed()
        if not _refused(form, whole):
            if request.POST.get("seen") == digest(whole) and _kept(form, whole, request=request, now=now):
                return redirect("funnel:gates")
            context |= {"effect": effect_of(whole, as_of=today), "seen": digest(whole)}
    return render(request, "funnel/gate_form.html", context, status=422 if form.errors else 200)


def _refused(form: StageForm, whole: dict[str, Any]) -> bool:
    """Write all that is wrong with the gates above the form."""
    problems = rule_set_kind(GATES).check(whole)
    for problem in problems:
        form.add_error(None, worded(GATES, problem))
    return bool(problems)


def _kept(form: StageForm, whole: dict[str, Any], *, request: HttpRequest, now: datetime) -> bool:
    said = form.cleaned_data
    try:
        keep_gates(whole, starts_on=said["starts_on"], reason=said["reason"], by=person_of(request), now=now)
    except UnableToKeep as refusal:
        for problem in refusal.problems:
            form.add_error(None, worded(GATES, Problem(problem.where, problem.code, problem.parameters)))
        return False
    messages.success(request, _("Kept."))
    return True


def _by_gate(gates: Any) -> list[tuple[list[CustomerSize], Any]]:  # noqa: ANN401 - a mapping of gates by size
    """Put sizes with the same gate together."""
    together: list[tuple[list[CustomerSize], Any]] = []
    for size in CustomerSize:
        known = next((sizes for sizes, gate in together if gate == gates[size]), None)
        if known is None:
            together.append(([size], gates[size]))
        else:
            known.append(size)
    return together
