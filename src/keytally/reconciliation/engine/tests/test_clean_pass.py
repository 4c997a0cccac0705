from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keytally.exchange.profile import MatchProfile, Measure
from keytally.reconciliation.engine import opening, plan
from keytally.reconciliation.engine.tests.ledgers import Line, Tally, tally, write_decisions
from keytally.reconciliation.engine.tests.rule_cases import GROUPS, JULY, in_own_store

L = Line
DAYS = (0, 0, 0, 1, 3, 14, 15, 16, 20, 30, 31, 40, -1, None)
DOCUMENTS = ("INV-10001", "INV-10001", "INV-10001", "INV10001", "INV-20477", "INV-10011", "GR-77777", None)
KINDS = (None, None, None, "Invoice", "Goods return", "Payment", "Cancellation")
FIGURES = ((10, 10_000), (10, 10_000), (10, 10_000), (10, 9_990), (9, 9_000), (4, 4_000), (6, 6_000), (-10, -10_000))


@dataclass(frozen=True, slots=True)
class World:
    """A few lines of both sides that stand in stores and items of their own, and what a person decided on them."""

    ours: Sequence[Line]
    theirs: Sequence[Line]
    decided: Sequence[tuple[int, int, str]] = ()


@st.composite
def lines(draw) -> Line:
    quantity, amount = draw(st.sampled_from(FIGURES))
    return L(
        draw(st.sampled_from(DOCUMENTS)),
        quantity,
        amount,
        draw(st.sampled_from(DAYS)),
        item=draw(st.sampled_from(("A1", "A1", "A1", "A2"))),
        store=draw(st.sampled_from(("S1", "S1", "S1", "S2"))),
        kind=draw(st.sampled_from(KINDS)),
    )


@st.composite
def worlds(draw) -> World:
    """Copy lines from side to side, so that most agree, some twice, and change a date or nothing."""
    ours = draw(st.lists(lines(), max_size=3))
    copied = [replace(line, day=draw(st.sampled_from((line.day, line.day, *DAYS)))) for line in ours]
    theirs = [*draw(st.permutations(copied)), *draw(st.lists(lines(), max_size=1))]
    repeated = [replace(line, day=draw(st.sampled_from((line.day, 0, 20)))) for line in ours[: draw(st.integers(0, 1))]]
    ours = [*ours, *repeated]
    if not ours or not theirs or draw(st.integers(0, 3)):
        return World(ours, theirs)
    spot = st.tuples(st.integers(0, len(ours) - 1), st.integers(0, len(theirs) - 1))
    decision = st.sampled_from(("accept", "refuse"))
    return World(ours, theirs, [(*draw(spot), draw(decision)) for _ in range(draw(st.integers(1, 2)))])


def joined(many: Sequence[World]) -> World:
    """Put worlds into one pair of ledgers, each in its own place."""
    ours, theirs, decided = [], [], []
    for place, world in enumerate(many):
        decided += [(len(ours) + a + 1, len(theirs) + b + 1, decision) for a, b, decision in world.decided]
        ours += [in_own_store(line, place=place) for line in world.ours]
        theirs += [in_own_store(line, place=place) for line in world.theirs]
    return World([L("INV-999999"), *ours], [L("INV-999999"), *theirs], [(a + 1, b + 1, d) for a, b, d in decided])


