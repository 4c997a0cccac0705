"""Pages of what earlier months left open: look at the offers, take them, refuse them for good, take that back."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import day_of, person_of, requires
from keytally.reconciliation import services
from keytally.reconciliation.queries import carried
from keytally.reconciliation.views import found as pages

PER_PAGE = 50


@requires("reconcile.view")
@require_GET
def carry_over(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.with_result(request, number)
    shown = carried.carry_over(found, as_of=day_of(request))
    context = {
        "found": found,
        "below": True,
        "heading": _("Carried over from earlier months"),
        "shown": shown,
        "page": Paginator(shown.open_lines, PER_PAGE).get_page(request.GET.get("page")),
        "before": carried.previous(found),
        "may_change": not found.is_signed and pages.may(request, found, "reconcile.run"),
    }
    return render(request, "reconciliation/carry_over.html", context)


@requires("reconcile.run")
@require_POST
def find_again(request: HttpRequest, number: int, offer: int) -> HttpResponse:
    by, now = person_of(request), datetime.now(UTC)
    return _act(
        request,
        number,
        lambda: services.find_again(number, offer=offer, by=by, now=now),
        said=_("Found again; the lines are not carried on."),
        gone=_("These lines were found meanwhile, here or elsewhere; nothing is counted twice."),
    )


@requires("reconcile.run")
@require_POST
def refuse_offer(request: HttpRequest, number: int, offer: int) -> HttpResponse:
    by, now, reason = person_of(request), datetime.now(UTC), request.POST.get("reason", "")
    return _act(
        request,
        number,
        lambda: services.refuse_offer(number, offer=offer, reason=reason, by=by, now=now),
        said=_("Refused; these lines are not offered to each other again, and stay open."),
        gone=_("This offer is not there any more; look again."),
    )


@requires("reconcile.run")
@require_POST
def offer_again(request: HttpRequest, number: int, stroke: str) -> HttpResponse:
    by, now = person_of(request), datetime.now(UTC)
    return _act(
        request,
        number,
        lambda: services.offer_again(number, stroke=stroke, by=by, now=now),
        said=_("Taken back; where the lines are still open, they are offered again."),
        gone=_("That was taken back already."),
    )


@requires("reconcile.run")
@require_POST
def let_go(request: HttpRequest, number: int, line: int) -> HttpResponse:
    by, now = person_of(request), datetime.now(UTC)
    return _act(
        request,
        number,
        lambda: services.let_go(number, line=line, by=by, now=now),
        said=_("Taken back; the lines are open again."),
        gone=_("This line is not found here any more."),
    )


def _act(request: HttpRequest, number: int, act: Callable[[], object], *, said: str, gone: str) -> HttpResponse:
    """Do something with an offer, and say what became of it."""
    pages.changeable(request, number, "reconcile.run")
    try:
        act()
    except services.FoundAlready:
        messages.error(request, gone)
    except services.UnableToRefuse:
        messages.error(request, _("Say in a few words why it is not the same; nothing was changed."))
    except services.SignedOff:
        messages.error(request, _("It is signed off; open it again with a reason before you change anything."))
    else:
        messages.success(request, said)
    return redirect("reconciliation:carry_over", number)


__all__: Sequence[str] = ("carry_over", "find_again", "let_go", "offer_again", "refuse_offer")
