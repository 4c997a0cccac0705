"""Do differences, groups, currencies and opening balances add up as the published page says?"""

from pathlib import Path

import pytest

from .invariants import check_invariants
from .ledgers import Ledger, goods, line, write_csv
from .runs import Result, keytally_here

Lines = list[dict[str, str]]
QUIET = [goods("B1", 10, "2.00"), goods("B2", 7, "3.00", item="A2"), goods("B3", 5, "4.00", store="S2")]


def reconciled(folder: Path, ours: Lines, theirs: Lines, *options: object) -> Result:
    left, right = write_csv(folder / "ours.csv", ours), write_csv(folder / "theirs.csv", theirs)
    return checked(folder, left, right, *options)


def checked(folder: Path, ours: Ledger, theirs: Ledger, *options: object) -> Result:
    ran = keytally_here("reconcile", ours.path, theirs.path, "--out", folder / "out", *options)
    assert ran.exit in (0, 1), ran.stderr
    return check_invariants(folder / "out", ours, theirs, exit=ran.exit)


def test_it_splits_a_mixed_difference_into_quantity_and_price(tmp_path: Path) -> None:
    result = reconciled(tmp_path, [*QUIET, goods("D1", 10, "2.00")], [*QUIET, goods("D1", 8, "1.90")])
    assert result.class_at("ours", 5) == result.class_at("theirs", 5) == "MIXED"
    assert set(result.bars()) == {"SHORT", "PRICE"}
    assert sum(result.bars().values()) == 480
    assert result.exit == 0


def test_it_splits_more_goods_at_a_lower_price(tmp_path: Path) -> None:
    result = reconciled(tmp_path, [*QUIET, goods("D1", 10, "2.00")], [*QUIET, goods("D1", 12, "1.50")])
    assert result.class_at("ours", 5) == "MIXED"
    assert set(result.bars()) == {"OVER", "PRICE"}
    assert result.bars()["OVER"] < 0 < result.bars()["PRICE"]
    assert sum(result.bars().values()) == 200


def test_it_keeps_a_pairs_difference_on_our_line(tmp_path: Path) -> None:
    result = reconciled(tmp_path, [*QUIET, goods("D1", 10, "2.00")], [*QUIET, goods("D1", 8, "2.00")])
    ours, theirs = sorted(result.residuals, key=lambda one: one["side"])
    assert (ours["amount_minor"], ours["quantity"]) == (400, 2000)
    assert ours["components"] == [{"cause": "SHORT", "amount_minor": 400}]
    assert theirs["amount_minor"] == 0
    assert not theirs["components"]
    assert [one["row"] for one in ours["counterpart_rows"]] == [5]
    assert [one["row"] for one in theirs["counterpart_rows"]] == [5]
    (link,) = (one for one in result.links if one["class"] == "SHORT")
    assert (link["amount_minor"], link["quantity"]) == (400, 2000)
    assert (link["ours_id"], link["theirs_id"]) == (ours["id"], theirs["id"])


def test_it_meets_by_quantity_when_the_values_are_of_another_kind(tmp_path: Path) -> None:
    cost = [goods(f"D{at}", 5 + at, "1.20") for at in range(6)]
    sales = [goods(f"D{at}", 5 + at, "2.05") for at in range(6)]
    sales[5] = goods("D5", 9, "2.05")
    result = reconciled(tmp_path, cost, sales, "--measure", "quantity")
    assert result.classes("ours") == {"VALUE_BASIS": 5, "SHORT": 1}
    assert set(result.bars()) <= {"VALUE_BASIS", "SHORT"}
    assert result.exit == 0


def test_it_takes_both_measures(tmp_path: Path) -> None:
    theirs = [*QUIET, {**goods("D1", 10, "2.00"), "amount": "19.00"}, {**goods("D2", 8, "2.50")}]
    result = reconciled(
        tmp_path, [*QUIET, goods("D1", 10, "2.00"), goods("D2", 10, "2.00")], theirs, "--measure", "both"
    )
    assert (result.class_at("ours", 5), result.class_at("ours", 6)) == ("PRICE", "MIXED")
    assert result.exit == 0


