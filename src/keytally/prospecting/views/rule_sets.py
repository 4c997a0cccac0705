"""The page on which the rules of prospecting are changed from a day on."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.core.access import requires
from keytally.core.rule_sets import UnableToKeep, keep_rule_set, rule_set, sentence
from keytally.prospecting.rule_data import CADENCE, CHECKLIST, FIT, SEARCHES
from keytally.prospecting.rule_forms import RulesForm
from keytally.prospecting.services.scoring import score_leads
from keytally.prospecting.views.pages import Moment, moment


@requires("prospecting.rules")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    form = RulesForm(request.POST or None, initial=_in_force(found.today))
    if form.is_bound and form.is_valid():
        try:
            changed = _keep(form, found=found)
        except UnableToKeep as refusal:
            for problem in refusal.problems:
                form.add_error(None, sentence(refusal.code, problem))
        else:
            messages.success(request, _("Kept.") if changed else _("Nothing differs from what is in force."))
            return redirect("prospecting:turn")
    context = {"form": form, "title": _("Rules of prospecting"), "back": reverse("prospecting:turn")}
    return render(request, "prospecting/form.html", context, status=422 if form.is_bound else 200)


@transaction.atomic
def _keep(form: RulesForm, *, found: Moment) -> bool:
    """Keep what differs; the sets of rules change together or not at all, and leads are scored by what holds today."""
    day, reason = form.cleaned_data["starts_on"], form.cleaned_data["reason"]
    changed = False
    for code, content in form.contents().items():
        if dict(rule_set(code, as_of=day)) != content:
            keep_rule_set(code, content=content, starts_on=day, by=found.by, now=found.now, reason=reason)
            changed = True
    if changed:
        score_leads(as_of=found.today)
    return changed


def _in_force(today: date) -> dict[str, Any]:
    fit, cadence = rule_set(FIT, as_of=today), rule_set(CADENCE, as_of=today)
    return {
        "starts_on": today,
        **{f"weight_{part.lower()}": weight for part, weight in fit["weights"].items()},
        **{name: fit[name] for name in ("work_from", "leave_below", "capacity_minor")},
        **{name: cadence[name] for name in ("calls", "appointments", "notes_hours", "same_text_limit")},
        "product_pages": "\n".join(f"{language} {page}" for language, page in cadence["product_pages"].items()),
        "items": RulesForm.lines(rule_set(CHECKLIST, as_of=today)["items"]),
        "searches": RulesForm.toml(rule_set(SEARCHES, as_of=today)),
    }
