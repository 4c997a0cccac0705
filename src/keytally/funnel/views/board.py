"""The board: cards by stage, moved by dragging or by keys; the same service moves them as everywhere."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import day_of, person_of, requires
from keytally.funnel.queries import board as cards
from keytally.funnel.queries import lists
from keytally.funnel.queries.reach import CHANGE
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.stages import Stage, State
from keytally.funnel.services import moving
from keytally.funnel.views.lists import filters
from keytally.funnel.views.occasions import mending, occasion

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.funnel.models import Opportunity


@requires("funnel.view")
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    wanted, found = _asked(request)
    profile = gate_profile(as_of=today)
    columns = cards.columns(found, as_of=today)
    context = {
        **filters(person, wanted, as_of=today),
        "columns": [(one, profile.stages[Stage(one.head.stage)] if one.head.stage else None) for one in columns],
        "is_empty": not any(one.head.count for one in columns),
        "is_board": True,
        "today": today,
        "may_change": person.may(CHANGE),
    }
    return render(request, "funnel/board.html", context)


@requires("funnel.change")
@require_POST
def drop(request: HttpRequest, number: int) -> HttpResponse:
    """Move a card; answers the card and the heads of both columns, or leads to where the refusal can be mended."""
    found = occasion(request, number, permission=CHANGE)
    to, before = request.POST.get("to", ""), found.opportunity.stage
    if to not in set(Stage):
        raise Http404
    try:
        moving.move(
            opportunity_id=number, to=Stage(to), by=found.by, now=found.now, seen_in=request.POST.get("seen_in")
        )
    except GateClosed as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
        return _lead(request, mending(number, refusal, then=to))
    except UnableToKeepOpportunity as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
        return _lead(request, reverse("funnel:board"))
    if not request.headers.get("HX-Request"):
        return redirect("funnel:board")
    _wanted, opportunities = _asked(request)
    sums = cards.heads(opportunities, as_of=found.today, stages=[before, to])
    context = {
        "cards": cards.cards(opportunities.filter(pk=number), as_of=found.today),
        "heads": [sums[before], sums[to]],
        "today": found.today,
    }
    return render(request, "funnel/_dropped.html", context)


def _asked(request: HttpRequest) -> "tuple[lists.Wanted, QuerySet[Opportunity]]":
    asked = {**request.GET.dict(), "state": State.OPEN.value, "stage": ""}
    wanted = lists.wanted_of(asked)
    return wanted, lists.filtered(person_of(request), wanted, as_of=day_of(request))


def _lead(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
