"""The funnel as a picture, a manager's weekly review, and what nobody touched for too long."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keytally.core.access import day_of, person_of, requires
from keytally.funnel.queries import board as cards
from keytally.funnel.queries import lists, reviews
from keytally.funnel.queries.stale import stale as untouched
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.stages import STAGES, Stage, State
from keytally.funnel.views.lists import filters

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.funnel.models import Opportunity

WIDTH, ROW = 560, 62
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Bar:
    """A stage in the picture: its box, the part that does not qualify, and its figures."""

    head: cards.Head
    weight: int
    x: int
    y: int
    width: int
    bad_width: int
    weighted: tuple[tuple[str, int], ...]


@requires("funnel.view")
@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    wanted = lists.wanted_of({**request.GET.dict(), "state": State.OPEN.value, "stage": ""})
    found = lists.filtered(person, wanted, as_of=today)
    bars = _bars(found, today=today)
    context = {
        **filters(person, wanted, as_of=today),
        "bars": bars,
        "height": ROW * len(bars) + 10,
        "is_empty": not any(bar.head.count for bar in bars),
        "is_board": True,
    }
    return render(request, "funnel/picture.html", context)


@requires("funnel.review")
@require_GET
def review_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    groups = reviews.groups(person, as_of=today)
    context = {"groups": groups, "today": today, "week": today - timedelta(days=7)}
    return render(request, "funnel/review.html", context)


@requires("funnel.view")
@require_GET
def stale_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    wanted = lists.wanted_of({**request.GET.dict(), "sort": "touched", "state": State.OPEN.value})
    found = untouched(lists.filtered(person, wanted, as_of=today), as_of=today).select_related("account", "owner")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    profile = gate_profile(as_of=today)
    rows = [
        (one, (today - one.touched_on).days, profile.stages[Stage(one.stage or Stage.TARGET)].stale_days)
        for one in page
    ]
    context = {
        **filters(person, wanted, as_of=today),
        "page": page,
        "rows": rows,
        "sums": lists.totals(found),
        "kept": f"{query}&" if (query := wanted.query()) else "",
        "today": today,
    }
    return render(request, "funnel/stale.html", context)


def _bars(found: "QuerySet[Opportunity]", *, today: date) -> list[Bar]:
    profile = gate_profile(as_of=today)
    heads = cards.heads(found, as_of=today, stages=[stage.value for stage in STAGES])
    good = cards.heads(found.filter(lists.qualifies(today)), as_of=today, stages=[stage.value for stage in STAGES])
    most = max((head.count for head in heads.values()), default=0) or 1
    bars = []
    for place, stage in enumerate(STAGES):
        head, weight = heads[stage], profile.stages[stage].weight
        width = max(2, WIDTH * head.count // most) if head.count else 0
        weighted = tuple((currency, minor * weight // 100) for currency, minor in good[stage].amounts)
        bad = width * head.unqualified // head.count if head.count else 0
        bars.append(Bar(head, weight, (WIDTH - width) // 2 + 120, ROW * place + 8, width, bad, weighted))
    return bars
