"""Which header of each side becomes which canonical column, how surely, and why?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keytally.exchange.canonical import CODE_COLUMNS, Column
from keytally.exchange.errors import Sentence
from keytally.exchange.joins import overlap
from keytally.exchange.name_scores import CANONICAL, ORDER_LINE, NameScore, name_scores, tax_basis_of
from keytally.exchange.profile import TaxBasis
from keytally.exchange.samples import Sample
from keytally.exchange.shapes import Shape, decimal_mark_of, shape_of

ENOUGH = 45
_ORDER = (
    Column.CURRENCY,
    Column.DATE,
    Column.QUANTITY,
    Column.UNIT_PRICE,
    Column.AMOUNT,
    Column.GTIN,
    Column.ORDER_NO,
    Column.DOC_NO,
    Column.STORE,
    Column.ITEM,
    Column.LINE_NO,
    Column.DOC_TYPE,
)
_SHARED_CODES = (Column.ORDER_NO, Column.DOC_NO, Column.STORE, Column.ITEM, Column.GTIN)
_LEAST_CODES = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A header chosen for a column."""

    place: int
    confidence: int
    reason: Sentence


@dataclass(slots=True)
class Side:
    """A sample with the choices made so far."""

    sample: Sample
    decimal_mark: str = "."
    choices: dict[str, Choice] = field(default_factory=dict)

    @property
    def free(self) -> list[int]:
        """List the places of headers that no column has yet."""
        taken = {choice.place for choice in self.choices.values()}
        return [place for place in range(len(self.sample.header.names)) if place not in taken]

    def values(self, column: str) -> Sequence[str]:
        """Give the sample's values of a chosen column."""
        return self.sample.columns[self.choices[column].place]


@dataclass(frozen=True, slots=True)
class _Candidate:
    place: int
    score: int
    name: NameScore
    shape: Shape

    @property
    def is_canonical(self) -> bool:
        """Tell whether the header has the published name of the column, so that nothing else needs to speak for it."""
        return self.name.score == CANONICAL


def choose(ours: Sample, theirs: Sample) -> tuple[Side, Side]:
    """Choose the headers of both sides together, since each tells something of the other."""
    sides = Side(ours), Side(theirs)
    for side in sides:
        side.decimal_mark = _decimal_mark(side.sample)
    for column in (*_ORDER, ORDER_LINE):
        _choose_both(column, *sides)
    _settle_order_lines(*sides)
    for column in _SHARED_CODES:
        _find_by_values(column, *sides)
    return sides


def _decimal_mark(sample: Sample) -> str:
    figures = [
        sample.columns[place]
        for place, name in enumerate(sample.header.names)
        if {"amount", "quantity", "unit_price"} & set(name_scores(name))
    ]
    return decimal_mark_of(figures)


