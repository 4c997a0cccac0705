"""Where do stores lie, drawn without tiles: positions in a frame, many in one place as one circle?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from keytally.accounts.models import AccountNode
from keytally.accounts.rules.regions import MUNICIPALITIES, area_names

WIDTH, HEIGHT, MARGIN = 900, 560, 30
CELL = 18
MOST_NAMED = 4
MOST_LABELS = 60
LETTER = 12
DEGREE = 1_000_000
# Degrees from one line to the next, and how far apart they must lie at least to be read.
STEPS = (1, 2, 5, 10, 20)
APART = 70

Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Circle:
    """One or several stores in one place of the picture."""

    x: int
    y: int
    radius: int
    count: int
    title: str
    node: int | None


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a city or province beside its stores."""

    x: int
    y: int
    name: str

    @property
    def box(self) -> "Box":
        """Bound the name, each letter as wide as a Chinese one."""
        return self.x, self.y - LETTER, self.x + LETTER * len(self.name), self.y + 3


@dataclass(frozen=True, slots=True)
class Line:
    """A line of whole degrees, east where it stands upright and north where it lies."""

    at: int
    degrees: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture: its circles, what could not be drawn, and what the frame spans in millionths of a degree."""

    circles: tuple[Circle, ...]
    drawn: int
    without_position: int
    north: int = 0
    south: int = 0
    west: int = 0
    east: int = 0
    width: int = WIDTH
    height: int = HEIGHT
    labels: tuple[Label, ...] = ()
    meridians: tuple[Line, ...] = ()
    parallels: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the picture spans in millionths of a degree; longitude is narrowed as it is in mid China, by a sixth."""

    south: int
    north: int
    west: int
    east: int

    def x(self, east: int) -> int:
        wide, scale = self._scale
        left = (WIDTH - (self.east - self.west) * wide // scale) // 2
        return left + (east - self.west) * wide // scale

    def y(self, north: int) -> int:
        wide, scale = self._scale
        return HEIGHT - MARGIN - (north - self.south) * wide * 6 // (scale * 5)

    @property
    def _scale(self) -> tuple[int, int]:
        wide, high = max(1, self.east - self.west), max(1, self.north - self.south)
        inner_width, inner_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
        if inner_width * high * 6 <= inner_height * wide * 5:
            return inner_width, wide
        return inner_height * 5, high * 6

    def lines(self) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
        """Draw meridians and parallels of whole degrees, as many as can be read."""
        step = next((one for one in STEPS if self.y(0) - self.y(one * DEGREE) >= APART), STEPS[-1])
        easts = [one for one in range(-180, 181, step) if 0 < self.x(one * DEGREE) < WIDTH]
        norths = [one for one in range(-90, 91, step) if 0 < self.y(one * DEGREE) < HEIGHT]
        return (
            tuple(Line(self.x(one * DEGREE), one) for one in easts),
            tuple(Line(self.y(one * DEGREE), one) for one in norths),
        )


def chart(stores: QuerySet[AccountNode]) -> Chart:
    """Draw stores by their positions in a frame that fits them."""
    positions = stores.exclude(latitude_micro=None).exclude(longitude_micro=None).order_by()
    rows = positions.values_list("pk", "name_zh", "latitude_micro", "longitude_micro", "area_code")
    places = [(number, name, north or 0, east or 0, code) for number, name, north, east, code in rows]
    missing = stores.order_by().filter(Q(latitude_micro=None) | Q(longitude_micro=None)).count()
    if not places:
        return Chart((), 0, missing)
    norths, easts = [one[2] for one in places], [one[3] for one in places]
    frame = _Frame(south=min(norths), north=max(norths), west=min(easts), east=max(easts))
    cells: dict[tuple[int, int], list[tuple[int, str]]] = {}
    cities: dict[str, list[tuple[int, int]]] = {}
    for number, name, latitude, longitude, code in places:
        x, y = frame.x(longitude), frame.y(latitude)
        cells.setdefault((x // CELL, y // CELL), []).append((number, name))
        cities.setdefault(_city(code), []).append((x, y))
    circles = tuple(_circle(place, stores_there) for place, stores_there in sorted(cells.items()))
    meridians, parallels = frame.lines()
    return Chart(
        circles,
        len(places),
        missing,
        *(frame.north, frame.south, frame.west, frame.east),
        labels=_labels(cities, circles),
        meridians=meridians,
        parallels=parallels,
    )


def _labels(cities: Mapping[str, list[tuple[int, int]]], circles: Sequence[Circle]) -> tuple[Label, ...]:
    """Name the cities with the most stores first, where their names lie on no circle and no other name."""
    taken: list[Box] = [
        (one.x - one.radius, one.y - one.radius, one.x + one.radius, one.y + one.radius) for one in circles
    ]
    placed: list[Label] = []
    for code, points in sorted(cities.items(), key=lambda item: (-len(item[1]), item[0])):
        names = area_names(code) if code else ()
        label = (
            next((one for one in _tries(names[-1], points) if not _lies_on(one.box, taken)), None) if names else None
        )
        if label and len(placed) < MOST_LABELS:
            placed.append(label)
            taken.append(label.box)
    return tuple(placed)


def _tries(name: str, points: list[tuple[int, int]]) -> Iterator[Label]:
    """Offer places for a name: right of its stores, left of them, below and above, each a little higher or lower."""
    easts, norths = [point[0] for point in points], [point[1] for point in points]
    middle = sum(norths) // len(norths) + LETTER // 2
    length = LETTER * len(name)
    for shift in (0, LETTER, -LETTER, 2 * LETTER, -2 * LETTER):
        yield Label(max(easts) + 16, middle + shift, name)
        yield Label(min(easts) - 34 - length, middle + shift, name)
    centre = sum(easts) // len(easts) - length // 2
    yield Label(centre, max(norths) + 14 + LETTER, name)
    yield Label(centre, min(norths) - 30, name)


def _lies_on(box: Box, taken: Iterable[Box]) -> bool:
    west, top, east, bottom = box
    is_outside = west < 0 or top < 0 or east > WIDTH or bottom > HEIGHT
    return is_outside or any(west < one[2] and one[0] < east and top < one[3] and one[1] < bottom for one in taken)


def _city(code: str) -> str:
    return f"{code[:2]}0000" if code[:2] in MUNICIPALITIES or code[2:4] == "00" else f"{code[:4]}00" if code else ""


def _circle(place: tuple[int, int], stores: list[tuple[int, str]]) -> Circle:
    names = Counter(name for _number, name in stores)
    title = ", ".join(list(names)[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    radius = 4 + min(14, len(str(len(stores))) * 3 if len(stores) > 1 else 0)
    column, row = place
    number = stores[0][0] if len(stores) == 1 else None
    return Circle(column * CELL, row * CELL, radius, len(stores), title, number)
