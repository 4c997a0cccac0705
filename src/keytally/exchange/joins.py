"""Do the lines of two samples meet, and what agrees where they do?"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from keytally.exchange.canonical import Column
from keytally.exchange.shapes import ANY_MARKS
from keytally.exchange.values import Figure, folded, read_code, read_figure

KEY_SETS: Sequence[tuple[Column, ...]] = (
    (Column.ORDER_NO, Column.STORE, Column.ITEM),
    (Column.ORDER_NO, Column.STORE, Column.GTIN),
    (Column.ORDER_NO, Column.ITEM),
    (Column.ORDER_NO, Column.GTIN),
    (Column.DOC_NO, Column.LINE_NO),
    (Column.DOC_NO, Column.ITEM),
    (Column.DOC_NO, Column.GTIN),
    (Column.DOC_NO,),
    (Column.ORDER_NO,),
    (Column.STORE, Column.DATE, Column.ITEM),
)
MOST_PAIRS = 2_000
Values = Mapping[Column, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the lines whose keys meet once on each side, what share agrees, and agrees with the opposite sign."""

    lines: int
    share: int
    opposite: int


def overlap(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Give the share of the smaller set of codes that stands in the other, in per cent."""
    left, right = _codes(ours), _codes(theirs)
    if not left or not right:
        return 0
    return len(left & right) * 100 // min(len(left), len(right))


def _codes(values: Sequence[str]) -> frozenset[str]:
    return frozenset(code.lstrip("0") or "0" for value in set(values) if (code := read_code(value)) is not None)


def best_pairs(ours: Values, theirs: Values) -> list[tuple[int, int]]:
    """Pair the sample's lines by the set of keys under which most of them meet once on each side."""
    both = {column for keys in KEY_SETS for column in keys if column in ours and column in theirs}
    left, right = ({column: _keyed(side[column]) for column in both} for side in (ours, theirs))
    shared = {column: (set(left[column]) & set(right[column])) - {""} for column in both}
    found = (_pairs(left, right, keys, shared) for keys in KEY_SETS if set(keys) <= both)
    pairs = max(found, key=len, default=[])
    return pairs[:: len(pairs) // MOST_PAIRS + 1]


def _keyed(values: Sequence[str]) -> Sequence[str]:
    codes = {value: (read_code(value) or "").lstrip("0") for value in set(values)}
    return [codes[value] for value in values]


def _pairs(
    ours: Values, theirs: Values, keys: tuple[Column, ...], shared: Mapping[Column, Set[str]]
) -> list[tuple[int, int]]:
    left, right = _single(ours, keys, shared), _single(theirs, keys, shared)
    return [(place, right[key]) for key, place in left.items() if key in right]


def _single(
    values: Values, keys: tuple[Column, ...], shared: Mapping[Column, Set[str]]
) -> Mapping[tuple[str, ...], int]:
    """Give the place of every key that stands on one line only, all of whose codes the other side has too.

    The lines of one key have the same codes, so that leaving out the others changes no count.
    """
    places: Sequence[int] = range(len(values[keys[0]]))
    for column in sorted(keys, key=lambda one: len(shared[one])):
        codes, known = values[column], shared[column]
        places = [place for place in places if codes[place] in known]
    lines = [tuple(values[key][place] for key in keys) for place in places]
    times = Counter(lines)
    return {line: place for place, line in zip(places, lines, strict=True) if times[line] == 1}


def agreement(
    ours: Sequence[str], theirs: Sequence[str], *, pairs: Sequence[tuple[int, int]], marks: tuple[str, str]
) -> Agreement:
    """Compare the figures of two columns on the paired lines."""
    read = [_reader(mark) for mark in marks]
    same = opposite = lines = 0
    for left, right in pairs:
        one, other = read[0](ours[left]), read[1](theirs[right])
        if one is None or other is None:
            continue
        lines += 1
        same += one == other
        opposite += one == -other and one != 0
    if not lines:
        return Agreement(0, 0, 0)
    return Agreement(lines, same * 100 // lines, opposite * 100 // lines)


def _reader(decimal_mark: str) -> Callable[[str], int | None]:
    def read(value: str) -> int | None:
        figure = read_figure(folded(value), decimals=3, marks=ANY_MARKS, decimal_mark=decimal_mark)
        return figure.scaled if isinstance(figure, Figure) else None

    return read
