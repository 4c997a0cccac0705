"""Does every line end in the class that the published page names for its story?"""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .invariants import check_invariants
from .ledgers import full_width, goods, line, write_csv
from .runs import keytally_here

Lines = list[dict[str, str]]
BASE = [goods("B1", 10, "2.00"), goods("B2", 7, "3.00", item="A2"), goods("B3", 5, "4.00", store="S2")]


@dataclass(frozen=True)
class Story:
    """Lines added to a quiet ledger, and the classes and bars that they must cause."""

    name: str
    ours: Lines
    theirs: Lines
    classes: tuple[list[str], list[str]]
    bars: dict[str, int] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    exit: int = 0


ONE = goods("D1", 10, "2.00", line_no="1")
STORIES = (
    Story("matched", [ONE], [ONE], (["MATCHED"], ["MATCHED"])),
    Story("short", [ONE], [goods("D1", 8, "2.00", line_no="1")], (["SHORT"], ["SHORT"]), {"SHORT": 400}),
    Story("over", [ONE], [goods("D1", 13, "2.00", line_no="1")], (["OVER"], ["OVER"]), {"OVER": -600}),
    Story("price", [ONE], [goods("D1", 10, "1.90", line_no="1")], (["PRICE"], ["PRICE"]), {"PRICE": 100}),
    Story(
        "a cent is a price without a tolerance",
        [ONE],
        [{**ONE, "amount": "19.99"}],
        (["PRICE"], ["PRICE"]),
        {"PRICE": 1},
    ),
    Story(
        "rounding",
        [ONE],
        [{**ONE, "amount": "19.95"}],
        (["ROUNDING"], ["ROUNDING"]),
        {"ROUNDING": 5},
        ("--tolerance", "5"),
    ),
    Story(
        "one more cent is beyond the tolerance",
        [ONE],
        [{**ONE, "amount": "19.94"}],
        (["PRICE"], ["PRICE"]),
        {"PRICE": 6},
        ("--tolerance", "5"),
    ),
    Story(
        "per cent of our amount, boundary inclusive",
        [ONE],
        [{**ONE, "amount": "19.90"}],
        (["ROUNDING"], ["ROUNDING"]),
        {"ROUNDING": 10},
        ("--tolerance", "0.5%"),
    ),
    Story(
        "beyond the per cent",
        [ONE],
        [{**ONE, "amount": "20.11"}],
        (["PRICE"], ["PRICE"]),
        {"PRICE": -11},
        ("--tolerance", "0.5%"),
    ),
    Story("tax basis", [{**ONE, "amount": "22.60"}], [ONE], (["TAX"], ["TAX"]), {"TAX": 260}),
    Story(
        "tax rate",
        [{**ONE, "amount": "113.00"}],
        [{**ONE, "amount": "109.00"}],
        (["TAX"], ["TAX"]),
        {"TAX": 400},
    ),
    Story("wrong store", [ONE], [{**ONE, "store": "S9"}], (["WRONG_STORE"], ["WRONG_STORE"])),
    Story("wrong item", [ONE], [{**ONE, "item": "Z9"}], (["WRONG_ITEM"], ["WRONG_ITEM"])),
    Story("not received", [ONE], [], (["NOT_RECEIVED"], []), {"NOT_RECEIVED": 2000}),
    Story("not in books", [], [ONE], ([], ["NOT_IN_BOOKS"]), {"NOT_IN_BOOKS": -2000}),
    Story("theirs twice", [ONE], [ONE, ONE], (["MATCHED"], ["DUPLICATE", "MATCHED"]), {"DUPLICATE": -2000}),
    Story("ours twice", [ONE, ONE], [ONE], (["DUPLICATE", "MATCHED"], ["MATCHED"]), {"DUPLICATE": 2000}),
    Story("twice on both sides", [ONE, ONE], [ONE, ONE], (["MATCHED"] * 2, ["MATCHED"] * 2)),
    Story(
        "beyond the window",
        [ONE],
        [{**ONE, "date": "2026-08-20"}],
        (["TIMING"], ["TIMING"]),
    ),
    Story(
        "at the edge of the window",
        [ONE],
        [{**ONE, "date": "2026-07-25"}],
        (["MATCHED"], ["MATCHED"]),
    ),
    Story(
        "a day beyond the window",
        [ONE],
        [{**ONE, "date": "2026-07-26"}],
        (["TIMING"], ["TIMING"]),
    ),
    Story(
        "a wider window",
        [ONE],
        [{**ONE, "date": "2026-08-20"}],
        (["MATCHED"], ["MATCHED"]),
        {},
        ("--window", "60"),
    ),
    Story(
        "a return of ours that is not booked",
        [goods("R1", -3, "2.00", doc_type="return")],
        [],
        (["RETURN_UNBOOKED"], []),
        {"RETURN_UNBOOKED": -600},
    ),
    Story(
        "a return of theirs that is not booked",
        [],
        [goods("R1", -3, "2.00", doc_type="return")],
        ([], ["RETURN_UNBOOKED"]),
        {"RETURN_UNBOOKED": 600},
    ),
    Story(
        "a return on both sides",
        [goods("R1", -3, "2.00", doc_type="return")],
        [goods("R1", -3, "2.00", doc_type="return")],
        (["MATCHED"], ["MATCHED"]),
    ),
    Story(
        "a return is never a reversal",
        [ONE, goods("R1", -10, "2.00", doc_type="return", order_no="PO-D1", line_no="1")],
        [],
        (["NOT_RECEIVED", "RETURN_UNBOOKED"], []),
        {"NOT_RECEIVED": 2000, "RETURN_UNBOOKED": -2000},
    ),
    Story(
        "a payment of theirs that is not booked",
        [],
        [line("P1", "-500.00", doc_type="payment")],
        ([], ["PAYMENT_UNBOOKED"]),
        {"PAYMENT_UNBOOKED": 50000},
    ),
    Story(
        "a deduction that nobody agreed",
        [],
        [line("F1", "-88.00", doc_type="deduction", store="S1")],
        ([], ["DEDUCTION_UNKNOWN"]),
        {"DEDUCTION_UNKNOWN": 8800},
    ),
    Story(
        "an amount differs and nothing tells why",
        [line("N1", "100.00", store="S1")],
        [line("N1", "91.37", store="S1")],
        (["UNEXPLAINED"], ["UNEXPLAINED"]),
        {"UNEXPLAINED": 863},
        (),
        1,
    ),
    Story(
        "invoice, cancellation, new invoice",
        [
            ONE,
            goods("D2", -10, "2.00", line_no="1", doc_type="cancellation", order_no="PO-D1"),
            goods("D3", 10, "2.00", line_no="1", order_no="PO-D1"),
        ],
        [goods("D3", 10, "2.00", line_no="1", order_no="PO-D1")],
        (["CANCELLED", "CANCELLED", "MATCHED"], ["MATCHED"]),
    ),
    Story(
        "a document and its opposite under the same number",
        [],
        [ONE, goods("D1", -10, "2.00", line_no="1")],
        ([], ["CANCELLED", "CANCELLED"]),
    ),
    Story(
        "currency",
        [{**ONE, "currency": "CNY"}],
        [{**ONE, "currency": "USD", "amount": "2.80"}],
        (["CURRENCY"], ["CURRENCY"]),
        {"CURRENCY": 2000},
    ),
    Story(
        "outside the period",
        [{**ONE, "date": "2026-06-30"}],
        [goods("D9", 1, "2.00", date="2026-08-01", item="A9")],
        (["OUTSIDE_PERIOD"], ["OUTSIDE_PERIOD"]),
        {},
        ("--period", "2026-07"),
    ),
    Story(
        "both outside the period",
        [{**ONE, "date": "2026-06-30"}],
        [{**ONE, "date": "2026-06-29"}],
        (["OUTSIDE_PERIOD"], ["OUTSIDE_PERIOD"]),
        {},
        ("--period", "2026-07"),
    ),
    Story(
        "across the period's end",
        [{**ONE, "date": "2026-07-31"}],
        [{**ONE, "date": "2026-08-01"}],
        (["TIMING"], ["TIMING"]),
        {"TIMING": 2000},
        ("--period", "2026-07"),
    ),
    Story(
        "across the period's start",
        [{**ONE, "date": "2026-06-30"}],
        [{**ONE, "date": "2026-07-02"}],
        (["TIMING"], ["TIMING"]),
        {"TIMING": -2000},
        ("--period", "2026-07"),
    ),
    Story(
        "the period's first and last day are inside",
        [{**ONE, "date": "2026-07-01"}, {**ONE, "doc_no": "D4", "order_no": "PO-D4", "date": "2026-07-31"}],
        [{**ONE, "date": "2026-07-01"}, {**ONE, "doc_no": "D4", "order_no": "PO-D4", "date": "2026-07-31"}],
        (["MATCHED", "MATCHED"], ["MATCHED", "MATCHED"]),
        {},
        ("--period", "2026-07"),
    ),
    Story(
        "a prefix, separators and leading zeros",
        [goods("INV-2026-000123", 10, "2.00", order_no="")],
        [goods("2026/123", 10, "2.00", order_no="")],
        (["MATCHED"], ["MATCHED"]),
    ),
    Story(
        "full-width digits",
        [goods("DN00778", 10, "2.00", order_no="")],
        [goods(full_width("DN00778"), 10, "2.00", order_no="")],
        (["MATCHED"], ["MATCHED"]),
    ),
    Story(
        "two digits swapped",
        [goods("4500123456", 10, "2.00", order_no="")],
        [goods("4500124356", 10, "2.00", order_no="")],
        (["MATCHED"], ["MATCHED"]),
    ),
    Story(
        "their number is missing, the order tells",
        [goods("D1", 10, "2.00", order_no="PO-77")],
        [goods("", 10, "2.00", order_no="PO-77")],
        (["MATCHED"], ["MATCHED"]),
    ),
    Story(
        "no number at all, but the only one of its store, amount and days",
        [goods("D1", 10, "6.17", order_no="")],
        [goods("", 10, "6.17", order_no="", date="2026-07-12")],
        (["MATCHED"], ["MATCHED"]),
    ),
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name.replace(" ", "_"))
def test_it_gives_each_line_the_class_of_its_story(tmp_path: Path, story: Story) -> None:
    ours = write_csv(tmp_path / "ours.csv", BASE + story.ours)
    theirs = write_csv(tmp_path / "theirs.csv", BASE + story.theirs)
    ran = keytally_here("reconcile", ours.path, theirs.path, "--out", tmp_path / "out", "--no-report", *story.options)
    assert ran.exit in (0, 1), ran.stderr
    result = check_invariants(tmp_path / "out", ours, theirs, exit=ran.exit)
    first = len(BASE) + 2
    for side, lines, classes in (("ours", story.ours, story.classes[0]), ("theirs", story.theirs, story.classes[1])):
        assert sorted(result.class_at(side, first + at) for at in range(len(lines))) == sorted(classes)
        assert all(result.class_at(side, 2 + at) == "MATCHED" for at in range(len(BASE)))
    assert result.bars() == story.bars
    assert ran.exit == story.exit
