"""The page on which the weights of the score and the decay of the ladder are changed from a day on."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.accounts.forms.weights import RulesForm
from keytally.accounts.rule_data import LADDER, SCORE, decay, weights
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.rule_sets import UnableToKeep, keep_rule_set, rule_set, rule_set_kind

if TYPE_CHECKING:
    from keytally.core.models import User


@requires("accounts.rules")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    now = datetime.now(UTC)
    form = RulesForm(request.POST or None, initial=_in_force(business_date(now)))
    if form.is_bound and form.is_valid():
        try:
            changed = _keep(form, by=person_of(request), now=now)
        except UnableToKeep as refusal:
            words = rule_set_kind(refusal.code).errors
            for problem in refusal.problems:
                form.add_error(None, str(words.get(problem.code, problem.code)) % problem.parameters)
        else:
            messages.success(request, _("Kept.") if changed else _("Nothing differs from what is in force."))
            return redirect("accounts:concentration")
    shown = {"form": form, "title": _("Rules of score and ladder"), "back": reverse("accounts:concentration")}
    return render(request, "accounts/form.html", shown, status=422 if form.is_bound else 200)


@transaction.atomic
def _keep(form: RulesForm, *, by: "User", now: datetime) -> bool:
    """Keep what differs; the two sets of rules change together or not at all."""
    day, reason = form.cleaned_data["starts_on"], form.cleaned_data["reason"]
    changed = False
    wanted: dict[str, dict[str, Any]] = {SCORE: {"weights": form.weights()}, LADDER: form.days()}
    for code, content in wanted.items():
        if dict(rule_set(code, as_of=day)) != content:
            keep_rule_set(code, content=content, starts_on=day, by=by, now=now, reason=reason)
            changed = True
    return changed


def _in_force(today: date) -> dict[str, Any]:
    days = decay(as_of=today)
    parts = {f"weight_{part.value}": weight for part, weight in weights(as_of=today).items()}
    return {**parts, "decay_days": days.days, "warning_days": days.warning_days, "starts_on": today}
