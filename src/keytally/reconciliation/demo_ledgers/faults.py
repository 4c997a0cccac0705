"""What goes wrong between a delivery and the two books, and what is the truth about it then?

Each fault is a function from a dealing booked right to the same dealing as it stands in the books. It says what
happened in the words of the trade; nothing here knows how anybody finds it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from keytally.reconciliation.demo_ledgers.company import ANNEXES, HEAD_OFFICE, sister_of
from keytally.reconciliation.demo_ledgers.entries import Dealing, Kind, head_office_line
from keytally.reconciliation.demo_ledgers.trade import Flow, Month

Fault = Callable[[Dealing, Month], Dealing]
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
OLD_RATE, NEW_RATE = 109, 113
AT_THE_ANNEX = "at_the_annex"
LOST_GOODS = ("receipt_lost", "despatch_lost", "return_in_our_books", "return_in_their_books")
LOST_PAYMENTS = ("payment_in_our_books", "payment_in_their_books")
"""Faults by which only one side has a line, which the other does not book later by itself."""


def short(dealing: Dealing, month: Month) -> Dealing:
    """Let them receive a few pieces less."""
    first, *rest = dealing.theirs
    fewer = first.resized(first.quantity - month.chance.randint(1, max(1, first.quantity // 6)))
    return replace(dealing, theirs=(fewer, *rest)).told("SHORT", "short")


def over(dealing: Dealing, month: Month) -> Dealing:
    """Let them receive a few pieces more."""
    first, *rest = dealing.theirs
    more = first.resized(first.quantity + month.chance.randint(1, max(1, first.quantity // 6)))
    return replace(dealing, theirs=(more, *rest)).told("OVER", "over")


def old_price(dealing: Dealing, month: Month) -> Dealing:
    """Let them settle at last year's price."""
    lower = month.chance.randint(15, 60)
    theirs = tuple(line.repriced(line.price_minor - lower) for line in dealing.theirs)
    return replace(dealing, theirs=theirs).told("PRICE", "old_price")


def short_and_old_price(dealing: Dealing, month: Month) -> Dealing:
    """Let them receive less, and settle it at last year's price."""
    fewer = short(dealing, month)
    return old_price(fewer, month).told("MIXED", "short_and_old_price")


def rounded(dealing: Dealing, month: Month) -> Dealing:
    """Let their system round a line a few cents away from ours."""
    cents = month.chance.choice((-3, -2, -1, 1, 2, 3))
    first, *rest = dealing.theirs
    off = replace(first, amount_minor=first.amount_minor + cents)
    return replace(dealing, theirs=(off, *rest)).told("ROUNDING", "rounded")