@pytest.mark.parametrize("split_side", ["ours", "theirs"])
def test_it_joins_split_lines_whose_sums_agree_in_one_group(tmp_path: Path, split_side: str) -> None:
    whole = [*QUIET, goods("D1", 10, "2.00", order_no="PO-9")]
    parts = [*QUIET, *(goods(f"D1-{at}", count, "2.00", order_no="PO-9") for at, count in enumerate((3, 2, 5)))]
    result = reconciled(tmp_path, *((parts, whole) if split_side == "ours" else (whole, parts)))
    assert result.residuals == []
    links = [one for one in result.links if one["group"] is not None and 5 in (one["ours_row"], one["theirs_row"])]
    groups = [one["group"] for one in result.links if one[f"{split_side}_row"] >= 5]
    assert len(groups) == 3
    assert len(set(groups)) == 1 and groups[0] is not None
    assert len(links) == 3
    assert result.exit == 0


def test_it_puts_a_groups_difference_on_its_first_row(tmp_path: Path) -> None:
    parts = [goods("D1", count, "2.00", line_no=str(at)) for at, count in enumerate((3, 2, 5), 1)]
    result = reconciled(tmp_path, [*QUIET, *parts], [*QUIET, goods("D1", 10, "2.00")], "--tolerance", "5")
    assert result.classes("ours")["MATCHED"] == 6
    cents = reconciled(
        tmp_path / "cents",
        [*QUIET, *parts],
        [*QUIET, {**goods("D1", 10, "2.00"), "amount": "19.96"}],
        "--tolerance",
        "5",
    )
    rows = [one for one in cents.links if one["theirs_row"] == 5]
    if len(rows) == 3:
        assert {one["class"] for one in rows} == {"ROUNDING"}
    assert sum(cents.bars().values()) == 4


def test_it_gives_each_currency_a_bridge(tmp_path: Path) -> None:
    ours = [*QUIET, goods("E1", 10, "2.00", currency="EUR"), goods("E2", 4, "5.00", currency="EUR")]
    theirs = [*QUIET, goods("E1", 9, "2.00", currency="EUR"), goods("U1", 4, "5.00", currency="USD", item="Z1")]
    result = reconciled(tmp_path, ours, theirs)
    assert {one["currency"] for one in result.summary["bridges"]} == {"CNY", "EUR", "USD"}
    assert result.bars("EUR") == {"SHORT": 200, "NOT_RECEIVED": 2000}
    assert result.bars("USD") == {"NOT_IN_BOOKS": -2000}
    assert result.bridge("EUR")["ours_minor"] == 4000
    assert result.bridge("USD")["ours_minor"] == 0
    assert result.bridge("CNY")["theirs_minor"] == 6100


def test_a_pair_in_two_currencies_stands_in_both_bridges(tmp_path: Path) -> None:
    ours = [*QUIET, goods("E1", 10, "2.00", currency="CNY")]
    theirs = [*QUIET, {**goods("E1", 10, "2.00", currency="USD"), "amount": "2.80"}]
    result = reconciled(tmp_path, ours, theirs)
    assert (result.class_at("ours", 5), result.class_at("theirs", 5)) == ("CURRENCY", "CURRENCY")
    assert (result.bars("CNY"), result.bars("USD")) == ({"CURRENCY": 2000}, {"CURRENCY": -280})
    (link,) = (one for one in result.links if one["class"] == "CURRENCY")
    assert link["amount_minor"] is None
    assert {one["currency"]: one["amount_minor"] for one in result.residuals} == {"CNY": 2000, "USD": -280}


