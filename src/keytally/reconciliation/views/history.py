"""Pages of what passes between stores and months: sub-balances, carry-over, learned rules."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core.access import day_of, person_of, requires
from keytally.reconciliation import queries, services
from keytally.reconciliation.models import LearnedRule, Reconciliation
from keytally.reconciliation.queries import carried, learned
from keytally.reconciliation.queries.stores import stores_of

PER_PAGE = 50
REFUSALS: dict[str, Promise | str] = {
    "NO_PREVIEW": gettext_lazy("What it would have changed is not known yet; run the reconciliation again first."),
    "DECIDED": gettext_lazy("Somebody has decided on this rule already."),
    "NOT_KEPT": gettext_lazy("This rule is not kept, so that there is nothing to withdraw."),
    "KNOWN_OTHERWISE": gettext_lazy("Another kept rule gives this code another meaning; withdraw that one first."),
}


@requires("reconcile.view")
@require_GET
def stores(request: HttpRequest, number: int) -> HttpResponse:
    found = _with_result(request, number)
    text = request.GET.get("text", "")[:80].replace("\x00", "").strip()
    only_gaps = request.GET.get("gaps") == "1"
    shown = stores_of(found, text=text, only_gaps=only_gaps)
    page = Paginator(shown.rows, PER_PAGE).get_page(request.GET.get("page"))
    kept = f"text={text}&gaps={int(only_gaps)}&"
    context = {"found": found, "below": True, "heading": _("Sub-balances of the stores"), "page": page, "kept": kept}
    return render(
        request, "reconciliation/stores.html", {**context, "sums": shown.sums, "text": text, "only_gaps": only_gaps}
    )


@requires("reconcile.view")
@require_GET
def carry_over(request: HttpRequest, number: int) -> HttpResponse:
    found = _with_result(request, number)
    shown = carried.carry_over(found, as_of=day_of(request))
    context = {
        "found": found,
        "below": True,
        "heading": _("Carried over from earlier months"),
        "shown": shown,
        "page": Paginator(shown.open_lines, PER_PAGE).get_page(request.GET.get("page")),
        "before": carried.previous(found),
        "may_change": _may_change(request, found),
    }
    return render(request, "reconciliation/carry_over.html", context)


@requires("reconcile.run")
@require_POST
def find_again(request: HttpRequest, number: int, offer: int) -> HttpResponse:
    found = _changeable_or_404(request, number)
    try:
        services.find_again(found.pk, offer=offer, by=person_of(request), now=datetime.now(UTC))
    except services.FoundAlready:
        messages.error(request, _("These lines were found meanwhile, here or elsewhere; nothing is counted twice."))
    except services.SignedOff:
        messages.error(request, _("It is signed off; open it again with a reason before you change anything."))
    else:
        messages.success(request, _("Found again; the lines are not carried on."))
    return redirect("reconciliation:carry_over", number)


@requires("reconcile.run")
@require_POST
def let_go(request: HttpRequest, number: int, line: int) -> HttpResponse:
    found = _changeable_or_404(request, number)
    try:
        services.let_go(found.pk, line=line, by=person_of(request), now=datetime.now(UTC))
    except services.FoundAlready:
        messages.error(request, _("This line is not found here any more."))
    except services.SignedOff:
        messages.error(request, _("It is signed off; open it again with a reason before you change anything."))
    else:
        messages.success(request, _("Taken back; the lines are open again."))
    return redirect("reconciliation:carry_over", number)


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
    context = {
        "page": page,
        "rows": [(rule, rule.learned_from_id in reach) for rule in page],
        "state": state,
        "states": LearnedRule.State.choices,
        "kept": f"state={state}&" if state else "",
    }
    return render(request, "reconciliation/rules.html", context)


@requires("reconcile.run")
@require_http_methods(["POST"])
def decide_rule(request: HttpRequest, rule: int) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    one = get_object_or_404(learned.visible_rules(person, today), pk=rule)
    _changeable_or_404(request, one.learned_from_id)
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


def _with_result(request: HttpRequest, number: int) -> Reconciliation:
    found = get_object_or_404(queries.visible_reconciliations(person_of(request), day_of(request)), pk=number)
    if not found.has_result:
        raise Http404
    return found


def _changeable_or_404(request: HttpRequest, number: int) -> Reconciliation:
    rows: Any = queries.changeable_reconciliations(person_of(request), day_of(request))
    found: Reconciliation = get_object_or_404(rows, pk=number)
    return found


def _may_change(request: HttpRequest, found: Reconciliation) -> bool:
    person: Any = person_of(request)
    if found.is_signed or not person.may("reconcile.run"):
        return False
    return queries.changeable_reconciliations(person, day_of(request)).filter(pk=found.pk).exists()


__all__: Sequence[str] = ("carry_over", "decide_rule", "find_again", "let_go", "rules", "stores")
