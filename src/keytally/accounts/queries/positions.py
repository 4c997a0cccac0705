"""Where do stores lie, drawn without tiles: positions in a frame, many in one place as one circle?"""

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from keytally.accounts.models import AccountNode
from keytally.accounts.rules.regions import MUNICIPALITIES, area_names

WIDTH, HEIGHT, MARGIN = 900, 560, 30
CELL = 18
MOST_NAMED = 4
MOST_LABELS = 60


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


def chart(stores: QuerySet[AccountNode]) -> Chart:
    """Draw stores by their positions; the frame fits them, longitude narrowed as it is at their latitude."""
    positions = stores.exclude(latitude_micro=None).exclude(longitude_micro=None).order_by()
    rows = positions.values_list("pk", "name_zh", "latitude_micro", "longitude_micro", "area_code")
    places = [(number, name, north or 0, east or 0, code) for number, name, north, east, code in rows]
    missing = stores.order_by().filter(latitude_micro=None).count()
    if not places:
        return Chart((), 0, missing)
    south, north = min(one[2] for one in places), max(one[2] for one in places)
    west, east = min(one[3] for one in places), max(one[3] for one in places)
    scale = _scale(south=south, north=north, west=west, east=east)
    left = (WIDTH - (east - west) * scale[0] // scale[1]) // 2
    cells: dict[tuple[int, int], list[tuple[int, str]]] = {}
    cities: dict[str, list[tuple[int, int]]] = {}
    for number, name, latitude, longitude, code in places:
        x = left + (longitude - west) * scale[0] // scale[1]
        y = HEIGHT - MARGIN - (latitude - south) * scale[2] // scale[3]
        cells.setdefault((x // CELL, y // CELL), []).append((number, name))
        cities.setdefault(_city(code), []).append((x, y))
    circles = tuple(_circle(place, stores_there) for place, stores_there in sorted(cells.items()))
    labels = tuple(_label(code, points) for code, points in sorted(cities.items()) if code)
    return Chart(circles, len(places), missing, north, south, west, east, labels=labels[:MOST_LABELS])


def _city(code: str) -> str:
    return f"{code[:2]}0000" if code[:2] in MUNICIPALITIES or code[2:4] == "00" else f"{code[:4]}00" if code else ""


def _label(code: str, points: list[tuple[int, int]]) -> Label:
    """Put the name right of the easternmost store, on the middle line of all."""
    y = sum(point[1] for point in points) // len(points)
    return Label(max(point[0] for point in points) + 16, y, area_names(code)[-1] if area_names(code) else "")


def _scale(*, south: int, north: int, west: int, east: int) -> tuple[int, int, int, int]:
    """Fit the frame; a degree of longitude is drawn as wide as five sixths of one of latitude, as in mid China."""
    wide, high = max(1, east - west), max(1, north - south)
    inner_width, inner_height = WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN
    if inner_width * high * 6 <= inner_height * wide * 5:
        return inner_width, wide, inner_width * 6, wide * 5
    return inner_height * 5, high * 6, inner_height, high


def _circle(place: tuple[int, int], stores: list[tuple[int, str]]) -> Circle:
    names = Counter(name for _number, name in stores)
    title = ", ".join(list(names)[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    radius = 4 + min(14, len(str(len(stores))) * 3 if len(stores) > 1 else 0)
    column, row = place
    number = stores[0][0] if len(stores) == 1 else None
    return Circle(column * CELL, row * CELL, radius, len(stores), title, number)