def test_it_counts_a_currency_without_minor_units_in_whole_units(tmp_path: Path) -> None:
    ours = [
        {**goods("J1", 10, "200"), "currency": "JPY", "amount": "2000"},
        {**goods("K1", 1, "1"), "currency": "KWD", "amount": "1.234"},
    ]
    theirs = [{**ours[0], "amount": "1990"}, {**ours[1], "amount": "1.230"}]
    left, right = write_csv(tmp_path / "ours.csv", ours), write_csv(tmp_path / "theirs.csv", theirs)
    ran = keytally_here("reconcile", left.path, right.path, "--out", tmp_path / "out")
    result = check_invariants(tmp_path / "out", exit=ran.exit)
    assert (result.bridge("JPY")["ours_minor"], result.bars("JPY")) == (2000, {"PRICE": 10})
    assert (result.bridge("KWD")["ours_minor"], result.bars("KWD")) == (1234, {"PRICE": 4})


def test_the_opening_balance_stands_in_the_bridge(tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('version = 1\n\n[opening]\nCNY = "123.45"\n', encoding="utf-8")
    ours = [*QUIET, goods("D1", 10, "2.00")]
    result = reconciled(tmp_path, ours, QUIET, "--profile", profile)
    bridge = result.bridge()
    assert bridge["opening_minor"] == 12345
    assert bridge["ours_minor"] - bridge["theirs_minor"] == 2000


def test_a_line_without_a_currency_takes_the_profiles(tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('version = 1\n\n[ours]\ncurrency = "EUR"\n\n[theirs]\ncurrency = "EUR"\n', encoding="utf-8")
    left, right = write_csv(tmp_path / "ours.csv", QUIET), write_csv(tmp_path / "theirs.csv", QUIET)
    ran = keytally_here("reconcile", left.path, right.path, "--out", tmp_path / "out", "--profile", profile)
    assert ran.exit == 0, ran.stderr
    assert [one["currency"] for one in Result(tmp_path / "out", 0).summary["bridges"]] == ["EUR"]


def test_several_equally_good_counterparts_are_left_to_a_person(tmp_path: Path) -> None:
    ours = [*QUIET, line("", "61.70", store="S7", item="A7")]
    theirs = [
        *QUIET,
        line("X-1001", "61.70", store="S7", item="A7", date="2026-07-09"),
        line("Y-2222", "61.70", store="S7", item="A7", date="2026-07-13"),
    ]
    result = reconciled(tmp_path, ours, theirs)
    assert result.class_at("ours", 5) == "AMBIGUOUS"
    assert result.exit == 1
    ids = {one["row"]: one["id"] for one in result.residuals if one["side"] == "theirs"}
    mine = next(one["id"] for one in result.residuals if one["side"] == "ours")
    ranked = sorted(result.candidates, key=lambda one: one["rank"])
    assert [one["rank"] for one in ranked] == [1, 2]
    assert [one["theirs_id"] for one in ranked] == [ids[5], ids[6]]
    assert {one["ours_id"] for one in ranked} == {mine}


def test_interchangeable_lines_are_paired_in_date_order(tmp_path: Path) -> None:
    days = ("2026-07-11", "2026-07-03", "2026-07-07")
    ours = [goods("D1", 10, "2.00", date=day) for day in days]
    theirs = [goods("D1", 10, "2.00", date=day) for day in sorted(days)]
    result = reconciled(tmp_path, [*QUIET, *ours], [*QUIET, *theirs])
    assert result.residuals == []
    assert {pair for pair in result.pairs() if pair[0] >= 5} == {(5, 7), (6, 5), (7, 6)}


def test_a_second_claim_names_what_it_claims_again(tmp_path: Path) -> None:
    result = reconciled(tmp_path, QUIET, [*QUIET, QUIET[1]])
    (twice,) = result.residuals
    assert (twice["side"], twice["class"], twice["amount_minor"]) == ("theirs", "DUPLICATE", -2100)
    assert twice["row"] in (3, 5)
