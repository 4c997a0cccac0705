"""Which truths hold for any two ledgers?"""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .invariants import check_invariants
from .ledgers import COLUMNS, Ledger, goods, write_csv
from .runs import Result, reconcile_by_api, reconcile_here
from .stories import ledgers

Line = dict[str, str]
FIELDS = [name for name in COLUMNS if name not in ("gtin", "unit_price", "line_no")]
MIRROR = {
    "SHORT": "OVER",
    "OVER": "SHORT",
    "NOT_RECEIVED": "NOT_IN_BOOKS",
    "NOT_IN_BOOKS": "NOT_RECEIVED",
}
# What the goods between two sides are worth is told at our price; the other way round it is told at theirs.
VALUED_BY_OURS = {"SHORT", "OVER", "PRICE", "TAX", "ROUNDING", "VALUE_BASIS"}
TURNED = {"ours": "theirs", "theirs": "ours"}


def bounded(examples: int) -> Any:
    # Shrinking would run for minutes; a failing ledger of thirty lines is small enough to be cut by hand.
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
    )


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="keytally-journey-") as name:
        yield Path(name)


def side(root: Path, lines: Sequence[Line]) -> Ledger:
    return write_csv(root, lines, columns=FIELDS)


def reconciled(root: Path, ours: Ledger, theirs: Ledger, **options: Any) -> "Told":
    result = reconcile_by_api(ours.path, theirs.path, root / "out", **options)
    check_invariants(root / "out", ours, theirs, exit=result.exit)
    return Told(result, ours, theirs)


def tally(ours: Sequence[Line], theirs: Sequence[Line], **options: Any) -> "Told":
    with folder() as root:
        told = reconciled(root, side(root / "ours.csv", ours), side(root / "theirs.csv", theirs), **options)
        return told.read()


class Told:
    """A result told in lines instead of rows, so that two runs can be held beside each other."""

    def __init__(self, result: Result, ours: Ledger, theirs: Ledger) -> None:
        self.result = result
        self.ledgers = {"ours": ours, "theirs": theirs}

    def read(self) -> "Told":
        self.links, self.residuals, self.summary = self.result.links, self.result.residuals, self.result.summary
        self.candidates = self.result.candidates
        return self

    def line(self, which: str, file: str, row: int) -> tuple[str, ...]:
        found = self.ledgers[which].lines[Path(file).name, None, row]
        return tuple(found.get(name, "") for name in FIELDS)

    def stories(self) -> Counter[Any]:
        """Count every link or group as what it joins, by which rule, of which class, and with what difference."""
        groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for number, one in enumerate(self.links):
            groups[("g", one["group"]) if one["group"] is not None else number].append(one)
        return Counter(self.story(links) for links in groups.values())

    def story(self, links: list[dict[str, Any]]) -> Any:
        ours = sorted({(self.line("ours", one["ours_file"], one["ours_row"]), one["ours_row"]) for one in links})
        theirs = sorted(
            {(self.line("theirs", one["theirs_file"], one["theirs_row"]), one["theirs_row"]) for one in links}
        )
        amounts = [sum(one[name] or 0 for one in links) for name in ("amount_minor", "quantity")]
        return (
            tuple(one[0] for one in ours),
            tuple(one[0] for one in theirs),
            links[0]["rule"],
            links[0]["class"],
            *amounts,
        )

    def leftovers(self) -> Counter[Any]:
        """Count every residual line with its class."""
        return Counter(
            (one["side"], self.line(one["side"], one["file"], one["row"]), one["class"], one["currency"])
            for one in self.residuals
        )

    def bars(self) -> dict[tuple[str, str], int]:
        return {
            (bridge["currency"], bar["cause"]): bar["amount_minor"]
            for bridge in self.summary["bridges"]
            for bar in bridge["bars"]
            if bar["amount_minor"]
        }

    def same_as(self, other: "Told") -> None:
        assert self.stories() == other.stories()
        assert self.leftovers() == other.leftovers()
        assert self.bars() == other.bars()


@bounded(6)
@given(ledgers(), st.randoms(use_true_random=False), st.sampled_from(["0", "5", "0.5%"]))
def test_shuffled_input_gives_the_same_result(
    sides: tuple[list[Line], list[Line]], chance: Any, tolerance: str
) -> None:
    ours, theirs = sides
    plain = tally(ours, theirs, tolerance=tolerance)
    plain.same_as(tally(chance.sample(ours, len(ours)), chance.sample(theirs, len(theirs)), tolerance=tolerance))


@bounded(6)
@given(ledgers())
def test_swapping_the_sides_mirrors_the_result(sides: tuple[list[Line], list[Line]]) -> None:
    ours, theirs = sides
    there, back = tally(ours, theirs), tally(theirs, ours)
    turned = Counter(
        {
            (TURNED[where], line, MIRROR.get(token, token), currency): count
            for (where, line, token, currency), count in back.leftovers().items()
        }
    )
    assert there.leftovers() == turned
    mirrored: dict[tuple[str, str], int] = defaultdict(int)
    for told, sign in ((there, 1), (back, 1)):
        for (currency, cause), amount in told.bars().items():
            name = MIRROR.get(cause, cause) if told is back else cause
            mirrored[currency, "goods" if cause in VALUED_BY_OURS else name] += sign * amount
    assert not any(mirrored.values()), dict(mirrored)


