"""Does a real document flow tally without a profile written by hand?"""

import csv
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from .invariants import check_invariants
from .runs import Result, keytally

pytestmark = pytest.mark.real_data
FLOW = Path(__file__).parents[3] / "shared" / "data" / "document_flow"
AGREEING = {"MATCHED", "VALUE_BASIS", "CURRENCY", "TIMING"}
Key = tuple[str, str]


@pytest.fixture(scope="module")
def flow() -> Path:
    if not FLOW.is_dir():
        pytest.skip("the shared real data is not here: ../shared/data/document_flow")
    return FLOW


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def sums(lines: list[dict[str, str]]) -> dict[Key, Decimal]:
    """Add up the quantity of each order item, cancellations included."""
    totals: dict[Key, Decimal] = defaultdict(Decimal)
    for one in lines:
        totals[one["order_no"], one["order_item"]] += Decimal(one["quantity"])
    return totals


@pytest.fixture(scope="module")
def tallied(flow: Path, tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("flow")
    sides = (flow / "goods_issues.csv", flow / "invoices.csv")
    proposed = keytally("reconcile", "--propose", *sides, "--out", folder / "proposed")
    assert proposed.exit == 0, proposed.stderr
    profile = folder / "proposed" / "profile.toml"
    ran = keytally("reconcile", *sides, "--profile", profile, "--out", folder / "out")
    assert ran.exit in (0, 1), ran.stderr
    return check_invariants(folder / "out", exit=ran.exit)


def test_every_record_is_read(flow: Path, tallied: Result) -> None:
    for side, name in (("ours", "goods_issues.csv"), ("theirs", "invoices.csv")):
        said = tallied.summary["sides"][side]
        assert said["read"] == len(rows(flow / name))
        assert said["rejected"] <= 20


def test_it_meets_by_quantity(tallied: Result) -> None:
    assert 'measure = "quantity"' in (tallied.out / "profile.toml").read_text(encoding="utf-8")


def test_it_matches_about_what_a_join_of_the_sums_says(flow: Path, tallied: Result) -> None:
    issues, invoices = rows(flow / "goods_issues.csv"), rows(flow / "invoices.csv")
    left, right = sums(issues), sums(invoices)
    agreeing = {key for key in left.keys() & right.keys() if left[key] == right[key]}
    possible = sum((one["order_no"], one["order_item"]) in agreeing for one in issues)
    linked = {
        one["ours_row"] for one in tallied.links if one["class"] in {"MATCHED", "VALUE_BASIS", "CURRENCY", "TIMING"}
    }
    of_agreeing = {row for row in linked if key_of(issues[row - 2]) in agreeing}
    print(f"agreeing order items {len(agreeing)}, lines of ours in them {possible}, linked of those {len(of_agreeing)}")
    print(f"share of our lines matched by quantity {len(linked) / len(issues):.4f}")
    print({side: dict(tallied.classes(side)) for side in ("ours", "theirs")})
    assert len(of_agreeing) >= 0.95 * possible


def key_of(one: dict[str, str]) -> Key:
    return one["order_no"], one["order_item"]


def test_a_linked_pair_is_of_one_order_item(flow: Path, tallied: Result) -> None:
    issues, invoices = rows(flow / "goods_issues.csv"), rows(flow / "invoices.csv")
    strangers = sum(
        key_of(issues[one["ours_row"] - 2]) != key_of(invoices[one["theirs_row"] - 2])
        for one in tallied.links
        if one["class"] == "MATCHED"
    )
    assert strangers <= 0.01 * len(tallied.links)


def test_cancelled_invoices_are_cancelled(flow: Path, tallied: Result) -> None:
    invoices = rows(flow / "invoices.csv")
    kinds = Counter(one["kind"] for one in invoices)
    cancelling = [row for row, one in enumerate(invoices, 2) if "cancel" in one["kind"]]
    assert cancelling, kinds
    reversible = [row for row in cancelling if has_opposite(invoices, row)]
    ends = Counter(tallied.class_at("theirs", row) for row in reversible)
    print(f"cancellations {len(cancelling)}, with an opposite invoice {len(reversible)}, ended as {dict(ends)}")
    assert ends["CANCELLED"] >= 0.95 * len(reversible)


def has_opposite(invoices: list[dict[str, str]], row: int) -> bool:
    """Say whether an invoice of the same order item has the opposite quantity."""
    this = invoices[row - 2]
    return any(
        key_of(one) == key_of(this) and Decimal(one["quantity"]) == -Decimal(this["quantity"]) for one in invoices
    )
