"""Are two accounts one and the same, and what speaks for it?"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

_PUNCTUATION = re.compile(r"[\W_]+")
_IDLE = re.compile(r"有限责任公司|股份有限公司|有限公司|购物广场|购物中心|超市|卖场|商场|分店|门店|店|超级市场")
ALIKE_PERCENT = 80
POSITION_MICRO = 1_500
MOST_IN_BLOCK = 50
# More stores than these under one tax id are those of one company.
MOST_OF_TAX_ID = 3
FAR_MICRO = 20_000
POINTS = {"SAME_TAX_ID": 60, "SAME_PHONE": 30, "SAME_NAME": 40, "ALIKE_NAME": 25, "SAME_ADDRESS": 35, "SAME_PLACE": 20}
# Within one chain, or between two chains, one thing in common is enough to ask; far apart on the map it is not.
SAME_CHAIN_POINTS, FAR_APART_POINTS = 30, 50
ENOUGH = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """What is compared of an account."""

    node: int
    kind: str
    chain: int | None
    name: str
    tax_id: str = ""
    phones: frozenset[str] = frozenset()
    address: str = ""
    latitude: int | None = None
    longitude: int | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two accounts that may be one, the points for it and every reason."""

    first: int
    second: int
    points: int
    reasons: tuple[str, ...]


def plain_name(name: str) -> str:
    """Bring a name into the form in which it is compared: no brackets, no idle words, half width.

    >>> plain_name("沃尔玛（杨行店）"), plain_name("沃尔玛杨行 分店")
    ('沃尔玛杨行', '沃尔玛杨行')
    """
    plain = _PUNCTUATION.sub("", unicodedata.normalize("NFKC", name).casefold())
    return _IDLE.sub("", plain) or plain


def likeness(first: Entry, second: Entry) -> Likeness:
    """Weigh what two accounts have in common."""
    one, other = plain_name(first.name), plain_name(second.name)
    checks = {
        "SAME_TAX_ID": first.tax_id and first.tax_id == second.tax_id and first.kind == second.kind,
        "SAME_PHONE": first.phones & second.phones,
        "SAME_NAME": one == other,
        "ALIKE_NAME": one != other and alike_percent(one, other) >= ALIKE_PERCENT,
        "SAME_ADDRESS": first.address and plain_name(first.address) == plain_name(second.address),
    }
    reasons = [reason for reason, holds in checks.items() if holds]
    apart = _apart(first, second)
    if apart is not None and apart <= POSITION_MICRO:
        reasons.append("SAME_PLACE")
    points = sum(POINTS[reason] for reason in reasons)
    if points and (first.chain == second.chain or first.kind == second.kind == "CHAIN"):
        points += SAME_CHAIN_POINTS
    if points and (apart or 0) > FAR_MICRO:
        reasons.append("FAR_APART")
        points -= FAR_APART_POINTS
    low, high = sorted((first.node, second.node))
    return Likeness(low, high, max(0, min(100, points)), tuple(reasons))


def likely(entries: Sequence[Entry]) -> tuple[Likeness, ...]:
    """List the pairs of one kind that may be one, the likeliest first; only those that share something are compared."""
    entries = _with_own_tax_ids(entries)
    by_node = {entry.node: entry for entry in entries}
    found = [likeness(by_node[one], by_node[other]) for one, other in sorted(_pairs(entries))]
    return tuple(sorted((pair for pair in found if pair.points >= ENOUGH), key=lambda pair: (-pair.points, pair.first)))


def _with_own_tax_ids(entries: Sequence[Entry]) -> list[Entry]:
    """Leave out the tax id of stores that is their company's: one above the stores has it, or many stores share it."""
    above = {entry.tax_id for entry in entries if entry.kind != "STORE"}
    shared = Counter(entry.tax_id for entry in entries if entry.kind == "STORE")
    companies = above | {number for number, count in shared.items() if count > MOST_OF_TAX_ID}
    return [
        replace(entry, tax_id="") if entry.kind == "STORE" and entry.tax_id in companies else entry for entry in entries
    ]


def _pairs(entries: Iterable[Entry]) -> set[tuple[int, int]]:
    blocks: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for entry in entries:
        for key in _keys(entry):
            blocks[entry.kind, *key].append(entry.node)
    small = [sorted(set(block)) for block in blocks.values() if 1 < len(block) <= MOST_IN_BLOCK]
    return {(one, other) for block in small for place, one in enumerate(block) for other in block[place + 1 :]}


def _keys(entry: Entry) -> Iterable[tuple[object, ...]]:
    yield "name", plain_name(entry.name)
    if entry.tax_id:
        yield "tax", entry.tax_id
    for phone in entry.phones:
        yield "phone", phone
    if entry.address:
        yield "address", plain_name(entry.address)
    if entry.latitude is not None and entry.longitude is not None:
        row, column = entry.latitude // POSITION_MICRO, entry.longitude // POSITION_MICRO
        yield from (("place", row + down, column + right) for down in (0, 1) for right in (0, 1))


def _apart(first: Entry, second: Entry) -> int | None:
    """Measure how far two lie apart on the map, north or east whichever is more; None where one has no position."""
    places = (first.latitude, first.longitude, second.latitude, second.longitude)
    if None in places:
        return None
    one, two, three, four = (place or 0 for place in places)
    return max(abs(one - three), abs(two - four))


def alike_percent(one: str, other: str) -> int:
    """Compare two plain names by the pairs of letters they share, in per cent (Dice).

    >>> alike_percent("大润发杨行", "大润发杨浦")
    75
    """
    ours, theirs = _pairs_of(one), _pairs_of(other)
    return 200 * len(ours & theirs) // (len(ours) + len(theirs)) if ours and theirs else 0


def _pairs_of(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}
