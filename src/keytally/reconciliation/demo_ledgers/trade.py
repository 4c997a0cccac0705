"""What was delivered, returned and paid in a month, when nothing goes wrong?"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from keytally.reconciliation.demo_ledgers.company import HEAD_OFFICE, Good, Trader
from keytally.reconciliation.demo_ledgers.entries import Dealing, Entry, Kind, head_office_line

LAST_SAFE_DAY = 25
"""Up to this day what is delivered is received within the month."""

MINUTES = 1_000_000


class Flow(StrEnum):
    """How the two sides' lines lie to each other."""

    BY_STORE = "by_store"
    LUMPED = "lumped"
    CENTRAL = "central"
    BY_QUANTITY = "by_quantity"


@dataclass(slots=True)
class Counter:
    """Gives out numbers: of things, of our documents, of their orders and receipts."""

    trader: int
    month: int
    last: int = 0

    def next(self) -> int:
        """Give the next number."""
        self.last += 1
        return self.last

    def thing(self) -> int:
        """Name a thing that happened."""
        return (self.trader * 10_000 + self.month) * MINUTES + self.next()

    def order(self) -> str:
        """Give the next number of an order of the chain."""
        return f"{45 + self.trader}{self.month:04d}{self.next() * 13 + 10_007:06d}"

    def despatch(self) -> str:
        """Give the next number of a delivery note of ours."""
        return f"XH{self.month:04d}{self.next() * 7 + 1003:06d}"

    def receipt(self) -> str:
        """Give the next number of a goods receipt of theirs."""
        return f"YS{self.month:04d}9{self.next() * 17 + 10_040:06d}"


@dataclass(frozen=True, slots=True)
class Month:
    """A month of one chain: what is sold, from when, by which chance and numbers."""

    trader: Trader
    flow: Flow
    first: date
    goods: Sequence[Good]
    chance: random.Random
    counter: Counter

    def day(self, number: int) -> date:
        """Name a day of the month, counted from 1."""
        return self.first + timedelta(days=number - 1)

    def some_day(self) -> date:
        """Choose a day on which a delivery is still received within the month."""
        return self.day(self.chance.randint(2, LAST_SAFE_DAY))


def clean_dealings(month: Month) -> list[Dealing]:
    """List what happened in a month, booked right by both."""
    return list({Flow.BY_STORE: _to_stores, Flow.LUMPED: _lumped}.get(month.flow, _to_warehouse)(month))


def _to_stores(month: Month) -> Iterator[Dealing]:
    """Deliver to each store once or twice; each line of an order is a thing of its own."""
    for place in range(len(month.trader.places)):
        for _ in range(1 + (month.chance.random() < 0.3)):
            yield from _store_order(month, place)


def _store_order(month: Month, place: int) -> Iterator[Dealing]:
    day, order, number, receipt = (
        month.some_day(),
        month.counter.order(),
        month.counter.despatch(),
        month.counter.receipt(),
    )
    received = day + timedelta(days=month.chance.randint(0, 2))
    for item in sorted(month.chance.sample(range(len(month.goods)), month.chance.randint(2, 5))):
        ours = _goods_line(month, number=number, order=order, place=place, item=item, day=day)
        yield Dealing((ours,), (replace(ours, number=receipt, day=received),))


def _goods_line(month: Month, *, number: str, order: str, place: int, item: int, day: date) -> Entry:
    quantity, price = month.chance.randint(2, 20) * 6, month.goods[item].price_minor
    return Entry(
        thing=month.counter.thing(),
        kind=Kind.GOODS,
        number=number,
        order=order,
        place=place,
        item=item,
        day=day,
        quantity=quantity,
        price_minor=price,
        amount_minor=quantity * price,
    )


def _lumped(month: Month) -> Iterator[Dealing]:
    """Deliver to stores, invoice the head office by the week; its statement has one line for each invoice and item."""
    places = range(len(month.trader.places))
    for week in range(4):
        invoice = f"FP{month.counter.month:04d}{week * 3 + 11:04d}{month.trader.code}"
        for item in sorted(month.chance.sample(range(len(month.goods)), 18)):
            ours = []
            for place in sorted(month.chance.sample(places, month.chance.randint(2, 5))):
                day = month.day(2 + 6 * week + month.chance.randint(0, 4))
                line = _goods_line(month, number=invoice, order=month.counter.order(), place=place, item=item, day=day)
                ours.append(line)
            yield _grouped(ours, day=month.day(8 + 6 * week))


def _grouped(ours: Sequence[Entry], *, day: date) -> Dealing:
    """Let the head office book several deliveries of one good in one line."""
    thing = ours[0].thing
    whole = replace(ours[0], order="", place=HEAD_OFFICE, day=day).resized(sum(line.quantity for line in ours))
    return Dealing(tuple(replace(line, thing=thing) for line in ours), (whole,))


def _to_warehouse(month: Month) -> Iterator[Dealing]:
    """Deliver orders of the head office to its warehouse; its statement tells which stores the goods went to."""
    stores = range(len(month.trader.places))
    for _ in range(max(5, len(stores) // 5)):
        day, order, number = month.some_day(), month.counter.order(), month.counter.despatch()
        for item in sorted(month.chance.sample(range(len(month.goods)), 8)):
            whole = replace(
                _goods_line(month, number=number, order=order, place=HEAD_OFFICE, item=item, day=day), is_central=True
            )
            parts = []
            for place in sorted(month.chance.sample(stores, month.chance.randint(2, 4))):
                received = day + timedelta(days=month.chance.randint(1, 3))
                part = replace(whole, number=month.counter.receipt(), place=place, day=received, is_central=False)
                parts.append(part.resized(month.chance.randint(1, 10) * 6))
            yield Dealing((whole.resized(sum(part.quantity for part in parts)),), tuple(parts))


def returned(month: Month) -> Dealing:
    """Let a store send goods back, booked by both."""
    place = month.chance.randrange(len(month.trader.places))
    day = month.some_day()
    line = _goods_line(
        month,
        number=month.counter.despatch(),
        order=f"RT{month.counter.order()}",
        place=place,
        item=month.chance.randrange(len(month.goods)),
        day=day,
    )
    line = replace(line, kind=Kind.RETURN).resized(-6 * month.chance.randint(1, 4))
    return Dealing((line,), (replace(line, number=month.counter.receipt(), day=day + timedelta(days=1)),))


def paid(month: Month, *, amount_minor: int) -> Dealing:
    """Let the head office pay, booked by both under one remittance number."""
    reference = f"HK{month.counter.order()}"
    line = head_office_line(
        thing=month.counter.thing(),
        kind=Kind.PAYMENT,
        number=month.counter.despatch().replace("XH", "SK"),
        order=reference,
        day=month.day(18),
        amount_minor=-amount_minor,
    )
    return Dealing((line,), (replace(line, number=month.counter.receipt().replace("YS", "FK")),))
