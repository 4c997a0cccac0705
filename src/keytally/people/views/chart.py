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
from keytally.people.views.asked import day_asked, number_asked, numbers_asked, text_asked, wants_partial

LEVELS = range(1, 9)
# Without a wish a wide window gets the drawing, a phone the list.
VIEWS = LIST, DRAWING = "list", "drawing"
TOGGLE_WIDTH = 36


@dataclass(frozen=True, slots=True)
class Row:
    """A card as the templates write it: all of it text already, for there are hundreds."""

    shown: ShownCard
    says: str
    holders: str
    key: str
    boss: str
    level: str
    number: str
    of: str
    below: str
    place: str
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
    facts = _facts(shown, wish=wish, view=request.GET.get("view", ""))
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
        text=text_asked(request, "text"),
    )


def _facts(shown: ShownChart, *, wish: Wish, view: str) -> dict[str, Any]:
    opened = ".".join(map(str, sorted(shown.drawn.opened)))
    view = view if view in VIEWS else ""
    other = DRAWING if view == LIST else LIST
    basis = _query(as_of=wish.as_of, root=wish.root, view=view)
    return {
        "shown": shown,
        "rows": list(_rows(shown)),
        "wish": wish,
        "as_list": view == LIST,
        "view": view,
        "basis": basis,
        "kept": f"{basis}&open={opened}",
        "opened": opened,
        "other_view": _query(as_of=wish.as_of, root=wish.root, open=opened, view=other),
        "levels": LEVELS,
        "day": wish.as_of.isoformat(),
        "pages": reverse("people:positions"),
        "persons": reverse("people:persons"),
        "card_width": str(CARD_WIDTH),
        "card_height": str(CARD_HEIGHT),
        "toggle_at": str(CARD_WIDTH - TOGGLE_WIDTH - 6),
        "toggle_middle": str(CARD_WIDTH - 6 - TOGGLE_WIDTH // 2),
    }


def _rows(shown: ShownChart) -> Iterable[Row]:
    levels = [each.card.level for each in shown.cards[1:]] + [1]
    joint = pgettext("between names", ", ")
    for each, following in zip(shown.cards, levels, strict=False):
        card, holders = each.card, joint.join(name for _number, name in each.holders)
        yield Row(
            each,
            says=_says(each, holders=holders),
            holders=holders,
            key=str(card.position),
            boss="" if card.boss is None else str(card.boss),
            level=str(card.level),
            number=str(card.number),
            of=str(card.of),
            below=str(card.below) if card.below else "",
            place=f"translate({card.x} {card.y})",
            closes="x" * max(0, card.level - following),
        )


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
