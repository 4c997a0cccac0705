"""The chart of the organisation as of any day: drawn, or as a nested list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from keytally.core.access import person_of, requires
from keytally.people.queries.chart import ShownCard, ShownChart, Wish, shown_chart
from keytally.people.rules.chart import CARD_HEIGHT, CARD_WIDTH
from keytally.people.views.asked import day_asked, number_asked, numbers_asked, wants_partial

LEVELS = range(1, 9)
LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A card as the templates write it: what it says aloud, and how many lists end after it."""

    shown: ShownCard
    says: str
    holders: str
    closes: str


@requires("people.view")
@require_GET
def chart(request: HttpRequest) -> HttpResponse:
    wish = _wish(request)
    shown = shown_chart(wish)
    toggled = number_asked(request, "toggle")
    if toggled is not None:
        opened = shown.drawn.opened ^ {toggled}
        wish = Wish(wish.as_of, wish.root, opened)
        shown = shown_chart(wish)
    as_list = request.GET.get("view") == "list"
    facts = _facts(shown, wish=wish, as_list=as_list)
    facts["may_change"] = person_of(request).may("people.change")
    response = render(request, "people/_chart.html" if wants_partial(request) else "people/chart.html", facts)
    response["Vary"] = "HX-Request"
    if wants_partial(request):
        response["HX-Push-Url"] = f"{reverse('people:chart')}?{facts['kept']}"
    return response


def _wish(request: HttpRequest) -> Wish:
    return Wish(
        as_of=day_asked(request),
        root=number_asked(request, "root"),
        opened=numbers_asked(request, "open"),
        levels=number_asked(request, "levels"),
        text=request.GET.get("text", "").strip()[:LONGEST_TEXT],
    )


def _facts(shown: ShownChart, *, wish: Wish, as_list: bool) -> dict[str, Any]:
    opened = ".".join(map(str, sorted(shown.drawn.opened)))
    basis = _query(as_of=wish.as_of, root=wish.root, view="list" if as_list else None)
    return {
        "shown": shown,
        "rows": list(_rows(shown)),
        "wish": wish,
        "as_list": as_list,
        "basis": basis,
        "kept": f"{basis}&open={opened}",
        "opened": opened,
        "other_view": _query(as_of=wish.as_of, root=wish.root, open=opened, view=None if as_list else "list"),
        "levels": LEVELS,
        "card_width": CARD_WIDTH,
        "card_height": CARD_HEIGHT,
    }


def _rows(shown: ShownChart) -> Iterable[Row]:
    cards = shown.cards
    levels = [card.card.level for card in cards[1:]] + [1]
    for card, following in zip(cards, levels, strict=False):
        names = pgettext("between names", ", ").join(name for _number, name in card.holders)
        closes = max(0, card.card.level - following)
        yield Row(card, _says(card, holders=names), names, "x" * closes)


def _says(card: ShownCard, *, holders: str) -> str:
    """Word a card for those who hear the chart."""
    parts = [card.name, holders or _("vacant")]
    if card.card.below:
        parts.append(ngettext("%(count)d below", "%(count)d below", card.card.below) % {"count": card.card.below})
    if card.dotted:
        names = pgettext("between names", ", ").join(card.dotted)
        parts.append(_("dotted line to %(names)s") % {"names": names})
    return pgettext("between parts", ", ").join(parts)


def _query(*, as_of: date, **more: object) -> str:
    return urlencode({"as_of": as_of.isoformat(), **{name: value for name, value in more.items() if value}})
