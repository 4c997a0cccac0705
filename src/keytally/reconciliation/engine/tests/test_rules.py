from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from keytally.exchange.profile import MatchProfile, Measure
from keytally.reconciliation.engine.contract import UnableToRun
from keytally.reconciliation.engine.tests.ledgers import (
    Line,
    Tally,
    components,
    tally,
    write_decisions,
    write_map,
)
from keytally.reconciliation.engine.tests.rule_cases import GROUPS, Case, in_own_store

L = Line


@dataclass(frozen=True, slots=True)
class Slice:
    """What came out for one case of a run of many."""

    pairs: set[tuple[int, int, str, str]]
    rest: dict[str, tuple[str, Mapping[str, int]]]
    candidates: set[tuple[int, int]]


@pytest.fixture(scope="module")
def slices(tmp_path_factory):
    """Tally all cases of a group in one run, once, and give each its part."""

    @cache
    def of(group: str) -> dict[str, Slice]:
        cases, options = GROUPS[group]
        return sliced(tmp_path_factory.mktemp("rules"), cases, **options)

    return of


def sliced(folder: Path, cases, **options) -> dict[str, Slice]:
    spots: dict[tuple[str, int], tuple[str, int]] = {}
    sides: dict[str, list[Line]] = {"ours": [], "theirs": []}
    for place, case in enumerate(cases):
        for side, lines in (("ours", case.ours), ("theirs", case.theirs)):
            for row, line in enumerate(lines, 1):
                sides[side].append(in_own_store(line, place=place))
                spots[side, len(sides[side])] = (case.name, row)
    result = tally(folder, sides["ours"], sides["theirs"], **options)
    found = {case.name: Slice(set(), {}, set()) for case in cases}
    for link in result.links:
        (name, ours), (other, theirs) = spots["ours", link["ours_row"]], spots["theirs", link["theirs_row"]]
        assert name == other, "two cases met"
        found[name].pairs.add((ours, theirs, link["rule"], link["class"]))
    for line in result.residuals:
        name, row = spots[line["side"], line["row"]]
        found[name].rest[f"{line['side'][0]}{row}"] = (line["class"], components(line["components"]))
    for pair in result.candidates:
        (name, ours), (_, theirs) = spots["ours", pair["ours_row"]], spots["theirs", pair["theirs_row"]]
        found[name].candidates.add((ours, theirs))
    return found


EVERY_CASE = [
    pytest.param(group, case, id=f"{group}: {case.name}") for group, (cases, _) in GROUPS.items() for case in cases
]


@pytest.mark.parametrize(("group", "case"), EVERY_CASE)
def test_it_links_and_judges_as_the_rules_say(slices, group: str, case: Case):
    found = slices(group)[case.name]
    assert found.pairs == case.pairs()
    assert found.rest == case.rest()
    is_tied = "AMBIGUOUS" in case.lone.values()
    assert bool(found.candidates) == is_tied


def mirrored_rest(rest: Mapping[str, tuple[str, Mapping[str, int]]]) -> dict[str, str]:
    """Return the classes of lines without a link as they are called from the other side."""
    turned = {"NOT_RECEIVED": "NOT_IN_BOOKS", "NOT_IN_BOOKS": "NOT_RECEIVED", "SHORT": "OVER", "OVER": "SHORT"}
    return {{"o": "t", "t": "o"}[name[0]] + name[1:]: turned.get(kind, kind) for name, (kind, _) in rest.items()}


def test_it_pairs_the_same_lines_when_the_sides_are_swapped(slices, tmp_path):
    cases, options = GROUPS["plain"]
    found = sliced(tmp_path, [replace(case, ours=case.theirs, theirs=case.ours) for case in cases], **options)
    for case in cases:
        there, back = slices("plain")[case.name], found[case.name]
        assert {(o, t, rule) for t, o, rule, _ in back.pairs} == {(o, t, rule) for o, t, rule, _ in there.pairs}
        assert {name: kind for name, (kind, _) in back.rest.items()} == mirrored_rest(there.rest), case.name


def test_it_gives_no_answer_to_sums_that_have_two(tmp_path):
    parts = [L(q=q, a=q * 1_000) for q in (4, 6, 3, 7)]
    found = tally(tmp_path, [L()], parts)
    assert "equal_sums" not in {link["rule"] for link in found.links}
    assert sum(found.bars().values()) == 10_000 - 20_000


@pytest.mark.parametrize(("ours", "theirs"), [(1, 2), (5, 3)])
def test_it_takes_lines_equal_in_every_field_for_one_another(tmp_path, ours, theirs):
    found = tally(tmp_path, [L()] * ours, [L()] * theirs)
    linked = min(ours, theirs)
    assert [(link["rule"], link["class"]) for link in found.links] == [("exact_document", "MATCHED")] * linked
    assert len({a for a, _ in found.pairs()}) == len({b for _, b in found.pairs()}) == linked
    assert [kind for kind, _ in found.rest().values()] == ["DUPLICATE"] * (ours + theirs - 2 * linked)


