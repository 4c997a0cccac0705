"""The page of learned rules: what corrections taught, what it would have changed, and whether it is kept."""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core.access import day_of, person_of, requires
from keytally.reconciliation import queries, services
from keytally.reconciliation.models import LearnedRule
from keytally.reconciliation.queries import learned
from keytally.reconciliation.queries.settlement import names_of
from keytally.reconciliation.views import found as pages

PER_PAGE = 50
REFUSALS: dict[str, Promise | str] = {
    "NO_PREVIEW": gettext_lazy("What it would have changed is not known yet; run the reconciliation again first."),
    "DECIDED": gettext_lazy("Somebody has decided on this rule already."),
    "NOT_KEPT": gettext_lazy("This rule is not kept, so that there is nothing to withdraw."),
    "KNOWN_OTHERWISE": gettext_lazy("Another kept rule gives this code another meaning; withdraw that one first."),
}


@requires("reconcile.view")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    state = request.GET.get("state", "")
    found = learned.visible_rules(person, today)
    if state in LearnedRule.State.values:
        found = found.filter(state=state)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    mine = queries.changeable_reconciliations(person, today).order_by()
    reach = set(mine.filter(pk__in=[rule.learned_from_id for rule in page]).values_list("pk", flat=True))
    names = names_of([rule.meaning for rule in page])
    context = {
        "page": page,
        "rows": [(rule, rule.learned_from_id in reach, _store_name(rule, names)) for rule in page],
        "state": state,
        "states": LearnedRule.State.choices,
        "kept": f"state={state}&" if state else "",
    }
    return render(request, "reconciliation/rules.html", context)


def _store_name(rule: LearnedRule, names: Mapping[str, tuple[int, str]]) -> str:
    """Name the store a learned code means."""
    return names.get(rule.meaning, (0, ""))[1] if rule.kind == LearnedRule.Kind.STORE_CODE else ""


@requires("reconcile.run")
@require_http_methods(["POST"])
def decide_rule(request: HttpRequest, rule: int) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    one = get_object_or_404(learned.visible_rules(person, today), pk=rule)
    pages.changeable(request, one.learned_from_id, "reconcile.run")
    action, reason, now = request.POST.get("action", ""), request.POST.get("reason", ""), datetime.now(UTC)
    try:
        if action == "keep":
            services.keep(one.pk, starts_on=None, by=person, now=now)
        elif action == "refuse":
            services.refuse(one.pk, reason=reason, by=person, now=now)
        elif action == "withdraw":
            services.withdraw(one.pk, ends_before=today, reason=reason, by=person, now=now)
        else:
            raise Http404
    except services.UnableToLearn as error:
        messages.error(request, str(REFUSALS[str(error)]))
    else:
        messages.success(request, _("Decided; the next run follows it."))
    return redirect("reconciliation:rules")
