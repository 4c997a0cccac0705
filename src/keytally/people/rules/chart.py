"""Which positions does the chart of the organisation show, and where does it draw each of them and its lines?

The way of the solid line runs from left to right: bosses left, reports right, brothers one below the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from keytally.people.rules.organisation import LineKind, Organisation

CARD_WIDTH, CARD_HEIGHT = 216, 54
GAP_ACROSS, GAP_DOWN = 44, 12
MARGIN = 12
# So many cards are shown at first, and at most.
FIRST_SHOWN, MOST_SHOWN = 60, 250


@dataclass(frozen=True)
class Tree:
    """The solid lines of an organisation as one tree for every position at the top."""

    whole: Organisation

    @cached_property
    def reports(self) -> Mapping[int, tuple[int, ...]]:
        """List the reports of every position by the boss of their own city."""
        found: dict[int, list[int]] = {}
        for place in self.whole.positions:
            boss = self.whole.solid_boss(place)
            if boss is not None:
                found.setdefault(boss, []).append(place)
        return {boss: tuple(places) for boss, places in found.items()}

    @cached_property
    def sizes(self) -> Mapping[int, int]:
        """Count the positions below every position."""
        order = [place for top in self.tops for place in self.walk(top)]
        sizes: dict[int, int] = {}
        for place in reversed(order):
            below = self.reports.get(place, ())
            sizes[place] = len(below) + sum(sizes.get(each, 0) for each in below)
        return sizes

    @cached_property
    def tops(self) -> tuple[int, ...]:
        """List the positions without a boss, those with the most below first."""
        loose = [place for place in self.whole.positions if self.whole.solid_boss(place) is None]
        return tuple(sorted(loose, key=lambda place: -len(self.walk(place))))

    def walk(self, top: int) -> list[int]:
        """List a position and everything below it, bosses before their reports."""
        found, waiting = [], [top]
        while waiting:
            place = waiting.pop()
            found.append(place)
            waiting.extend(reversed(self.reports.get(place, ())))
        return found

    def opened(self, roots: Iterable[int], *, levels: int | None = None, at_most: int = MOST_SHOWN) -> frozenset[int]:
        """Open level by level, so many levels or as many as leave no more than so many cards showing."""
        found: set[int] = set()
        level = list(roots)
        shown, depth = len(level), 1
        while level and (levels is None or depth < levels):
            below = [each for place in level for each in self.reports.get(place, ())]
            shown += len(below)
            if not below or shown > at_most:
                break
            found.update(place for place in level if self.reports.get(place))
            level, depth = below, depth + 1
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Card:
    """A position as the chart shows it."""

    position: int
    level: int
    number: int
    of: int
    row: int
    below: int
    is_open: bool
    boss: int | None

    @property
    def x(self) -> int:
        """Where it begins from the left."""
        return MARGIN + (self.level - 1) * (CARD_WIDTH + GAP_ACROSS)

    @property
    def y(self) -> int:
        """Where it begins from above."""
        return MARGIN + self.row * (CARD_HEIGHT + GAP_DOWN)


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line between two cards that show."""

    position: int
    boss: int
    kind: LineKind
    path: str
    city: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """The cards in the order of a walk, and the lines between them."""

    cards: tuple[Card, ...]
    strokes: tuple[Stroke, ...]
    opened: frozenset[int]
    is_cut: bool

    @property
    def width(self) -> int:
        """How wide the drawing is."""
        return max((card.x for card in self.cards), default=0) + CARD_WIDTH + MARGIN

    @property
    def height(self) -> int:
        """How high the drawing is."""
        return max((card.y for card in self.cards), default=0) + CARD_HEIGHT + MARGIN


@dataclass(frozen=True, slots=True)
class _Step:
    place: int
    level: int
    number: int
    of: int
    boss: int | None


def draw(tree: Tree, *, roots: Iterable[int], opened: frozenset[int], at_most: int = MOST_SHOWN) -> Chart:
    """Place the cards that show, at most so many, and the solid and dotted lines among them."""
    cards: dict[int, Card] = {}
    waiting = _steps(tuple(roots), level=1, boss=None)
    row, last_level = -1, 0
    while waiting and len(cards) < at_most:
        step = waiting.pop()
        below = tree.reports.get(step.place, ())
        is_open = step.place in opened and bool(below)
        row = row if 0 < last_level < step.level else row + 1
        last_level = step.level
        size = tree.sizes.get(step.place, 0)
        cards[step.place] = Card(step.place, step.level, step.number, step.of, row, size, is_open, step.boss)
        if is_open:
            waiting.extend(_steps(below, level=step.level + 1, boss=step.place))
    strokes = (stroke for card in cards.values() for stroke in _strokes(card, cards, tree.whole))
    return Chart(tuple(cards.values()), tuple(strokes), opened, is_cut=bool(waiting))


def _steps(places: tuple[int, ...], *, level: int, boss: int | None) -> list[_Step]:
    """List the next places to draw, the first of them last, where it is taken from."""
    steps = [_Step(place, level, number, len(places), boss) for number, place in enumerate(places, 1)]
    return steps[::-1]


def _strokes(card: Card, cards: Mapping[int, Card], whole: Organisation) -> Iterator[Stroke]:
    own = whole.solid_boss(card.position)
    for city, boss in whole.solid_bosses(card.position):
        if boss == own and card.boss in cards:
            yield Stroke(card.position, boss, LineKind.SOLID, _elbow(card, cards[boss]), city)
        elif boss in cards and boss != own:
            yield Stroke(card.position, boss, LineKind.SOLID, _curve(card, cards[boss]), city)
    for boss in whole.dotted_bosses(card.position):
        if boss in cards:
            yield Stroke(card.position, boss, LineKind.DOTTED, _curve(card, cards[boss]))


def _elbow(card: Card, boss: Card) -> str:
    """Lead from the right of a boss to the left of a report around a corner."""
    start, end = boss.y + CARD_HEIGHT // 2, card.y + CARD_HEIGHT // 2
    across = GAP_ACROSS // 2
    return f"M{boss.x + CARD_WIDTH} {start}h{across}V{end}h{across}"


def _curve(card: Card, boss: Card) -> str:
    """Lead from a report to another boss in a bow, below the middle of the cards."""
    start, end = card.y + CARD_HEIGHT * 3 // 4, boss.y + CARD_HEIGHT * 3 // 4
    right = boss.x + CARD_WIDTH
    if right < card.x:
        return f"M{card.x} {start}C{card.x - GAP_ACROSS} {start} {right + GAP_ACROSS} {end} {right} {end}"
    bow = max(card.x + CARD_WIDTH, right) + GAP_ACROSS - 6
    return f"M{card.x + CARD_WIDTH} {start}C{bow} {start} {bow} {end} {right} {end}"