def test_it_leaves_a_tie_to_a_person_with_ranked_candidates(tmp_path):
    ours, theirs = [L(doc=None, day=3), L("INV-20002")], [L("GR-77777", day=2), L("GR-88899", day=4), L("INV-20002")]
    found = tally(tmp_path, ours, theirs)
    assert [(c["ours_row"], c["theirs_row"], c["rule"]) for c in found.candidates] == [
        (1, 1, "missing_number"),
        (1, 2, "missing_number"),
    ]
    assert {c["rank"] for c in found.candidates} <= {1, 2}
    assert found.bars() == {"AMBIGUOUS": -10_000}


def test_it_lets_the_dates_of_sure_pairs_decide(tmp_path):
    sure = [L(f"INV-{n}0000", item=f"B{n}") for n in range(10, 70)]
    ours = [*sure, L(doc=None)]
    theirs = [*(replace(line, day=2) for line in sure), L("GR-77777", day=-2), L("GR-88899", day=2)]
    found = tally(tmp_path, ours, theirs)
    assert (61, 62) in found.pairs()
    assert found.rest() == {("theirs", 61): ("NOT_IN_BOOKS", {"NOT_IN_BOOKS": -10_000})}


def test_it_compares_nothing_but_amounts_when_there_is_nothing_else(tmp_path):
    bare = {"store": None, "item": None, "q": None, "day": None}
    found = tally(tmp_path, [L(**bare), L("INV-20002", **bare)], [L(**bare), L("INV-20002", a=9_000, **bare)])
    assert found.shown() == [(1, 1, "exact_document", "MATCHED"), (2, 2, "same_key", "UNEXPLAINED")]
    assert found.bars() == {"UNEXPLAINED": 1_000}


def test_it_compares_quantities_where_nobody_has_amounts(tmp_path):
    ours, theirs = [L(a=None), L("INV-20002", a=None)], [L(a=None), L("INV-20002", a=None, q=8)]
    found = tally(tmp_path, ours, theirs, match=MatchProfile(measure=Measure.QUANTITY))
    assert found.shown() == [(1, 1, "exact_document", "MATCHED"), (2, 2, "same_key", "SHORT")]
    assert [link["quantity"] for link in found.links] == [0, 2_000]
    assert found.bars() == {}


def test_it_refuses_a_measure_that_a_side_does_not_have(tmp_path):
    with pytest.raises(UnableToRun, match="quantity"):
        tally(tmp_path, [L()], [L(q=None)], match=MatchProfile(measure=Measure.BOTH))


def test_it_builds_a_bridge_for_each_currency(tmp_path):
    ours = [L(), L("INV-20002", currency="USD", a=5_000), L("INV-30003", a=700)]
    theirs = [L(currency="EUR"), L("INV-20002", currency="USD", a=4_000)]
    found = tally(tmp_path, ours, theirs, opening_minor={"USD": 300, "JPY": 40})
    assert [(b.currency, b.opening_minor, b.ours_minor, b.theirs_minor) for b in found.outcome.bridges] == [
        ("CNY", 0, 10_700, 0),
        ("EUR", 0, 0, 10_000),
        ("JPY", 40, 0, 0),
        ("USD", 300, 5_000, 4_000),
    ]
    assert found.bars("CNY") == {"CURRENCY": 10_000, "NOT_RECEIVED": 700}
    assert found.bars("EUR") == {"CURRENCY": -10_000}
    assert found.bars("USD") == {"PRICE": 1_000}


def test_it_stands_the_whole_difference_on_the_first_line_of_a_group(tmp_path):
    found = tally(tmp_path, [L(q=4, a=4_000), L(q=6, a=6_000)], [L(a=9_998)], match=MatchProfile(tolerance_minor=2))
    assert [(link["group"], link["rule"], link["amount_minor"]) for link in found.links] == [
        (1, "equal_sums", 2),
        (1, "equal_sums", 0),
    ]
    assert found.rest() == {
        ("ours", 1): ("ROUNDING", {"ROUNDING": 2}),
        ("ours", 2): ("ROUNDING", {}),
        ("theirs", 1): ("ROUNDING", {}),
    }
    rows = {line["row"]: len(line["counterpart_rows"]) for line in found.residuals if line["side"] == "theirs"}
    assert rows == {1: 2}


def test_it_finds_lines_in_the_files_they_stand_in(tmp_path):
    found = tally(tmp_path, [L(), L("INV-20002"), L("INV-30003")], [L("INV-30003"), L()], cuts={"ours": (1,)})
    assert [(k["ours_file"], k["ours_row"], k["theirs_row"]) for k in found.links] == [
        ("ours0.parquet", 1, 2),
        ("ours1.parquet", 2, 1),
    ]
    assert [(r["file"], r["row"], r["class"]) for r in found.residuals] == [("ours1.parquet", 1, "NOT_RECEIVED")]