def other_tax_rate(dealing: Dealing, _month: Month) -> Dealing:
    """Let them book the goods at the lower rate of tax."""
    theirs = tuple(
        replace(line, amount_minor=(2 * line.amount_minor * OLD_RATE + NEW_RATE) // (2 * NEW_RATE))
        for line in dealing.theirs
    )
    return replace(dealing, theirs=theirs).told("TAX", "other_tax_rate")


def wrong_store(dealing: Dealing, month: Month) -> Dealing:
    """Let them book a delivery in another store."""
    (line,) = dealing.theirs
    place = (line.place + month.chance.randint(1, len(month.trader.places) - 1)) % len(month.trader.places)
    return replace(dealing, theirs=(replace(line, place=place),)).told("WRONG_STORE", "wrong_store")


def at_the_annex(dealing: Dealing, month: Month) -> Dealing:
    """Let them book a delivery under the code of the store's annex, which nobody told us."""
    code = ANNEXES[month.trader.code].code
    theirs = tuple(replace(line, store_code=code) for line in dealing.theirs)
    return replace(dealing, theirs=theirs).told("WRONG_STORE", AT_THE_ANNEX)


def wrong_item(dealing: Dealing, month: Month) -> Dealing:
    """Let them book the sister of a good, which costs the same."""
    (ours,), (theirs,) = dealing.ours, dealing.theirs
    item = ours.item if ours.item is not None and sister_of(ours.item) is not None else 10 * ((ours.item or 0) // 10)
    price = month.goods[item].price_minor
    mine = replace(ours, item=item).repriced(price)
    other = replace(theirs, item=sister_of(item)).repriced(price)
    return Dealing((mine,), (other,)).told("WRONG_ITEM", "wrong_item")


def receipt_lost(dealing: Dealing, _month: Month) -> Dealing:
    """Let them lose a goods receipt."""
    return replace(dealing, theirs=()).told("NOT_RECEIVED", "receipt_lost")


def despatch_lost(dealing: Dealing, _month: Month) -> Dealing:
    """Let us never post a delivery."""
    return replace(dealing, ours=()).told("NOT_IN_BOOKS", "despatch_lost")


def keyed_twice_by_them(dealing: Dealing, month: Month) -> Dealing:
    """Let them key a receipt twice, as often as not under another number."""
    first = dealing.theirs[0]
    again = replace(first, number=month.chance.choice((first.number, month.counter.receipt())))
    return replace(dealing, theirs=(*dealing.theirs, again.told("DUPLICATE", "keyed_twice_by_them")))


def posted_twice_by_us(dealing: Dealing, _month: Month) -> Dealing:
    """Let us post a delivery note twice."""
    again = dealing.ours[0].told("DUPLICATE", "posted_twice_by_us")
    return replace(dealing, ours=(*dealing.ours, again))


def across_the_edge(dealing: Dealing, month: Month) -> Dealing:
    """Let a delivery of the last days be received in the first of the next month, of which both statements tell."""
    last = _last_day(month)
    ours = tuple(replace(line, day=last) for line in dealing.ours)
    theirs = tuple(replace(line, day=last + timedelta(days=month.chance.randint(1, 3))) for line in dealing.theirs)
    now = Dealing(ours, theirs).told("TIMING", "across_the_edge")
    return replace(now, later_theirs=tuple(line.told("NOT_IN_BOOKS", "carried") for line in theirs))


def received_next_month(dealing: Dealing, month: Month) -> Dealing:
    """Let a delivery of the last days be received in the next month, of which only that month's statement tells."""
    ours = tuple(replace(line, day=_last_day(month) - timedelta(days=1)) for line in dealing.ours)
    later = tuple(
        replace(line, day=_last_day(month) + timedelta(days=month.chance.randint(2, 9))).told("NOT_IN_BOOKS", "carried")
        for line in dealing.theirs
    )
    return replace(Dealing(ours, ()).told("NOT_RECEIVED", "received_next_month"), later_theirs=later)


def posted_next_month(dealing: Dealing, month: Month) -> Dealing:
    """Let us post in the next month what they have received in this."""
    later = tuple(
        replace(line, day=_last_day(month) + timedelta(days=3)).told("NOT_RECEIVED", "carried") for line in dealing.ours
    )
    return replace(Dealing((), dealing.theirs).told("NOT_IN_BOOKS", "posted_next_month"), later_ours=later)


def received_weeks_later(dealing: Dealing, month: Month) -> Dealing:
    """Let a receipt be signed three weeks after the delivery, within the month."""
    ours = tuple(replace(line, day=month.day(2)) for line in dealing.ours)
    theirs = tuple(replace(line, day=month.day(24)) for line in dealing.theirs)
    return Dealing(ours, theirs).told("TIMING", "received_weeks_later")


def return_in_our_books(dealing: Dealing, _month: Month) -> Dealing:
    """Let only us book a return."""
    return replace(dealing, theirs=()).told("RETURN_UNBOOKED", "return_in_our_books")


def return_in_their_books(dealing: Dealing, _month: Month) -> Dealing:
    """Let only them book a return."""
    return replace(dealing, ours=()).told("RETURN_UNBOOKED", "return_in_their_books")


def posted_wrong_and_reversed(dealing: Dealing, month: Month) -> Dealing:
    """Let us post a delivery under a wrong note, reverse it, and post it right."""
    wrong = replace(dealing.ours[0], number=month.counter.despatch())
    back = replace(wrong, kind=Kind.REVERSAL).resized(-wrong.quantity)
    undone = tuple(line.told("CANCELLED", "posted_wrong_and_reversed") for line in (wrong, back))
    return replace(dealing, ours=(*undone, *dealing.ours))


def received_in_two_parts(dealing: Dealing, month: Month) -> Dealing:
    """Let them receive a delivery on two days."""
    (line,) = dealing.theirs
    part = line.resized(line.quantity // 3)
    rest = replace(line, number=month.counter.receipt(), day=line.day + timedelta(days=1))
    theirs = (part, rest.resized(line.quantity - part.quantity))
    return replace(dealing, theirs=theirs).told("MATCHED", "received_in_two_parts")


def despatched_in_two_parts(dealing: Dealing, month: Month) -> Dealing:
    """Let us deliver in two parts what they receive at once."""
    (line,) = dealing.ours
    part = line.resized(line.quantity // 3)
    rest = replace(line, number=month.counter.despatch()).resized(line.quantity - part.quantity)
    return replace(dealing, ours=(part, rest)).told("MATCHED", "despatched_in_two_parts")


def prefixed(dealing: Dealing, _month: Month) -> Dealing:
    """Let their order number carry a prefix."""
    return _renumbered(dealing, lambda number: f"PO-{number}", "prefixed")


def suffixed(dealing: Dealing, _month: Month) -> Dealing:
    """Let their order number carry a suffix."""
    return _renumbered(dealing, lambda number: f"{number}-1", "suffixed")


def zero_padded(dealing: Dealing, _month: Month) -> Dealing:
    """Let their system pad an order number with zeros."""
    return _renumbered(dealing, lambda number: f"000{number}", "zero_padded")


def full_width(dealing: Dealing, _month: Month) -> Dealing:
    """Let somebody key an order number in full-width digits."""
    return _renumbered(dealing, lambda number: number.translate(FULL_WIDTH), "full_width")


def separated(dealing: Dealing, _month: Month) -> Dealing:
    """Let their order number be written in groups."""
    return _renumbered(dealing, lambda number: f"{number[:4]}-{number[4:8]}-{number[8:]}", "separated")


def mistyped(dealing: Dealing, _month: Month) -> Dealing:
    """Let somebody swap two digits of an order number."""
    return _renumbered(dealing, _swapped, "mistyped")


def number_missing(dealing: Dealing, _month: Month) -> Dealing:
    """Let them leave the order number out."""
    return _renumbered(dealing, lambda _number: "", "number_missing")


def told_apart_by_nothing(dealing: Dealing, month: Month) -> Dealing:
    """Let a store order the same twice on a day, of which they book one, without its number."""
    (line,) = dealing.ours
    twin = replace(line, number=month.counter.despatch(), order=month.counter.order())
    (received,) = dealing.theirs
    answer = Dealing((line, twin), (replace(received, order=""),))
    return answer.told("AMBIGUOUS", "told_apart_by_nothing")


def in_other_currency(dealing: Dealing, _month: Month) -> Dealing:
    """Let them settle a line in Hong Kong dollars."""
    theirs = tuple(replace(line, currency="HKD", amount_minor=line.amount_minor * 11 // 10) for line in dealing.theirs)
    return replace(dealing, theirs=theirs).told("CURRENCY", "in_other_currency")


def unreadable(dealing: Dealing, _month: Month) -> Dealing:
    """Let them write a word where an amount should stand; what cannot be read was not received, or only in part."""
    first, *rest = dealing.theirs
    lost = replace(first, amount_text="待核").told("REJECTED", "unreadable")
    now = replace(dealing, theirs=tuple(rest)).told("SHORT" if rest else "NOT_RECEIVED", "unreadable")
    return replace(now, theirs=(lost, *now.theirs))


def of_another_time(dealing: Dealing, month: Month) -> Dealing:
    """Let an entry of months ago stand in our ledger."""
    long_ago = month.first - timedelta(days=month.chance.randint(70, 100))
    ours = tuple(replace(line, day=long_ago, order=month.counter.order()) for line in dealing.ours)
    return Dealing(ours, ()).told("OUTSIDE_PERIOD", "of_another_time")


def payment_in_our_books(dealing: Dealing, _month: Month) -> Dealing:
    """Let only us book a payment."""
    return replace(dealing, theirs=()).told("PAYMENT_UNBOOKED", "payment_in_our_books")


def payment_in_their_books(dealing: Dealing, _month: Month) -> Dealing:
    """Let only them book a payment."""
    return replace(dealing, ours=()).told("PAYMENT_UNBOOKED", "payment_in_their_books")


def fee(month: Month) -> Dealing:
    """Let them deduct a fee of which we have no paper."""
    place = HEAD_OFFICE if month.chance.random() < 0.5 else month.chance.randrange(len(month.trader.places))
    line = head_office_line(
        thing=month.counter.thing(),
        kind=Kind.FEE,
        number=f"KK{month.counter.order()}",
        order="",
        day=month.day(month.chance.randint(20, 26)),
        amount_minor=-100 * month.chance.randint(200, 3_000),
    )
    return Dealing((), (replace(line, place=place),)).told("DEDUCTION_UNKNOWN", "fee")


def _renumbered(dealing: Dealing, change: Callable[[str], str], fault: str) -> Dealing:
    theirs = tuple(replace(line, order=change(line.order)) for line in dealing.theirs)
    return replace(dealing, theirs=theirs).told("MATCHED", fault)


def _swapped(number: str) -> str:
    """Swap the last two digits that differ."""
    for place in range(len(number) - 1, 0, -1):
        if number[place] != number[place - 1]:
            return number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
    return number


def _last_day(month: Month) -> date:
    return (month.first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


ANYWHERE: tuple[Fault, ...] = (
    short, over, receipt_lost, despatch_lost, received_next_month, posted_next_month, of_another_time, unreadable,
)  # fmt: skip
BY_VALUE: tuple[Fault, ...] = (old_price, short_and_old_price, rounded, other_tax_rate, across_the_edge)
PAIRED: tuple[Fault, ...] = (
    wrong_store, wrong_item, keyed_twice_by_them, posted_twice_by_us, received_weeks_later, posted_wrong_and_reversed,
    received_in_two_parts, despatched_in_two_parts, prefixed, suffixed, zero_padded, full_width, separated, mistyped,
    number_missing, told_apart_by_nothing,
)  # fmt: skip
FAULTS_OF: Mapping[Flow, tuple[Fault, ...]] = {
    Flow.BY_STORE: (*ANYWHERE, *BY_VALUE, *PAIRED),
    Flow.LUMPED: (*ANYWHERE, *BY_VALUE),
    Flow.CENTRAL: (*ANYWHERE, *BY_VALUE),
    Flow.BY_QUANTITY: ANYWHERE,
}
