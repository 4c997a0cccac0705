"""What do two ledgers look like that tell the same story with faults, ties, splits and missing numbers?"""

from decimal import Decimal

from hypothesis import strategies as st

Line = dict[str, str]
PRICES = ("2.00", "2.50", "13.00")
RETURN, PLAIN = "return", "invoice"


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Draw a line from an alphabet so small that look-alikes are common."""
    quantity, price = draw(st.integers(1, 6)), draw(st.sampled_from(PRICES))
    number = draw(st.integers(1, 9))
    kind = draw(st.sampled_from([PLAIN] * 8 + [RETURN]))
    signed = -quantity if kind == RETURN else quantity
    return {
        "doc_no": f"DN-{number:05}" if draw(st.integers(0, 9)) else "",
        "doc_type": kind,
        "order_no": f"PO{draw(st.integers(1, 5))}" if draw(st.integers(0, 4)) else "",
        "store": draw(st.sampled_from(("S1", "S2"))),
        "item": draw(st.sampled_from(("A1", "A2", ""))),
        "date": f"2026-07-{draw(st.integers(1, 28)):02}",
        "quantity": str(signed),
        "amount": str(signed * Decimal(price)),
    }


def measured(line: Line, quantity: Decimal, amount: Decimal) -> Line:
    return {**line, "quantity": str(quantity), "amount": str(amount)}


def fewer(line: Line) -> list[Line]:
    each = Decimal(line["amount"]) / Decimal(line["quantity"])
    return [measured(line, Decimal(line["quantity"]) + 1, Decimal(line["amount"]) + each)]


def halves(line: Line) -> list[Line]:
    quantity, amount = Decimal(line["quantity"]), Decimal(line["amount"])
    first = quantity // 2 or quantity
    part = (amount * first / quantity).quantize(Decimal("0.01"))
    return [measured(line, first, part), measured(line, quantity - first, amount - part)]


def reversed_line(line: Line) -> Line:
    opposite = measured(line, -Decimal(line["quantity"]), -Decimal(line["amount"]))
    return {**opposite, "doc_type": "cancellation"}


def dearer(line: Line) -> list[Line]:
    return [{**line, "amount": str(Decimal(line["amount"]) + Decimal("0.37"))}]


def cheaper_and_more(line: Line) -> list[Line]:
    return [measured(line, Decimal(line["quantity"]) + 2, Decimal(line["amount"]) * 3 + 1)]


FAULTS = {
    "same": lambda line: [line],
    "lost": lambda line: [],
    "twice": lambda line: [line, line],
    "quantity": fewer,
    "price": dearer,
    "mixed": cheaper_and_more,
    "cent": lambda line: [{**line, "amount": str(Decimal(line["amount"]) + Decimal("0.02"))}],
    "tax": lambda line: [
        {**line, "amount": str((Decimal(line["amount"]) * Decimal("1.13")).quantize(Decimal("0.01")))}
    ],
    "store": lambda line: [{**line, "store": "S3"}],
    "item": lambda line: [{**line, "item": "A3"}],
    "late": lambda line: [{**line, "date": "2026-08-25"}],
    "next day": lambda line: [{**line, "date": "2026-07-29"}],
    "no number": lambda line: [{**line, "doc_no": ""}],
    "no order": lambda line: [{**line, "order_no": ""}],
    "prefix": lambda line: [{**line, "doc_no": line["doc_no"].replace("DN-000", "")}],
    "swapped": lambda line: [{**line, "doc_no": line["doc_no"][:-2] + line["doc_no"][-2:][::-1]}],
    "split": halves,
    "cancelled": lambda line: [line, reversed_line(line), line],
    "currency": lambda line: [{**line, "currency": "USD"}],
}
WEIGHTED = ["same"] * 6 + list(FAULTS)


@st.composite
def ledgers(draw: st.DrawFn, *, most: int = 30) -> tuple[list[Line], list[Line]]:
    """Draw ours, and theirs as the same lines with faults and a few strangers; the roles are sometimes turned."""
    ours = draw(st.lists(lines(), min_size=most // 2, max_size=most))
    faults = draw(st.lists(st.sampled_from(WEIGHTED), min_size=len(ours), max_size=len(ours)))
    theirs = [one for line, fault in zip(ours, faults, strict=True) for one in FAULTS[fault](line)]
    theirs += draw(st.lists(lines(), max_size=3))
    return (theirs, ours) if draw(st.booleans()) else (ours, theirs)