def ids(found: Tally) -> dict[tuple[str, int], str]:
    """Return the identities of all linked and residual lines."""
    listed = {(str(r["side"]), int(r["row"])): str(r["id"]) for r in found.residuals}
    for link in found.links:
        listed |= {("ours", link["ours_row"]): link["ours_id"], ("theirs", link["theirs_row"]): link["theirs_id"]}
    return listed


def test_it_links_what_a_person_accepted_and_never_what_was_refused(tmp_path):
    ours, theirs = [L(), L("INV-20002", q=3, a=300)], [L(), L("GR-77777", q=5, a=500, item="Z9", store="Z8")]
    named = ids(tally(tmp_path / "first", ours, theirs))
    decisions = [
        (named["ours", 1], named["theirs", 1], "refuse"),
        (named["ours", 2], named["theirs", 2], "accept"),
        (named["ours", 2], "0" * 32, "accept"),
    ]
    file = write_decisions(tmp_path, decisions)
    found = tally(tmp_path / "second", ours, theirs, decisions=file)
    assert [(k["ours_row"], k["theirs_row"], k["rule"], k["confidence"]) for k in found.links] == [
        (2, 2, "person", 100)
    ]
    assert found.rest()["ours", 1][0] == "NOT_RECEIVED"
    assert found.rest()["theirs", 1][0] == "NOT_IN_BOOKS"
    assert found.outcome.decisions_unused == 1
    again = tally(tmp_path / "third", ours[::-1], theirs, decisions=file)
    assert again.pairs() == {(1, 2)}


def test_it_makes_one_group_of_accepted_pairs_that_share_a_line(tmp_path):
    ours, theirs = [L(q=3, a=300), L("INV-20002", q=4, a=400)], [L("GR-77777", q=7, a=690, item="Z9")]
    named = ids(tally(tmp_path / "first", ours, theirs))
    pairs = [(named["ours", row], named["theirs", 1], "accept") for row in (1, 2)]
    found = tally(tmp_path / "second", ours, theirs, decisions=write_decisions(tmp_path, pairs))
    assert len({link["group"] for link in found.links}) == 1
    assert found.outcome.links == 2
    assert sum(found.bars().values()) == 10


@pytest.mark.parametrize("pairs", [[(1, 1), (2, 1), (2, 2), (3, 2)], [(1, 2), (2, 1), (2, 2)]])
def test_it_follows_accepted_pairs_from_line_to_line(tmp_path, pairs):
    ours = [L(), L("INV-20002"), L("INV-30003")]
    theirs = [L("GR-44441", q=7, a=5_000), L("GR-55552", q=3, a=4_000)]
    named = ids(tally(tmp_path / "first", ours, theirs))
    rows = [(named["ours", a], named["theirs", b], "accept") for a, b in pairs]
    found = tally(tmp_path / "second", ours, theirs, decisions=write_decisions(tmp_path, rows))
    assert found.pairs() == set(pairs)
    assert len({link["group"] for link in found.links}) == 1
    linked = 10_000 * len({a for a, _ in pairs}) - 9_000
    assert sum(link["amount_minor"] for link in found.links) == linked
    assert sum(found.bars().values()) == 30_000 - 9_000


def test_it_leaves_two_typing_errors_of_one_number_to_a_person(tmp_path):
    found = tally(tmp_path, [L("INV-10001")], [L("INV-10002", a=9_900), L("INV-10011", a=9_900)])
    assert "DUPLICATE" not in {kind for kind, _ in found.rest().values()}


def test_it_pairs_the_lines_of_a_document_by_their_line_numbers(tmp_path):
    ours = [L(item=None, line_no=str(n), a=10_000 + 7 * n) for n in range(5)]
    theirs = [L(item=None, line_no=str(n), a=20_000 + 11 * n) for n in range(5)]
    assert tally(tmp_path, ours, theirs).pairs() == {(n, n) for n in range(1, 6)}


@pytest.mark.parametrize("doc", [None, "INV-10001"])
def test_it_does_not_compare_each_with_each_where_a_thousand_look_alike(tmp_path, doc):
    ours = [L(doc, day=n % 29) for n in range(1_000)]
    theirs = [L(doc, day=n * 7 % 31) for n in range(1_000)]
    found = tally(tmp_path, [*ours, L("INV-20002")], [*theirs, L("INV-20002")])
    assert len(found.candidates) <= 3 * len(ours)
    assert len(found.links) > 900