def _choose_both(column: str, ours: Side, theirs: Side) -> None:
    """Take the pair of headers that fit best by name, by values, and by what the two have in common."""
    left, right = _candidates(column, ours), _candidates(column, theirs)
    if not left or not right:
        for side, found in ((ours, left), (theirs, right)):
            if found:
                _take(column, side, max(found, key=_rank), shared=None)
        return
    if len(left) == len(right) == 1 and left[0].is_canonical and right[0].is_canonical:
        _take(column, ours, left[0], shared=None)
        _take(column, theirs, right[0], shared=None)
        return
    pairs = [(one, other, _kinship(column, ours, one, theirs, other)) for one in left for other in right]
    one, other, kinship = max(
        pairs, key=lambda pair: (_rank(pair[0])[0] + _rank(pair[1])[0] + pair[2] // 3, -pair[0].place, -pair[1].place)
    )
    shared = kinship if column in _SHARED_CODES else None
    _take(column, ours, one, shared=shared)
    _take(column, theirs, other, shared=shared)


def _rank(candidate: _Candidate) -> tuple[int, int]:
    return candidate.score, -candidate.place


def _candidates(column: str, side: Side) -> list[_Candidate]:
    found = []
    for place in side.free:
        name = name_scores(side.sample.header.names[place]).get(column)
        if name is None:
            continue
        shape = shape_of(column, side.sample.columns[place], decimal_mark=side.decimal_mark)
        score = _score(name, shape)
        if score >= ENOUGH:
            found.append(_Candidate(place, score, name, shape))
    return found


def _score(name: NameScore, shape: Shape) -> int:
    if name.score == CANONICAL:
        return CANONICAL
    if not shape.filled:
        return min(name.score, 50)
    return name.score if shape.share >= 90 else name.score * shape.share // 100


def _kinship(column: str, ours: Side, one: _Candidate, theirs: Side, other: _Candidate) -> int:
    """Tell, from 0 to 100, how much two candidates have in common."""
    names = ours.sample.header.names[one.place], theirs.sample.header.names[other.place]
    if column in _SHARED_CODES:
        return overlap(ours.sample.columns[one.place], theirs.sample.columns[other.place])
    if column == Column.AMOUNT:
        bases = [tax_basis_of(name) for name in names]
        return 60 if bases[0] == bases[1] != TaxBasis.UNKNOWN else 30 if TaxBasis.UNKNOWN in bases else 0
    return 0


def _take(column: str, side: Side, candidate: _Candidate, *, shared: int | None) -> None:
    if candidate.is_canonical:
        side.choices[column] = Choice(candidate.place, CANONICAL, Sentence("reason_canonical"))
        return
    reason = Sentence("reason_name", {"word": candidate.name.word})
    confidence = candidate.score
    if not candidate.shape.filled:
        reason = both(reason, Sentence("reason_blank"))
    elif column not in CODE_COLUMNS:
        reason = both(reason, Sentence("reason_shape_ok", {"share": candidate.shape.share}))
    if shared is not None:
        confidence = min(99, confidence + 5) if shared >= 50 else confidence - (10 if shared == 0 else 0)
        reason = both(reason, Sentence("reason_overlap", {"share": shared}))
    side.choices[column] = Choice(candidate.place, confidence, reason)


class _Both(Sentence):
    """Two reasons in one sentence."""

    __slots__ = ()

    def text(self, language: str = "en") -> str:
        first, second = (self.params[key] for key in ("first", "second"))
        return Sentence("reason_and", {"first": _said(first, language), "second": _said(second, language)}).text(
            language
        )


def both(first: Sentence, second: Sentence) -> Sentence:
    """Join two reasons, each still to be said in the reader's language."""
    return _Both("reason_and", {"first": first, "second": second})


def _said(part: object, language: str) -> str:
    return part.text(language) if isinstance(part, Sentence) else str(part)


def _settle_order_lines(ours: Side, theirs: Side) -> None:
    """Let the line of the order stand for the item where both have it and no item code stands on both."""
    lines = [side.choices.pop(ORDER_LINE, None) for side in (ours, theirs)]
    if lines[0] is None or lines[1] is None:
        return
    if any(_meets(column, ours, theirs) for column in (Column.ITEM, Column.GTIN)):
        return
    for side, line in ((ours, lines[0]), (theirs, lines[1])):
        side.choices[Column.ITEM] = Choice(line.place, min(85, line.confidence), Sentence("reason_order_line"))


def _meets(column: Column, ours: Side, theirs: Side) -> bool:
    return column in ours.choices and column in theirs.choices


def _find_by_values(column: Column, ours: Side, theirs: Side) -> None:
    """Find the header of a code that only one side names by what stands in it."""
    for known, other in ((ours, theirs), (theirs, ours)):
        if column not in known.choices or column in other.choices:
            continue
        wanted = known.values(column)
        if len(set(wanted)) < _LEAST_CODES:
            continue
        found = max(((overlap(wanted, other.sample.columns[place]), -place) for place in other.free), default=(0, 0))
        if found[0] >= 50 and len(set(other.sample.columns[-found[1]])) >= _LEAST_CODES:
            header = known.sample.header.names[known.choices[column].place]
            reason = Sentence("reason_values", {"other": header, "share": found[0]})
            other.choices[column] = Choice(-found[1], min(80, found[0]), reason)


def places_of(side: Side) -> Mapping[Column, int]:
    """Give the place of every canonical column."""
    return {Column(column): choice.place for column, choice in side.choices.items()}
