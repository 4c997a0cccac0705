"""The page on which the clocks of reconciling are changed from a day on."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.core.access import day_of, person_of, requires
from keytally.core.rule_sets import UnableToKeep, history, keep_rule_set, rule_set, sentence
from keytally.reconciliation.forms.clocks import ClocksForm
from keytally.reconciliation.rule_data import CLOCKS


@requires("reconcile.rules")
@require_http_methods(["GET", "POST"])
def clocks(request: HttpRequest) -> HttpResponse:
    today = day_of(request)
    form = ClocksForm(request.POST or None, initial={**rule_set(CLOCKS, as_of=today), "starts_on": today})
    if form.is_bound and form.is_valid() and _is_kept(request, form):
        messages.success(request, _("Kept; what was counted before stays as it was."))
        return redirect("reconciliation:clocks")
    context = {"form": form, "versions": history(CLOCKS), "in_force": rule_set(CLOCKS, as_of=today)}
    return render(request, "reconciliation/clocks.html", context, status=422 if form.is_bound else 200)


def _is_kept(request: HttpRequest, form: ClocksForm) -> bool:
    said = form.cleaned_data
    by, now = person_of(request), datetime.now(UTC)
    try:
        keep_rule_set(
            CLOCKS, content=form.content(), starts_on=said["starts_on"], by=by, now=now, reason=said["reason"]
        )
    except UnableToKeep as refusal:
        for problem in refusal.problems:
            form.add_error(None, sentence(CLOCKS, problem))
        return False
    return True
