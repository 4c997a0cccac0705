"""How do twelve months of all chains become files, maps and kept truth?"""

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from keytally.reconciliation.demo_ledgers import faults
from keytally.reconciliation.demo_ledgers.company import ANNEXES, Settlement, Trader, goods
from keytally.reconciliation.demo_ledgers.entries import Dealing, Entry
from keytally.reconciliation.demo_ledgers.styles import OURS, OURS_WITH_CURRENCY, STYLES, Cell, Style
from keytally.reconciliation.demo_ledgers.trade import Counter, Flow, Month, clean_dealings, paid, returned
from keytally.reconciliation.demo_ledgers.writing import Book, Written, their_item, write_book

SEED = 20261128
TOLERANCE_MINOR = 5
MONTHS = 12
FAULTY_SHARE = 12
"""One line in so many goes wrong, and every fault there is at least once."""
ANNEX_MONTHS, MOST_AT_ANNEX = 4, 3
TRUTH = "truth.csv"
TRUTH_HEADER = ("side", "file", "row", "thing", "class", "fault", "amount_minor", "currency")
STORE_MAP, ITEM_MAP, ROLL_UP = "store_map.csv", "item_map.csv", "roll_up.csv"
RETAIL_PER_CENT = 128
ONLY_WITH_CURRENCY = (faults.in_other_currency,)


@dataclass(frozen=True, slots=True)
class MonthFiles:
    """Where the files of a chain's month stand."""

    trader: Trader
    month: str
    folder: Path

    @property
    def ours(self) -> Path:
        """Name the folder of our ledger."""
        return self.folder / "ours"

    @property
    def theirs(self) -> Path:
        """Name the folder of their statement."""
        return self.folder / "theirs"

    @property
    def truth(self) -> Path:
        """Name the file that says what is true of every line; nobody who compares gets to see it."""
        return self.folder / TRUTH

    @property
    def is_by_quantity(self) -> bool:
        """Tell whether the two sides value goods differently, so that only quantities can meet."""
        return style_of(self.trader).flow is Flow.BY_QUANTITY


def style_of(trader: Trader) -> Style:
    """Find how a chain writes; one that is not known writes like its mode's first."""
    usual = {Settlement.STORE: "RM", Settlement.HEAD_OFFICE: "YS", Settlement.CENTRAL: "HF"}
    return STYLES.get(trader.code) or STYLES[usual[trader.mode]]


def write_year(
    traders: Sequence[Trader], *, last: date, folder: Path, months: int = MONTHS, seed: int = SEED
) -> list[MonthFiles]:
    """Write the months up to and including the one of `last`, oldest first, and each chain's maps."""
    written = []
    for place, trader in enumerate(traders):
        write_maps(trader, folder=folder / trader.code)
        left_over = Dealing((), ())
        for first in _months(last, months):
            files = MonthFiles(trader, f"{first:%Y-%m}", folder / trader.code / f"{first:%Y-%m}")
            age = _months_between(first, last)
            left_over = write_month(files, place=place, first=first, age=age, before=left_over, seed=seed)
            written.append(files)
    return sorted(written, key=lambda one: one.month)


def write_month(files: MonthFiles, *, place: int, first: date, age: int, before: Dealing, seed: int) -> Dealing:
    """Write a chain's month with what the month before left for it; answer what it leaves for the next."""
    trader, style, things = files.trader, style_of(files.trader), goods()
    chance = random.Random(f"{seed}/{trader.code}/{files.month}")  # noqa: S311 - a seeded demo, nothing secret
    month = Month(trader, style.flow, first, things, chance, Counter(place, first.year % 100 * 100 + first.month))
    dealings = _dealings(month, style, has_annex=trader.code in ANNEXES and age < ANNEX_MONTHS)
    ours = [*before.later_ours, *(line for one in dealings for line in one.ours)]
    theirs = [*before.later_theirs, *(line for one in dealings for line in one.theirs)]
    truth: list[tuple[str, Written]] = []
    for name, lines, is_ours in (("ours", ours, True), ("theirs", theirs, False)):
        mine = _our_style(style) if is_ours else style
        stem = f"keytally_{trader.code}_{files.month}" if is_ours else f"{trader.name}_{files.month}"
        book = Book(mine, trader, things, is_ours, stem)
        ordered = sorted(lines, key=lambda line: (line.day, line.place, line.number, line.item or 0))
        truth += [(name, one) for one in write_book(book, ordered, folder=files.folder / name)]
    _write_truth(files.truth, truth)
    return Dealing(
        (), (), tuple(line for one in dealings for line in one.later_ours),
        tuple(line for one in dealings for line in one.later_theirs),
    )  # fmt: skip