@bounded(5)
@given(ledgers(), st.integers(0, 1000))
def test_one_file_or_two_is_the_same(sides: tuple[list[Line], list[Line]], cut: int) -> None:
    ours, theirs = sides
    at = cut % (len(ours) + 1)
    whole = tally(ours, theirs)
    with folder() as root:
        parts = side(root / "ours" / "a.csv", ours[:at]) + side(root / "ours" / "b.csv", ours[at:])
        whole.same_as(reconciled(root, parts, side(root / "theirs.csv", theirs)).read())


@bounded(5)
@given(ledgers(), st.booleans(), st.booleans())
def test_a_line_and_its_negative_change_nothing_else(
    sides: tuple[list[Line], list[Line]], is_ours: bool, is_named: bool
) -> None:
    ours, theirs = sides
    new = {**goods("ZZ-777777", 9, "111.10", order_no="POX", store="S8", item="X8"), "unit_price": ""}
    negative = {**new, "quantity": "-9", "amount": "-999.90"}
    if is_named:
        negative |= {"doc_no": "YY-888888", "doc_type": "cancellation"}
    plain = tally(ours, theirs)
    more = tally([*ours, new, negative], theirs) if is_ours else tally(ours, [*theirs, new, negative])
    assert more.stories() == plain.stories()
    extra = more.leftovers() - plain.leftovers()
    assert sum(extra.values()) == 2
    assert {(key[0], key[2]) for key in extra} == {("ours" if is_ours else "theirs", "CANCELLED")}
    assert not plain.leftovers() - more.leftovers()
    assert more.bars() == plain.bars()


@bounded(4)
@given(ledgers())
def test_a_run_again_gives_what_a_fresh_run_gives(sides: tuple[list[Line], list[Line]]) -> None:
    ours, theirs = sides
    with folder() as root:
        left, right = side(root / "ours.csv", ours), side(root / "theirs.csv", theirs)
        first = reconciled(root, left, right).read()
        again = reconciled(root, left, right).read()
        assert (first.links, first.residuals, first.candidates) == (again.links, again.residuals, again.candidates)


@bounded(5)
@given(ledgers(), st.randoms(use_true_random=False))
def test_decisions_are_kept_whatever_is_added(sides: tuple[list[Line], list[Line]], chance: Any) -> None:
    ours, theirs = sides
    with folder() as root:
        left, right = side(root / "ours.csv", ours), side(root / "theirs.csv", theirs)
        first = reconciled(root, left, right).read()
        lonely = {
            where: [one for one in first.residuals if one["side"] == where and not one["counterpart_rows"]]
            for where in ("ours", "theirs")
        }
        unsure = [one for one in first.links if one["ours_id"] and one["theirs_id"]]
        rows = [(one["ours_id"], one["theirs_id"], "refuse") for one in unsure[:2]]
        if lonely["ours"] and lonely["theirs"]:
            rows.append((chance.choice(lonely["ours"])["id"], chance.choice(lonely["theirs"])["id"], "accept"))
        accept = root / "decisions.csv"
        accept.write_text("ours_id,theirs_id,decision,reason\n" + "".join(f"{','.join(row)},seen\n" for row in rows))
        more = side(root / "more.csv", [*theirs, {**goods("ZZ9", 9, "111.10", item="X8"), "unit_price": ""}])
        for theirs_now in (right, more):
            told = reconciled(root, left, theirs_now, accept=accept).read()
            linked = {(one["ours_id"], one["theirs_id"]) for one in told.links}
            for ours_id, theirs_id, decision in rows:
                assert ((ours_id, theirs_id) in linked) == (decision == "accept")


SOUP = st.text(max_size=12) | st.sampled_from(
    [
        "1e400",
        "-",
        "nan",
        "inf",
        "9" * 40,
        "1,2,3",
        "(1.00",
        "2026-13-45",
        "1948-01-01",
        "9999-12-31",
        "合计",
        "=1+1",
        "NULL",
        "0.005",
    ]
)


@bounded(12)
@given(
    ledgers(most=6),
    st.lists(st.fixed_dictionaries({name: SOUP for name in FIELDS}), max_size=5),
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from(FIELDS), SOUP), max_size=4),
)
def test_nothing_is_lost_under_random_rubbish(
    sides: tuple[list[Line], list[Line]], rubbish: list[Line], stains: list[tuple[int, str, str]]
) -> None:
    ours, theirs = [dict(one) for one in sides[0]], sides[1]
    for at, column, text in stains:
        if ours:
            ours[at % len(ours)][column] = text
    ours += rubbish
    with folder() as root:
        left, right = side(root / "ours.csv", ours), side(root / "theirs.csv", theirs)
        result = reconcile_here(left.path, right.path, root / "out", refusable=True)
        if result.exit != 2:
            check_invariants(root / "out", exit=result.exit)
