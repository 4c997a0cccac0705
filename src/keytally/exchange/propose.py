"""Which profile fits the files of both sides, and what can only a person decide?"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial

from keytally.exchange.canonical import Column
from keytally.exchange.errors import Question, Sentence, Warning_
from keytally.exchange.headers import plain_name
from keytally.exchange.joins import Agreement, Values, agreement, best_pairs
from keytally.exchange.limits import DEFAULT_LIMITS, Limits
from keytally.exchange.mapping import Side, choose, places_of
from keytally.exchange.name_scores import tax_basis_of
from keytally.exchange.profile import DEFAULT_CURRENCY, MatchProfile, Measure, Profile, SideProfile, TaxBasis
from keytally.exchange.samples import Sample, all_values, side_sample
from keytally.exchange.shapes import DateOrder, currency_of, date_order
from keytally.exchange.sources import SourceFile

PREVIEW_ROWS = 20
_ENOUGH_LINES = 5
_MOST = 50
_KEYS = frozenset({Column.DOC_NO, Column.ORDER_NO, Column.STORE, Column.ITEM, Column.GTIN})


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """A canonical column, the header proposed for it, how sure that is (0 to 100), and why."""

    column: Column
    header: str
    confidence: int
    reason: Sentence

    @property
    def code(self) -> str:
        """Give the code of the reason."""
        return self.reason.code

    @property
    def params(self) -> Mapping[str, object]:
        """Give the parameters of the reason."""
        return self.reason.params

    def text(self, language: str = "en") -> str:
        """Say the reason in the reader's language."""
        return self.reason.text(language)