def write_maps(trader: Trader, *, folder: Path) -> None:
    """Write which of the chain's codes mean which of ours."""
    folder.mkdir(parents=True, exist_ok=True)
    stores = [(one.ours, one.theirs) for one in trader.places]
    stores.append((trader.head_office, trader.their_head_office))
    _write_table(folder / STORE_MAP, ("ours", "theirs"), stores)
    items = [(good.code, good.gtin, their_item(trader, place)) for place, good in enumerate(goods())]
    _write_table(folder / ITEM_MAP, ("ours", "gtin", "theirs"), items)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def _months(last: date, months: int) -> Iterator[date]:
    whole = last.year * 12 + last.month - 1
    for number in range(whole - months + 1, whole + 1):
        yield date(number // 12, number % 12 + 1, 1)


def _dealings(month: Month, style: Style, *, has_annex: bool) -> list[Dealing]:
    clean = clean_dealings(month)
    month.chance.shuffle(clean)
    kinds = (*faults.FAULTS_OF[month.flow], *(ONLY_WITH_CURRENCY if Cell.CURRENCY in style.columns else ()))
    times = max(1, len(clean) // FAULTY_SHARE // len(kinds))
    spoiled = [fault(clean.pop(), month) for fault in kinds for _ in range(times) if clean]
    fees = [faults.fee(month) for _ in range(month.chance.randint(1, 4))]
    clean = _with_annex(clean, month) if has_annex else clean
    dealings = [*clean, *spoiled, *fees, *_returns(month), *_payments(month, _delivered([*clean, *spoiled]))]
    return [_at_retail(one, month) for one in dealings] if month.flow is Flow.BY_QUANTITY else dealings


def _returns(month: Month) -> list[Dealing]:
    if month.flow is not Flow.BY_STORE:
        return []
    return [
        returned(month),
        returned(month),
        faults.return_in_our_books(returned(month), month),
        faults.return_in_their_books(returned(month), month),
    ]


def _with_annex(clean: Sequence[Dealing], month: Month) -> list[Dealing]:
    """Let some of what one store received be booked at its annex."""
    place = ANNEXES[month.trader.code].place
    there = [one for one in clean if one.ours[0].place == place][:MOST_AT_ANNEX]
    return [faults.at_the_annex(one, month) if one in there else one for one in clean]


def _delivered(dealings: Sequence[Dealing]) -> int:
    return sum(line.amount_minor for one in dealings for line in one.ours)


def _payments(month: Month, delivered_minor: int) -> list[Dealing]:
    """Let the head office pay most of a month's deliveries at once, and a small part that one side does not book."""
    if month.flow is Flow.BY_QUANTITY:
        return []
    whole = paid(month, amount_minor=_share(delivered_minor, month.chance.randint(70, 88)))
    part = paid(month, amount_minor=_share(delivered_minor, month.chance.randint(2, 6)))
    lost = faults.payment_in_our_books if month.first.month % 2 else faults.payment_in_their_books
    return [whole, lost(part, month)]


def _share(minor: int, per_cent: int) -> int:
    """Take a share of an amount, in whole yuan."""
    return minor * per_cent // 10_000 * 100


def _at_retail(dealing: Dealing, month: Month) -> Dealing:
    """Let a chain value what it received at its shelf price, so that only the quantities can be compared."""

    def at_retail(line: Entry) -> Entry:
        priced = line.repriced(line.price_minor * RETAIL_PER_CENT // 100) if line.item is not None else line
        return priced.told("VALUE_BASIS", line.fault) if line.truth == "MATCHED" else priced

    ours = tuple(
        line.told("VALUE_BASIS", line.fault) if line.truth == "MATCHED" and line.item is not None else line
        for line in dealing.ours
    )
    theirs = tuple(map(at_retail, dealing.theirs))
    later = tuple(map(at_retail, dealing.later_theirs))
    return replace(dealing, ours=ours, theirs=theirs, later_theirs=later)


def _our_style(style: Style) -> Style:
    return OURS_WITH_CURRENCY if Cell.CURRENCY in style.columns else OURS


def _write_truth(file: Path, truth: Sequence[tuple[str, Written]]) -> None:
    _write_table(
        file,
        TRUTH_HEADER,
        [
            (side, one.file, one.row, one.entry.thing, one.entry.truth, one.entry.fault, one.entry.amount_minor,
             one.entry.currency)
            for side, one in truth
        ],
    )  # fmt: skip


def _write_table(file: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_truth(file: Path) -> list[Mapping[str, str]]:
    """Read the kept truth of a month."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