def tally_large(folder: Path, ours, theirs, **options) -> Tally:
    """Tally as a large run is tallied, whatever the number of lines."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SMALL_RUN_LINES", 0)
        return tally(folder, ours, theirs, **options)


def essence(found: Tally) -> dict[str, object]:
    """Return all of a result but the order of rows, the numbers of groups and the identities."""
    links = {
        tuple(str(v) for k, v in link.items() if k not in ("ours_id", "theirs_id", "group")) for link in found.links
    }
    residuals = {tuple((k, str(v)) for k, v in line.items()) for line in found.residuals}
    candidates = {tuple((k, str(v)) for k, v in pair.items()) for pair in found.candidates}
    return {
        "links": links,
        "residuals": residuals,
        "candidates": candidates,
        "classes": found.classes(),
        "bridges": found.outcome.bridges,
        "counts": (len(found.links), len(found.residuals), len(found.candidates), found.outcome.links),
        "unused": found.outcome.decisions_unused,
    }


def assert_same(folder: Path, world: World, **options) -> Tally:
    """Tally a world both ways, compare all that came out, and return what the large run gave."""
    ours, theirs = world.ours, world.theirs
    if world.decided:
        named = named_rows(tally(folder / "first", ours, theirs, **options))
        rows = [(named["ours", a], named["theirs", b], decision) for a, b, decision in world.decided]
        options = {**options, "decisions": write_decisions(folder, rows)}
    small, large = (
        tally(folder / "small", ours, theirs, **options),
        tally_large(folder / "large", ours, theirs, **options),
    )
    there, here = essence(small), essence(large)
    for name, value in there.items():
        assert here[name] == value, name
    return large


def named_rows(found: Tally) -> dict[tuple[str, int], str]:
    listed = {(str(r["side"]), r["row"]): r["id"] for r in found.residuals}
    for link in found.links:
        listed |= {("ours", link["ours_row"]): link["ours_id"], ("theirs", link["theirs_row"]): link["theirs_id"]}
    return listed


OPTIONS = [
    {},
    {"period": JULY},
    {"match": MatchProfile(tolerance_minor=10)},
    {"match": MatchProfile(measure=Measure.BOTH)},
    {"match": MatchProfile(measure=Measure.QUANTITY), "period": JULY},
]


@settings(max_examples=4, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(worlds(), min_size=5, max_size=40), st.sampled_from(OPTIONS))
def test_it_gives_on_large_runs_what_small_runs_give(many, options):
    with TemporaryDirectory() as folder:
        assert_same(Path(folder), joined(many), **options)


@pytest.mark.parametrize("group", ["plain", "in July"])
def test_it_gives_every_case_of_the_rules_on_large_runs_too(tmp_path, group):
    cases, options = GROUPS[group]
    assert_same(tmp_path, joined([World(case.ours, case.theirs) for case in cases]), **options)


STORIES = {
    "a second claimant on the same day": World([L(), L()], [L()]),
    "a second claimant, theirs": World([L()], [L(), L()]),
    "three against three": World([L()] * 3, [L()] * 3),
    "a second claimant beyond the window": World([L(day=0), L(day=40)], [L(day=38)]),
    "a repeat on a later day": World([L(day=0), L(day=20)], [L(day=0)]),
    "a repeat written otherwise": World([L(), L("INV10001")], [L()]),
    "a second claimant of a special kind": World([L(kind="Goods return"), L(day=1)], [L(day=1)]),
    "an item only clean lines have": World(
        [L(), L("INV-20002", item="A2"), L("INV-30003", q=5, a=5_000)],
        [L(), L("INV-20002", item="A2"), L("INV-30003", item="A2", q=5, a=4_800)],
    ),
    "a clean pair that a person refused": World([L(), L("INV-20002")], [L(), L("INV-20002")], [(1, 1, "refuse")]),
    "a clean pair that a person accepted": World([L(), L("INV-20002")], [L(), L("INV-20002")], [(2, 2, "accept")]),
    "a clean line given to another": World([L(), L("INV-20002")], [L(), L("INV-20002")], [(1, 2, "accept")]),
    "a second claimant that a person refused another": World(
        [L(day=0), L(day=20)], [L(day=None), L("INV-20477", q=3, a=300, item="A2")], [(1, 2, "refuse")]
    ),
    "at the edge of the period": World(
        [L(day=-2), L(day=1), L("INV-20002", day=30)], [L(day=1), L("INV-20002", day=31)]
    ),
    "no number": World([L(), L(doc=None)], [L(), L(doc=None)]),
    "no date": World([L(day=None), L("INV-20002")], [L(day=40), L("INV-20002", day=None)]),
}


@pytest.mark.parametrize("options", [{}, {"period": JULY}], ids=["without a period", "in July"])
def test_it_takes_the_same_way_through_every_story(tmp_path, options):
    assert_same(tmp_path, joined(list(STORIES.values())), **options)


def test_it_knows_a_payment_from_a_repeat_of_a_clean_line(tmp_path):
    large = assert_same(tmp_path, World([L(), L(kind="Payment")], [L()]))
    assert large.rest() == {("ours", 2): ("PAYMENT_UNBOOKED", {"PAYMENT_UNBOOKED": 10_000})}


def test_it_leaves_out_the_identities_of_matched_links_alone(tmp_path):
    ours, theirs = [L(), L("INV-20002"), L("INV-30003", a=9_000)], [L(), L("INV20002"), L("INV-30003")]
    large = tally_large(tmp_path, ours, theirs)
    assert [(k["ours_row"], k["class"], bool(k["ours_id"]), bool(k["theirs_id"])) for k in large.links] == [
        (1, "MATCHED", False, False),
        (2, "MATCHED", False, False),
        (3, "PRICE", True, True),
    ]
    assert all(line["id"] for line in large.residuals)


def collide_under_first_salt(monkeypatch) -> list[str]:
    """Let all places and numbers share one hash under the first salt; list the calls."""
    compose, calls = opening.line_sql, []

    def colliding(*arguments, **options):
        calls.append("line")
        keys = ", ".join(
            f"case when $salt = 1 and {key} is not null then cast(7 as ubigint) else {key} end as {key}"
            for key in ("place", "doc_key", "ord_key")
        )
        return f"select * replace ({keys}) from ({compose(*arguments, **options)})"

    monkeypatch.setattr(opening, "line_sql", colliding)
    return calls


COLLIDING = World(
    [L(), L("INV-20002", store="S2"), L("INV-30003", q=9, a=9_000)],
    [L(), L("INV-20002", store="S2"), L("INV-40004", store="S9", item="Z9", q=9, a=9_000)],
)


def test_it_takes_another_salt_when_two_keys_share_a_hash(tmp_path, monkeypatch):
    plain = tally(tmp_path / "plain", COLLIDING.ours, COLLIDING.theirs)
    calls = collide_under_first_salt(monkeypatch)
    again = tally(tmp_path / "again", COLLIDING.ours, COLLIDING.theirs)
    assert len(calls) == 4
    assert essence(again) == essence(plain)


def test_it_would_pair_strangers_without_another_salt(tmp_path, monkeypatch):
    collide_under_first_salt(monkeypatch)
    monkeypatch.setattr(opening, "collides", lambda *_: False)
    assert (3, 3) in tally(tmp_path, COLLIDING.ours, COLLIDING.theirs).pairs()
