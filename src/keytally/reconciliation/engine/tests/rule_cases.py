"""Which two small ledgers show a row of docs/rules/reconciliation.md, and what must come out of them?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from keytally.exchange.canonical import Column
from keytally.exchange.profile import MatchProfile, Measure, UserRule
from keytally.reconciliation.engine.tests.ledgers import Line

JULY = (date(2026, 7, 1), date(2026, 8, 1))


@dataclass(frozen=True, slots=True)
class Link:
    """Lines that must be linked (rows from 1), by which rule, in which class; parts by line (o1, t2)."""

    ours: tuple[int, ...]
    theirs: tuple[int, ...]
    rule: str
    kind: str = "MATCHED"
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """Two small ledgers and what must come out; `lone` names the class of lines without a link (o1, t2)."""

    name: str
    ours: Sequence[Line]
    theirs: Sequence[Line]
    links: Sequence[Link] = ()
    lone: Mapping[str, str] = field(default_factory=dict)

    def pairs(self) -> set[tuple[int, int, str, str]]:
        """Return the links expected, as (ours row, theirs row, rule, class)."""
        return {(o, t, link.rule, link.kind) for link in self.links for o in link.ours for t in link.theirs}

    def rest(self) -> dict[str, tuple[str, Mapping[str, int]]]:
        """Return class and components expected of every line that is not cleanly matched."""
        found: dict[str, tuple[str, Mapping[str, int]]] = {}
        for link in self.links:
            names = [*(f"o{row}" for row in link.ours), *(f"t{row}" for row in link.theirs)]
            found |= {name: (link.kind, link.parts.get(name, {})) for name in names if link.kind != "MATCHED"}
        return found | {name: (kind, self.own(name, kind)) for name, kind in self.lone.items()}

    def own(self, name: str, kind: str) -> Mapping[str, int]:
        """Return the one component of a line without a link: its own signed amount under its class."""
        lines, sign = (self.ours, 1) if name[0] == "o" else (self.theirs, -1)
        amount = sign * (lines[int(name[1:]) - 1].a or 0)
        return {kind: amount} if amount and kind != "OUTSIDE_PERIOD" else {}


def one(rule: str, kind: str = "MATCHED", **parts: int) -> tuple[Link, ...]:
    """Expect the first lines of both sides to be linked, their difference on ours."""
    return (Link((1,), (1,), rule, kind, {"o1": parts} if parts else {}),)


def apart(ours: str = "NOT_RECEIVED", theirs: str = "NOT_IN_BOOKS") -> dict[str, str]:
    """Expect the first lines of both sides to stand alone."""
    return {"o1": ours, "t1": theirs}


L = Line
A, B, C = L("INV-10001"), L("INV-20002"), L("GR-77777")

NUMBERS = [
    Case("exact number", [A], [A], one("exact_document")),
    Case("the window's last day", [A], [replace(A, day=15)], one("exact_document")),
    Case("beyond the window", [A], [replace(A, day=16)], one("exact_document", "TIMING")),
    Case("twins stand in line", [A, replace(A, day=3)], [A, replace(A, day=4)],
         [*one("exact_document"), Link((2,), (2,), "exact_document")]),
    Case("separators", [A], [L("INV10001")], one("normalized")),
    Case("small letters", [A], [L("inv/10001")], one("normalized")),
    Case("full width", [A], [L("INV－１０００１")], one("normalized")),
    Case("leading zeros", [L("10001")], [L("0010001")], one("normalized")),
    Case("prefix", [L("10001")], [A], one("normalized")),
    Case("leading zeros after a prefix", [A], [L("INV-0010001")], one("normalized")),
    Case("no date", [replace(A, day=None)], [A], one("exact_document")),
    Case("codes with leading zeros", [L(store="7")], [L(store="0007")], one("exact_document")),
    Case("another number", [A], [L("INV-20002", a=3_300, q=3)], lone=apart()),
    Case("a year is no number", [L("2026-INV-0001")], [L("2026-INV-0077", a=9_000)], lone=apart()),
    Case("a day is no number", [L("SO20260701A0001")], [L("SO20260701A0777", a=9_000)], lone=apart()),
    Case("a numeric suffix of one side", [A], [L("INV-10001-1")], one("normalized")),
    Case("a transposed number", [L("INV-10012")], [L("INV-10021")], one("near_number")),
    Case("one digit wrong", [A], [L("INV-10081")], one("near_number")),
    Case("one digit lost", [L("INV-1234567")], [L("INV-123567")], one("near_number")),
    Case("two digits wrong", [L("INV-12345", q=3)], [L("INV-17385", q=5)], lone=apart()),
    Case("a near number beyond the window", [A], [L("INV-10081", day=16)], lone=apart()),
    Case("a near number that is somebody's", [A, L("INV-10081")], [L("INV-10081")],
         [Link((2,), (1,), "exact_document")], {"o1": "NOT_RECEIVED"}),
]  # fmt: skip

FIGURES = [
    Case("another price", [A], [L(a=9_000)], one("same_key", "PRICE", PRICE=1_000)),
    Case("a higher price", [A], [L(a=11_700)], one("same_key", "PRICE", PRICE=-1_700)),
    Case("received less", [A], [L(q=9, a=9_000)], one("same_key", "SHORT", SHORT=1_000)),
    Case("received more", [A], [L(q=12, a=12_000)], one("same_key", "OVER", OVER=-2_000)),
    Case("less within a unit of rounding", [L(q=3, a=1_000)], [L(q=2, a=666)], one("same_key", "SHORT", SHORT=334)),
    Case("less at another price", [A], [L(q=9, a=8_100)], one("same_key", "MIXED", SHORT=1_000, PRICE=900)),
    Case("more at another price", [A], [L(q=11, a=9_900)], one("same_key", "MIXED", OVER=-1_000, PRICE=1_100)),
    Case("ours for no quantity", [L(q=0, a=5_000)], [A], one("same_key", "MIXED", OVER=-10_000, PRICE=5_000)),
    Case("theirs for no quantity", [A], [L(q=0, a=5_000)], one("same_key", "MIXED", SHORT=10_000, PRICE=-5_000)),
    Case("more at their price", [L(q=1, a=1_000)], [L(q=100, a=100_052)], one("same_key", "OVER", OVER=-99_052)),
    Case("less at ours", [L(q=100, a=100_052)], [L(q=1, a=1_000)], one("same_key", "SHORT", SHORT=99_052)),
    Case("less with tax", [A], [L(q=9, a=10_170)], one("same_key", "MIXED", SHORT=1_000, TAX=-1_170)),
    Case("with tax against without", [L(a=11_300)], [A], one("same_key", "TAX", TAX=1_300)),
    Case("without tax against with", [A], [L(a=10_900)], one("same_key", "TAX", TAX=-900)),
    Case("another rate", [L(a=11_300)], [L(a=10_600)], one("same_key", "TAX", TAX=700)),
    Case("tax, quantities unknown", [L(q=None, a=11_300)], [L(q=None)], one("same_key", "TAX", TAX=1_300)),
    Case("quantities unknown", [L(q=None)], [L(a=9_000)], one("same_key", "UNEXPLAINED", UNEXPLAINED=1_000)),
    Case("a return of less", [L(q=-10, a=-10_000)], [L(q=-9, a=-9_000)], one("same_key", "SHORT", SHORT=-1_000)),
    Case("a return of more", [L(q=-10, a=-10_000)], [L(q=-12, a=-12_000)], one("same_key", "OVER", OVER=2_000)),
    Case("amounts agree, quantities do not", [A], [L(q=9)], one("normalized")),
    Case("two lines, each its nearest", [L(a=9_900), A], [L(a=9_910), L(a=10_020)],
         [Link((1,), (1,), "same_key", "PRICE", {"o1": {"PRICE": -10}}),
          Link((2,), (2,), "same_key", "PRICE", {"o2": {"PRICE": -20}})]),
]  # fmt: skip

SUMS = [
    Case("one to two", [A], [L(q=4, a=4_000), L(q=6, a=6_000)], [Link((1,), (1, 2), "equal_sums")]),
    Case("two to one", [L(q=4, a=4_000), L(q=6, a=6_000)], [A], [Link((1, 2), (1,), "equal_sums")]),
    Case("one to five", [A], [L(q=2, a=2_000, day=n) for n in range(5)], [Link((1,), (1, 2, 3, 4, 5), "equal_sums")]),
    Case("one to two, one too many", [A], [L(q=4, a=4_000), L(q=6, a=6_000), L(q=1, a=1_350)],
         [Link((1,), (1, 2), "equal_sums")], {"t3": "NOT_IN_BOOKS"}),
    Case("one to three, one too many", [A], [L(q=2, a=2_000), L(q=3, a=3_000), L(q=5, a=5_000), L(q=1, a=1_350)],
         [Link((1,), (1, 2, 3), "equal_sums")], {"t4": "NOT_IN_BOOKS"}),
    Case("two of three to one", [L(q=4, a=4_000), L(q=6, a=6_000), L(q=1, a=1_350)], [A],
         [Link((1, 2), (1,), "equal_sums")], {"o3": "NOT_RECEIVED"}),
]  # fmt: skip

OWN_SIDE = [
    Case("a claim twice, ours", [A, replace(A, day=3)], [A], one("exact_document"), {"o2": "DUPLICATE"}),
    Case("a claim twice, theirs", [A], [A, replace(A, day=3)], one("exact_document"), {"t2": "DUPLICATE"}),
    Case("a claim twice, far apart", [A, replace(A, day=40)], [A], one("exact_document"), {"o2": "DUPLICATE"}),
    Case("a claim twice, the later one answered", [A, replace(A, day=40)], [replace(A, day=38)],
         [Link((2,), (1,), "exact_document")], {"o1": "DUPLICATE"}),
    Case("a claim twice, written otherwise", [A, L("INV10001")], [A], one("exact_document"), {"o2": "DUPLICATE"}),
    Case("a reversal in one document", [A, L(q=-10, a=-10_000)], [], lone={"o1": "CANCELLED", "o2": "CANCELLED"}),
    Case("a reversal on their side", [], [A, L(q=-10, a=-10_000)], lone={"t1": "CANCELLED", "t2": "CANCELLED"}),
    Case("a cancellation whose number points", [A, L("INV-10001C", q=-10, a=-10_000, day=2)], [],
         lone={"o1": "CANCELLED", "o2": "CANCELLED"}),
    Case("an invoice, its cancellation and the new one",
         [A, L("INV-10001", q=-10, a=-10_000, day=2, kind="Invoice cancellation"), L("INV-20002", q=9, a=9_000, day=2)],
         [L("INV-20002", q=9, a=9_000, day=2)], [Link((3,), (1,), "exact_document")],
         {"o1": "CANCELLED", "o2": "CANCELLED"}),
    Case("a cancellation of the new number", [A, L("INV-90909", q=-10, a=-10_000, day=2, kind="作废"), B], [B],
         [Link((3,), (1,), "exact_document")], {"o1": "CANCELLED", "o2": "CANCELLED"}),
    Case("a return reverses nothing", [A, L(q=-10, a=-10_000, kind="退货单")], [],
         lone={"o1": "NOT_RECEIVED", "o2": "RETURN_UNBOOKED"}),
    Case("no reversal of another amount", [A, L(q=-9, a=-9_000)], [],
         lone={"o1": "NOT_RECEIVED", "o2": "RETURN_UNBOOKED"}),
]  # fmt: skip

REPAIRS = [
    Case("another store", [L(store="S1")], [L(store="S2")], one("other_store", "WRONG_STORE")),
    Case("another item", [L(item="A1")], [L(item="A2")], one("other_item", "WRONG_ITEM")),
    Case("no number on theirs", [A], [L(doc=None, day=1)], one("missing_number")),
    Case("no number on ours", [L(doc=None, day=1)], [A], one("missing_number")),
    Case("no number on either", [L(doc=None)], [L(doc=None, day=1)], one("missing_number")),
    Case("no number, another quantity", [A], [L(doc=None, q=9, a=9_000)], one("missing_number", "SHORT", SHORT=1_000)),
    Case("no number, beyond the window", [A], [L(doc=None, day=16)], lone=apart()),
    Case("no number, two alike", [L(doc=None, day=3)], [L("GR-77777", day=2), L("GR-88899", day=4)],
         lone={"o1": "AMBIGUOUS", "t1": "AMBIGUOUS", "t2": "AMBIGUOUS"}),
    Case("amount, store and date", [A], [C], one("amount_store_date")),
    Case("amount and store beyond the window", [A], [replace(C, day=16)], lone=apart()),
    Case("amount, store and date not unique", [L(day=3)], [L("GR-77777", day=2), L("GR-88899", day=4)],
         lone={"o1": "AMBIGUOUS", "t1": "AMBIGUOUS", "t2": "AMBIGUOUS"}),
    Case("another currency", [A], [L(currency="USD")],
         [Link((1,), (1,), "same_key", "CURRENCY", {"o1": {"CURRENCY": 10_000}, "t1": {"CURRENCY": -10_000}})]),
]  # fmt: skip

LONELY = [
    Case("nobody received it", [A], [], lone={"o1": "NOT_RECEIVED"}),
    Case("nobody booked it", [], [A], lone={"t1": "NOT_IN_BOOKS"}),
    Case("a payment of ours", [L(kind="付款", q=None)], [], lone={"o1": "PAYMENT_UNBOOKED"}),
    Case("a payment of theirs", [], [L(kind="Payment", a=-10_000, q=None)], lone={"t1": "PAYMENT_UNBOOKED"}),
    Case("a deduction", [], [L(kind="促销扣款", a=-500, q=None)], lone={"t1": "DEDUCTION_UNKNOWN"}),
    Case("a return", [], [L(kind="Goods return", a=-500, q=-1)], lone={"t1": "RETURN_UNBOOKED"}),
    Case("a return by its quantity", [], [L(a=-500, q=-1)], lone={"t1": "RETURN_UNBOOKED"}),
    Case("a line without an amount", [L(a=None)], [], lone={"o1": "NOT_RECEIVED"}),
    Case("nobody received a huge one", [L(a=9 * 10**16)], [], lone={"o1": "NOT_RECEIVED"}),
    Case("families never meet", [L(kind="Payment")], [L(kind="Invoice")], lone=apart("PAYMENT_UNBOOKED")),
    Case("deductions meet", [L(kind="促销扣款", a=-500)], [L(kind="fee", a=-500)], one("exact_document")),
]

BY_QUANTITY = [
    Case("other values", [A], [L(a=8_000)], one("exact_document", "VALUE_BASIS", VALUE_BASIS=2_000)),
    Case("the same values", [A], [A], one("exact_document")),
    Case("of two the one of the same value", [L(a=9_000), A], [A],
         [Link((2,), (1,), "exact_document")], {"o1": "NOT_RECEIVED"}),
    Case("less", [A], [L(q=9, a=9_000)], one("same_key", "SHORT", SHORT=1_000)),
    Case("more", [A], [L(q=11, a=11_000)], one("same_key", "OVER", OVER=-1_000)),
    Case("less of other value", [A], [L(q=9, a=8_100)], one("same_key", "SHORT", SHORT=1_000, VALUE_BASIS=900)),
    Case("sums of quantities", [A], [L(q=4, a=1), L(q=6, a=2)],
         [Link((1,), (1, 2), "equal_sums", "VALUE_BASIS", {"o1": {"VALUE_BASIS": 9_997}})]),
    Case("beyond the window", [A], [replace(A, day=16)], one("exact_document", "TIMING")),
]  # fmt: skip

BY_BOTH = [
    Case("both agree", [A], [A], one("exact_document")),
    Case("amounts agree, quantities do not", [A], [L(q=9)], one("same_key", "MIXED", SHORT=1_000, PRICE=-1_000)),
    Case("quantities agree, amounts do not", [A], [L(a=9_000)], one("same_key", "PRICE", PRICE=1_000)),
]

IN_MINOR_UNITS = [
    Case("at the tolerance", [A], [L(a=9_995)], one("within_tolerance", "ROUNDING", ROUNDING=5)),
    Case("at the tolerance, above", [A], [L(a=10_005)], one("within_tolerance", "ROUNDING", ROUNDING=-5)),
    Case("beyond it", [A], [L(a=9_994)], one("same_key", "PRICE", PRICE=6)),
    Case("exact before near", [A, L(a=9_998)], [L(a=9_998)],
         [Link((2,), (1,), "exact_document")], {"o1": "NOT_RECEIVED"}),
    Case("sums at the tolerance", [A], [L(q=4, a=4_000), L(q=6, a=5_995)],
         [Link((1,), (1, 2), "equal_sums", "ROUNDING", {"o1": {"ROUNDING": 5}})]),
]  # fmt: skip

IN_MILLIONTHS = [
    Case("at the tolerance", [A], [L(a=9_950)], one("within_tolerance", "ROUNDING", ROUNDING=50)),
    Case("beyond it", [A], [L(a=9_949)], one("same_key", "PRICE", PRICE=51)),
    Case("of our amount, rounded down", [L(a=9_999)], [L(a=9_949)], one("same_key", "PRICE", PRICE=50)),
    Case(
        "of a huge amount",
        [L(a=9 * 10**15)],
        [L(a=9 * 10**15 - 45 * 10**12)],
        one("within_tolerance", "ROUNDING", ROUNDING=45 * 10**12),
    ),
    Case("of a return", [L(q=-10, a=-10_000)], [L(q=-10, a=-9_950)], one("within_tolerance", "ROUNDING", ROUNDING=-50)),
]

AT_THE_EDGE = [
    Case("inside", [A], [replace(A, day=30)], one("exact_document", "TIMING")),
    Case("ours before", [L(day=-1)], [A], [Link((1,), (1,), "exact_document", "TIMING", {"t1": {"TIMING": -10_000}})]),
    Case("theirs after", [L(day=30)], [L(day=31)],
         [Link((1,), (1,), "exact_document", "TIMING", {"o1": {"TIMING": 10_000}})]),
    Case("a difference across the edge", [L(day=-1)], [L(a=9_000)],
         [Link((1,), (1,), "same_key", "TIMING", {"t1": {"TIMING": -9_000}})]),
    Case("both outside", [L(day=-3)], [L(day=-2, a=9_000)], one("same_key", "OUTSIDE_PERIOD")),
    Case("one outside, alone", [L(day=31)], [], lone={"o1": "OUTSIDE_PERIOD"}),
    Case("no date is inside", [L(day=None)], [], lone={"o1": "NOT_RECEIVED"}),
    Case("a payment outside", [], [L(day=-1, kind="Payment")], lone={"t1": "OUTSIDE_PERIOD"}),
]  # fmt: skip

BY_USER_RULE = [
    Case("the named columns", [L(line_no="7")], [L("GR-55555", line_no="7", day=3)], one("store and line")),
    Case("beyond its days", [L(line_no="7")], [L("GR-55555", line_no="7", day=4)], one("amount_store_date")),
    Case("another amount", [L(line_no="7", q=3)], [L("GR-55555", line_no="7", a=1_234)], lone=apart()),
]

BY_ORDER = [
    Case("exact order", [L(order="PO-50011")], [L("GR-90001", order="PO-50011")], one("exact_order")),
    Case("order without separators", [L(order="PO-50022")], [L("GR-90002", order="PO50022")], one("normalized")),
    Case("order, another price", [L(order="PO-50033")], [L("GR-90003", order="PO-50033", a=9_000)],
         one("same_key", "PRICE", PRICE=1_000)),
]  # fmt: skip

USER_RULE = UserRule("store and line", (Column.STORE, Column.LINE_NO), 3)

GROUPS: Mapping[str, tuple[Sequence[Case], Mapping[str, object]]] = {
    "plain": ([*NUMBERS, *FIGURES, *SUMS, *OWN_SIDE, *REPAIRS, *LONELY], {}),
    "by quantity": (BY_QUANTITY, {"match": MatchProfile(measure=Measure.QUANTITY)}),
    "by both": (BY_BOTH, {"match": MatchProfile(measure=Measure.BOTH)}),
    "in minor units": (IN_MINOR_UNITS, {"match": MatchProfile(tolerance_minor=5)}),
    "in millionths": (IN_MILLIONTHS, {"match": MatchProfile(tolerance_ppm=5_000)}),
    "in July": (AT_THE_EDGE, {"period": JULY}),
    "by a user's rule": (BY_USER_RULE, {"match": MatchProfile(user_rules=(USER_RULE,))}),
    "by order": (BY_ORDER, {}),
}
"""Cases that can be tallied in one run, because each stands in stores and items of its own."""


def in_own_store(line: Line, *, place: int) -> Line:
    """Move a line into the stores and items of its case, so that the cases of one run do not meet."""
    store, item = (None if code is None else f"{code}{place:03d}" for code in (line.store, line.item))
    return replace(line, store=store, item=item)
