"""Pages of what earlier months left open: look at the offers, take them, refuse them for good, take that back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
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


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done with an offer or a carried line, and what is said of it afterwards."""

    act: Callable[..., object]
    said: Promise | str
    gone: Promise | str


FIND = Deed(
    services.find_again,
    said=gettext_lazy("Found again; the lines are not carried on."),
    gone=gettext_lazy("These lines were found meanwhile, here or elsewhere; nothing is counted twice."),
)
REFUSE = Deed(
    services.refuse_offer,
    said=gettext_lazy("Refused; these lines are not offered to each other again, and stay open."),
    gone=gettext_lazy("This offer is not there any more; look again."),
)
OFFER_AGAIN = Deed(
    services.offer_again,
    said=gettext_lazy("Taken back; where the lines are still open, they are offered again."),
    gone=gettext_lazy("That was taken back already."),
)
LET_GO = Deed(
    services.let_go,
    said=gettext_lazy("Taken back; the lines are open again."),
    gone=gettext_lazy("This line is not found here any more."),
)


@requires("reconcile.run")
@require_POST
def find_again(request: HttpRequest, number: int, offer: int) -> HttpResponse:
    return _do(request, number, FIND, offer=offer)


@requires("reconcile.run")
@require_POST
def refuse_offer(request: HttpRequest, number: int, offer: int) -> HttpResponse:
    return _do(request, number, REFUSE, offer=offer, reason=request.POST.get("reason", ""))


@requires("reconcile.run")
@require_POST
def offer_again(request: HttpRequest, number: int, stroke: str) -> HttpResponse:
    return _do(request, number, OFFER_AGAIN, stroke=stroke)


@requires("reconcile.run")
@require_POST
def let_go(request: HttpRequest, number: int, line: int) -> HttpResponse:
    return _do(request, number, LET_GO, line=line)


def _do(request: HttpRequest, number: int, deed: Deed, **which: int | str) -> HttpResponse:
    """Do something with an offer, and say what became of it."""
    pages.changeable(request, number, "reconcile.run")
    try:
        deed.act(number, **which, by=person_of(request), now=datetime.now(UTC))
    except services.FoundAlready:
        messages.error(request, str(deed.gone))
    except services.UnableToRefuse:
        messages.error(request, _("Say in a few words why it is not the same; nothing was changed."))
    except services.SignedOff:
        messages.error(request, _("It is signed off; open it again with a reason before you change anything."))
    else:
        messages.success(request, str(deed.said))
    return redirect("reconciliation:carry_over", number)


__all__: Sequence[str] = ("carry_over", "find_again", "let_go", "offer_again", "refuse_offer")
