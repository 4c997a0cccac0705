"""What the chart shows: cards with names, holders and lines, found with the same few queries at any size."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.contrib.auth import get_user_model
from django.db.models import Q

from keytally.people.models import Holding, Position
from keytally.people.queries.organisation import organisation, position_roles, running
from keytally.people.rules.chart import FIRST_SHOWN, Card, Chart, Stroke, Tree, draw
from keytally.people.rules.organisation import Organisation

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants to see: where the chart begins, which positions are open, how deep, and what is sought."""

    as_of: date
    root: int | None = None
    opened: frozenset[int] | None = None
    levels: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with what is written on it."""

    card: Card
    name: str
    role: str
    holders: tuple[tuple[int, str], ...]
    dotted: tuple[str, ...]
    is_found: bool


@dataclass(frozen=True, slots=True)
class ShownChart:
    """Everything that the page of the chart needs."""

    cards: tuple[ShownCard, ...]
    strokes: tuple[Stroke, ...]
    drawn: Chart
    size: int
    found: int | None
    root: ShownCard | None


def shown_chart(wish: Wish) -> ShownChart:
    """Draw what a reader wants to see of the organisation."""
    whole = organisation(as_of=wish.as_of)
    tree = _tree(whole)
    root = wish.root if wish.root in whole.positions else None
    roots = tree.tops if root is None else (root,)
    found = found_positions(wish.text, as_of=wish.as_of) if wish.text else None
    drawn = draw(tree, roots=roots, opened=_opened(wish, tree=tree, roots=roots, found=found))
    cards = _named(drawn.cards, whole=whole, found=found or frozenset())
    first = cards[0] if root is not None else None
    return ShownChart(cards, drawn.strokes, drawn, len(whole.positions), None if found is None else len(found), first)


def found_positions(text: str, *, as_of: date) -> frozenset[int]:
    """Find positions by their name or code, or by the name of a holder."""
    by_name = Q(name_zh__icontains=text) | Q(name_en__icontains=text) | Q(code__icontains=text)
    people = Q(person__name__icontains=text) | Q(person__username__icontains=text)
    held = Holding.objects.filter(running(as_of) & people).values_list("position_id", flat=True)
    named = Position.objects.filter(running(as_of) & by_name).values_list("pk", flat=True)
    return frozenset([*held[:MOST_FOUND], *named[:MOST_FOUND]])


def people_names(numbers: Iterable[int]) -> dict[int, str]:
    """Name people by their numbers."""
    people = get_user_model().objects.filter(pk__in=set(numbers))
    return {number: name or username for number, name, username in people.values_list("pk", "name", "username")}


@lru_cache(maxsize=8)
def _tree(whole: Organisation) -> Tree:
    return Tree(whole)


def _opened(wish: Wish, *, tree: Tree, roots: Iterable[int], found: frozenset[int] | None) -> frozenset[int]:
    if found:
        return frozenset(boss for place in found for boss in tree.whole.bosses_above(place))
    if wish.opened is not None:
        return wish.opened
    if wish.levels is not None:
        return tree.opened(roots, levels=wish.levels)
    return tree.opened(roots, at_most=FIRST_SHOWN)


def _named(cards: Iterable[Card], *, whole: Organisation, found: frozenset[int]) -> tuple[ShownCard, ...]:
    shown = {card.position: card for card in cards}
    bosses = {boss for place in shown for boss in whole.dotted_bosses(place)}
    places = Position.objects.in_bulk(set(shown) | bosses)
    people = people_names(holder for place in shown for holder in whole.holders(place))
    roles = {code: role.name for code, role in position_roles().items()}
    return tuple(
        _written(card, places=places, people=people, roles=roles, whole=whole, is_found=card.position in found)
        for card in shown.values()
    )


def _written(
    card: Card,
    *,
    places: Mapping[int, Position],
    people: Mapping[int, str],
    roles: Mapping[str, str],
    whole: Organisation,
    is_found: bool,
) -> ShownCard:
    place = places[card.position]
    return ShownCard(
        card,
        name=place.name,
        role=roles.get(place.role, place.role),
        holders=tuple((holder, people[holder]) for holder in whole.holders(card.position) if holder in people),
        dotted=tuple(places[boss].name for boss in whole.dotted_bosses(card.position) if boss in places),
        is_found=is_found,
    )
