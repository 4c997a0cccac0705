"""Does a line keep its id wherever it stands?"""

import random
from pathlib import Path

from .invariants import check_invariants
from .ledgers import Ledger, goods, used_columns, write_csv, write_parquet, write_xlsx
from .runs import Result, keytally_here

OURS = [goods(f"D{at}", 4 + at, "2.50", item=f"A{at % 3}", store=f"S{at % 2}") for at in range(12)]
THEIRS = [goods(f"E{at}", 40 + at, "3.50", item=f"B{at % 3}", store=f"T{at % 2}") for at in range(9)]


def ids(result: Result, side: str) -> set[str]:
    return {one["id"] for one in result.residuals if one["side"] == side}


def run(out: Path, ours: Path, theirs: Path) -> Result:
    ran = keytally_here("reconcile", ours, theirs, "--out", out)
    assert ran.exit in (0, 1), ran.stderr
    return check_invariants(out, exit=ran.exit)


def test_the_id_is_the_same_shuffled_split_and_in_every_format(tmp_path: Path) -> None:
    plain = run(tmp_path / "a", write_csv(tmp_path / "ours.csv", OURS).path, write_csv(tmp_path / "t.csv", THEIRS).path)
    shuffled = random.Random(2).sample(OURS, len(OURS))
    side = tmp_path / "folder"
    write_csv(side / "1.csv", shuffled[:5], columns=used_columns(OURS))
    write_xlsx(side / "2.xlsx", shuffled[5:], columns=used_columns(OURS))
    split = run(tmp_path / "b", side, write_parquet(tmp_path / "t.parquet", THEIRS[::-1]).path)
    assert len(ids(plain, "ours")) == 12
    assert ids(plain, "ours") == ids(split, "ours")
    assert ids(plain, "theirs") == ids(split, "theirs")
    assert {one["class"] for one in plain.residuals} == {"NOT_RECEIVED", "NOT_IN_BOOKS"}


def test_equal_lines_are_told_apart_by_an_occurrence(tmp_path: Path) -> None:
    ours = write_csv(tmp_path / "ours.csv", [*OURS[:3], OURS[0], OURS[0]])
    theirs = write_csv(tmp_path / "theirs.csv", THEIRS)
    result = run(tmp_path / "out", ours.path, theirs.path)
    assert len(ids(result, "ours")) == 5


def test_the_id_does_not_hang_on_the_way_a_figure_is_written(tmp_path: Path) -> None:
    loud = [{**one, "amount": f"￥{one['amount']}", "date": one["date"].replace("-", "/")} for one in OURS]
    theirs = write_csv(tmp_path / "theirs.csv", THEIRS)
    plain = run(tmp_path / "a", write_csv(tmp_path / "one.csv", OURS).path, theirs.path)
    other = run(tmp_path / "b", write_csv(tmp_path / "two.csv", loud).path, theirs.path)
    assert ids(plain, "ours") == ids(other, "ours")


def test_the_id_does_not_hang_on_other_lines(tmp_path: Path) -> None:
    theirs = write_csv(tmp_path / "theirs.csv", THEIRS)
    few = run(tmp_path / "a", write_csv(tmp_path / "few.csv", OURS[:4]).path, theirs.path)
    all_of_them: Ledger = write_csv(tmp_path / "all.csv", OURS)
    assert ids(few, "ours") < ids(run(tmp_path / "b", all_of_them.path, theirs.path), "ours")
