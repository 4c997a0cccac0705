import os
import threading
from pathlib import Path

import pytest

from keytally.exchange.errors import ReadingStopped, UnableToRead
from keytally.exchange.profile import Profile
from keytally.exchange.read import ReadProgress, SideRead
from keytally.exchange.sources import side_files
from keytally.reconciliation.engine import reading
from keytally.reconciliation.engine.both_sides import Share, are_worth_it, read_at_once
from keytally.reconciliation.engine.reading import Means, read_both
from keytally.reconciliation.engine.results import Side

HEADER = "doc_no,date,quantity,amount\n"


def row(number: int) -> str:
    return f"D{number},2026-07-01,1,{number}.50\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ours.csv").write_text(HEADER + "".join(map(row, range(60_000))), "utf-8")
    (tmp_path / "theirs.csv").write_text(HEADER + "".join(map(row, range(50_000))) + "D,x,1,1\n", "utf-8")
    return tmp_path


def means(cache: Path, **options: object) -> Means:
    given = {"memory": "1GB", "threads": 2, "on_progress": None, "is_stopped": None, **options}
    return Means(cache, **given)  # type: ignore[arg-type]


def sides(folder: Path) -> dict[Side, tuple[reading.SourceFile, ...]]:
    return {side: side_files(folder / f"{side.value}.csv") for side in Side}


def test_sides_read_at_once_are_what_they_are_in_turn(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    assert are_worth_it(sides(folder))
    here = threading.get_ident()

    def tell(progress: reading.Progress) -> None:
        assert threading.get_ident() == here
        told.append((progress.step, progress.lines))

    at_once = read_both(sides(folder), Profile(), means=means(folder / "a", on_progress=tell))
    monkeypatch.setattr(reading, "are_worth_it", lambda files: False)
    in_turn = read_both(sides(folder), Profile(), means=means(folder / "b"))
    assert {side: read.counts for side, read in at_once.items()} == {
        side: read.counts for side, read in in_turn.items()
    }
    assert at_once[Side.THEIRS].counts.rejected == 1
    assert {("read_ours", 60_000), ("read_theirs", 50_001)} <= set(told)


def test_uneven_or_small_sides_are_read_in_turn(folder: Path) -> None:
    (folder / "ours.csv").write_text(HEADER + row(1), "utf-8")
    assert not are_worth_it(sides(folder))


@pytest.mark.parametrize(("ours", "theirs", "at_once"), [(2**21, 2**21, True), (2**21, 2**10, False)])
def test_large_parquet_files_are_looked_through_at_once(
    tmp_path: Path, ours: int, theirs: int, *, at_once: bool
) -> None:
    for name, size in (("ours", ours), ("theirs", theirs)):
        (tmp_path / f"{name}.parquet").write_bytes(b"")
        os.truncate(tmp_path / f"{name}.parquet", size)
    files = {side: side_files(tmp_path / f"{side.value}.parquet") for side in Side}
    assert are_worth_it(files) is at_once


def test_a_fault_of_ours_is_told_before_one_of_theirs() -> None:
    def read(side: Side, share: Share) -> SideRead:
        while side is Side.THEIRS and not (share.is_stopped and share.is_stopped()):
            pass
        raise UnableToRead("damaged", file=side.value) if side is Side.OURS else ReadingStopped

    with pytest.raises(UnableToRead) as found:
        read_at_once(read, memory="4GB", threads=2, tell=lambda side, progress: None, is_stopped=None)
    assert found.value.params == {"file": "ours"}


def test_both_readings_hear_that_they_are_to_stop() -> None:
    asked = threading.Event()

    def read(side: Side, share: Share) -> SideRead:
        share.on_progress(ReadProgress(file="a", number=1, files=1, rows=0))
        while not (share.is_stopped and share.is_stopped()):
            pass
        raise ReadingStopped

    with pytest.raises(ReadingStopped):
        read_at_once(read, memory="4GB", threads=None, tell=lambda side, progress: asked.set(), is_stopped=asked.is_set)


def test_where_two_at_once_lack_memory_they_take_their_turns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cramped(*args: object, **options: object) -> None:
        raise UnableToRead("out_of_memory", file="a", memory="1KB")

    monkeypatch.setattr(reading, "read_at_once", cramped)
    assert read_both(sides(folder), Profile(), means=means(folder / "a"))[Side.OURS].counts.accepted == 60_000