@dataclass(frozen=True, slots=True)
class SideProposal:
    """What was found in one side's files; `sample` holds the first rows below the header as texts."""

    fingerprint: str
    file: str
    sheet: str | None
    header_row: int
    header_rows: int
    headers: tuple[str, ...]
    columns: tuple[ColumnProposal, ...]
    unused_headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    warnings: tuple[Warning_, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A profile for both sides with the reasons for it; questions must be answered before it can be used."""

    profile: Profile
    ours: SideProposal
    theirs: SideProposal
    measure_reason: Sentence
    questions: tuple[Question, ...]


def propose(ours: Sequence[SourceFile], theirs: Sequence[SourceFile], *, limits: Limits = DEFAULT_LIMITS) -> Proposal:
    """Propose a profile from the headers and values of both sides."""
    left, right = choose(*_samples(ours, theirs, limits=limits))
    compared = _compared(left, right)
    measure, reason = _measure(left, right, compared)
    sign = -1 if _is_opposite(compared) else 1
    profile = Profile(
        ours=_side_profile(left, sign=1),
        theirs=_side_profile(right, sign=sign),
        match=MatchProfile(measure=measure),
    )
    turned = [Warning_("sign_turned", {"file": right.sample.file})] if sign == -1 else []
    return Proposal(
        profile=profile,
        ours=_side_proposal(left, extra=[]),
        theirs=_side_proposal(right, extra=turned),
        measure_reason=reason,
        questions=tuple(_questions(left, right)),
    )


def _samples(ours: Sequence[SourceFile], theirs: Sequence[SourceFile], *, limits: Limits) -> tuple[Sample, Sample]:
    """Open both sides at the same time: unpacking a large workbook leaves the interpreter free."""
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(copy_context().run, partial(side_sample, side, limits=limits)) for side in (ours, theirs)]
    left, right = (one.result() for one in found)
    return left, right


def fingerprint_of(names: Sequence[str]) -> str:
    """Name a file layout, so that the profile kept for it is found again."""
    plain = "\n".join(f"{place}:{plain_name(name)}" for place, name in enumerate(names))
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def layout_of(files: Sequence[SourceFile], *, limits: Limits = DEFAULT_LIMITS) -> str:
    """Give the fingerprint of a side's files without proposing anything."""
    return fingerprint_of(side_sample(files, limits=limits).header.names)


def _compared(ours: Side, theirs: Side) -> Mapping[Column, Agreement]:
    values: list[Values] = [{Column(column): side.values(column) for column in side.choices} for side in (ours, theirs)]
    pairs = best_pairs(values[0], values[1])
    marks = (ours.decimal_mark, theirs.decimal_mark)
    return {
        column: agreement(values[0][column], values[1][column], pairs=pairs, marks=marks)
        for column in (Column.AMOUNT, Column.QUANTITY)
        if column in ours.choices and column in theirs.choices
    }


def _measure(ours: Side, theirs: Side, compared: Mapping[Column, Agreement]) -> tuple[Measure, Sentence]:
    amount, quantity = compared.get(Column.AMOUNT), compared.get(Column.QUANTITY)
    if amount is None and quantity is None:
        return Measure.AMOUNT, Sentence("measure_none")
    if amount is None:
        return Measure.QUANTITY, Sentence("measure_quantity_only")
    if amount.lines < _ENOUGH_LINES:
        return Measure.AMOUNT, Sentence("measure_amount_default" if quantity else "measure_amount_only")
    share = max(amount.share, amount.opposite)
    known = {"lines": amount.lines, "share": share}
    if share >= _MOST:
        return Measure.AMOUNT, Sentence("measure_amount_agrees", known)
    agreed = max(quantity.share, quantity.opposite) if quantity and quantity.lines >= _ENOUGH_LINES else 0
    if agreed >= _MOST:
        found = {"lines": amount.lines, "amount_share": share, "share": agreed}
        return Measure.QUANTITY, Sentence("measure_quantity_agrees", found)
    return Measure.AMOUNT, Sentence("measure_amount_doubtful", known)


def _is_opposite(compared: Mapping[Column, Agreement]) -> bool:
    return any(
        found.lines >= _ENOUGH_LINES and found.opposite >= _MOST and found.opposite > found.share
        for found in compared.values()
    )


def _side_profile(side: Side, *, sign: int) -> SideProfile:
    sample = side.sample
    names = sample.header.names
    amount = side.choices.get(Column.AMOUNT)
    currency = _currency(side)
    return SideProfile(
        columns={column: names[place] for column, place in sorted(places_of(side).items(), key=_column_order)},
        header_row=None if sample.header.rows == 1 else sample.header.row,
        header_rows=sample.header.rows,
        sign=sign,
        date_format=_date_order(side).date_format,
        decimal_mark=side.decimal_mark,
        currency=currency if currency and currency != "$" else DEFAULT_CURRENCY,
        tax_basis=TaxBasis.UNKNOWN if amount is None else tax_basis_of(names[amount.place]),
    )


def _column_order(pair: tuple[Column, int]) -> int:
    return list(Column).index(pair[0])


def _currency(side: Side) -> str | None:
    if Column.AMOUNT not in side.choices or Column.CURRENCY in side.choices:
        return None
    header = side.sample.header.names[side.choices[Column.AMOUNT].place]
    return currency_of(header, side.values(Column.AMOUNT))


def _date_order(side: Side) -> DateOrder:
    """Look at the sample first, and through the whole column only where the sample leaves it open."""
    if Column.DATE not in side.choices:
        return DateOrder(None)
    found = date_order(side.values(Column.DATE))
    if found.doubt == "ask_date_order" and not side.sample.is_whole:
        return date_order(all_values(side.sample, side.choices[Column.DATE].place))
    return found


def _side_proposal(side: Side, *, extra: Sequence[Warning_]) -> SideProposal:
    sample, names = side.sample, side.sample.header.names
    columns = [
        ColumnProposal(Column(column), names[choice.place], choice.confidence, choice.reason)
        for column, choice in side.choices.items()
    ]
    keyless = [] if _KEYS & set(side.choices) else [Warning_("no_keys", {"file": sample.file})]
    return SideProposal(
        fingerprint=fingerprint_of(names),
        file=sample.table.source.name,
        sheet=sample.table.sheet,
        header_row=sample.header.row,
        header_rows=sample.header.rows,
        headers=names,
        columns=tuple(sorted(columns, key=lambda one: list(Column).index(one.column))),
        unused_headers=tuple(names[place] for place in side.free if names[place]),
        sample=tuple(tuple(row) for row in sample.rows[:PREVIEW_ROWS]),
        warnings=(*sample.warnings, *keyless, *extra),
    )


def _questions(ours: Side, theirs: Side) -> Iterator[Question]:
    for side in (ours, theirs):
        yield from _side_questions(side)
    measured = [{Column.AMOUNT, Column.QUANTITY} & set(side.choices) for side in (ours, theirs)]
    if all(measured) and not measured[0] & measured[1]:
        yield Question("ask_common_measure")


def _side_questions(side: Side) -> Iterator[Question]:
    sample = side.sample
    if not {Column.AMOUNT, Column.QUANTITY} & set(side.choices):
        headers = ", ".join(name for name in sample.header.names if name)
        yield Question("ask_measure", {"file": sample.file, "headers": headers})
    order = _date_order(side)
    if order.doubt is not None:
        header = sample.header.names[side.choices[Column.DATE].place]
        yield Question(order.doubt, {"file": sample.file, "header": header, "value": order.example})
    if _currency(side) == "$":
        header = sample.header.names[side.choices[Column.AMOUNT].place]
        yield Question("ask_currency", {"file": sample.file, "header": header})
