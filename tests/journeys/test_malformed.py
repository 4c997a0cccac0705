"""Is every malformed file refused in one sentence, or read with its bad rows set aside, and never wrongly?"""

from collections import Counter
from pathlib import Path

import pytest

from .invariants import check_invariants
from .ledgers import minor, write_csv
from .malformed import GOOD, Malformed, all_malformed
from .runs import Result, keytally, reconcile_here, refusal

MALFORMED = all_malformed()
AMOUNTS = {minor(one["amount"]) for one in GOOD}
BY_COMMAND = [one for at, one in enumerate(MALFORMED) if at % 12 == 0]
TALLIED: Counter[str] = Counter()


def test_there_are_two_hundred_of_them() -> None:
    assert len({one.name for one in MALFORMED}) == len(MALFORMED) >= 200


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda one: one.name)
def test_it_is_refused_or_read_without_a_wrong_number(tmp_path: Path, malformed: Malformed) -> None:
    file = malformed.write(tmp_path)
    theirs = write_csv(tmp_path / "theirs" / "theirs.csv", GOOD)
    result = reconcile_here(file, theirs.path, tmp_path / "out", "--no-report", refusable=True)
    if result.exit == 2:
        assert not (tmp_path / "out" / "summary.json").exists()
        return
    check_invariants(tmp_path / "out", exit=result.exit)
    if malformed.exact:
        check_figures(result)


def check_figures(result: Result) -> None:
    """Check that every figure of ours is one that was written."""
    for one in result.links:
        assert (one["amount_minor"] or 0) == 0, one
    for one in result.residuals:
        if one["side"] == "ours" and one["class"] == "NOT_RECEIVED":
            assert one["amount_minor"] in AMOUNTS, one


@pytest.mark.parametrize("malformed", BY_COMMAND, ids=lambda one: one.name)
def test_the_command_never_shows_a_traceback(tmp_path: Path, malformed: Malformed) -> None:
    file = malformed.write(tmp_path)
    theirs = write_csv(tmp_path / "theirs" / "theirs.csv", GOOD)
    ran = keytally("reconcile", file, theirs.path, "--out", tmp_path / "out", timeout=60)
    assert "Traceback" not in ran.stdout + ran.stderr
    if ran.exit == 2:
        assert malformed.name in refusal(ran)
    else:
        check_invariants(tmp_path / "out", exit=ran.exit)