def test_it_tallies_a_side_without_lines(tmp_path):
    assert tally(tmp_path / "ours", [L()], []).bars() == {"NOT_RECEIVED": 10_000}
    assert tally(tmp_path / "theirs", [], [L()]).bars() == {"NOT_IN_BOOKS": -10_000}


def test_it_turns_their_codes_into_ours_by_the_date_of_the_line(tmp_path):
    maps = [
        {"ours": "S1", "theirs": "T", "ends_before": date(2026, 7, 10)},
        {"ours": "S2", "theirs": "T", "starts_on": date(2026, 7, 10)},
    ]
    ours = [L(day=8), L("INV-20002", store="S2", day=9)]
    theirs = [L(store="T", day=8), L("INV-20002", store="T", day=9)]
    found = tally(tmp_path, ours, theirs, store_map=write_map(tmp_path, "stores", maps))
    assert found.shown() == [(1, 1, "exact_document", "MATCHED"), (2, 2, "exact_document", "MATCHED")]


def test_it_refuses_a_map_in_which_a_code_means_two_things_at_once(tmp_path):
    maps = [
        {"ours": "S1", "theirs": "T", "ends_before": date(2026, 7, 11)},
        {"ours": "S2", "theirs": "T", "starts_on": date(2026, 7, 10)},
    ]
    with pytest.raises(UnableToRun, match="'T' stands for 'S1' and 'S2'") as caught:
        tally(tmp_path, [L()], [L(store="T")], store_map=write_map(tmp_path, "stores", maps))
    assert "store map" in str(caught.value)


SAME_TWICE = [
    [{"ours": "S1", "theirs": "T"}] * 2,
    [{"ours": "S1", "theirs": "T"}, {"ours": "S1", "theirs": "T", "starts_on": date(2026, 7, 1)}],
    [
        {"ours": "S1", "theirs": "T", "starts_on": date(2026, 7, 1)},
        {"ours": "S1", "theirs": "T", "starts_on": date(2026, 7, 1), "ends_before": date(2026, 8, 1)},
    ],
]


@pytest.mark.parametrize("maps", SAME_TWICE)
def test_it_takes_a_map_that_says_the_same_thing_twice(tmp_path, maps):
    found = tally(tmp_path, [L()], [L(store="T")], store_map=write_map(tmp_path, "stores", maps))
    assert found.shown() == [(1, 1, "exact_document", "MATCHED")]


def test_it_knows_items_by_their_gtin_where_no_map_has_them(tmp_path):
    ours = [L(gtin="6901234567892"), L("INV-20002", item="A2", gtin="111"), L("INV-30003", item="A3", gtin="111")]
    theirs = [
        L(item="X1", gtin="6901234567892"),
        L("INV-20002", item="X2", gtin="111"),
        L("INV-30003", item=None, gtin="222"),
    ]
    items = write_map(tmp_path, "items", [{"ours": "A3", "theirs": "unused", "gtin": "222"}])
    found = tally(tmp_path, ours, theirs, item_map=items)
    assert found.shown() == [
        (1, 1, "exact_document", "MATCHED"),
        (2, 2, "other_item", "WRONG_ITEM"),
        (3, 3, "exact_document", "MATCHED"),
    ]


def test_it_takes_the_item_map_before_the_gtin(tmp_path):
    items = write_map(tmp_path, "items", [{"ours": "A1", "theirs": "X1"}])
    ours = [L(), L("INV-20002", item="A2", gtin="111")]
    found = tally(tmp_path, ours, [L(item="X1", gtin="111"), L("INV-20002", item="A2")], item_map=items)
    assert found.shown() == [(1, 1, "exact_document", "MATCHED"), (2, 2, "exact_document", "MATCHED")]


def test_it_tallies_a_ledger_against_nothing_it_shares(tmp_path):
    found = tally(tmp_path, [L()], [L("GR-98765", store="S9", item="Z9", q=1, a=1)])
    assert found.links == []
    assert found.bars() == {"NOT_IN_BOOKS": -1, "NOT_RECEIVED": 10_000}


def test_it_mends_the_same_numbers_when_the_sides_are_swapped(tmp_path):
    first, second, last = L("INV-10001", q=10, a=1_700), L("INV-10002", q=9, a=1_170), L("INV-10012", q=8, a=800)
    there = tally(tmp_path / "there", [first, last], [second])
    back = tally(tmp_path / "back", [second], [first, last])
    assert there.pairs() == {(2, 1)}
    assert back.pairs() == {(1, 2)}


def test_it_keeps_the_smaller_of_two_numbers_that_may_each_be_the_other(tmp_path):
    one, other = L("INV-10001", q=10, a=1_000), L("INV-10002", q=9, a=900)
    assert tally(tmp_path / "there", [one], [other]).shown() == [(1, 1, "same_key", "SHORT")]
    assert tally(tmp_path / "back", [other], [one]).shown() == [(1, 1, "same_key", "OVER")]
