import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from keytally.exchange.profile import SideProfile
from keytally.exchange.read import SideRead, read_side
from keytally.exchange.sources import side_files

ROWS = 45_000
KILLED = -9
CHILD = """
import os, signal, sys
from pathlib import Path
from keytally.exchange.profile import SideProfile
from keytally.exchange.read import read_side
from keytally.exchange.sources import side_files

left = int(sys.argv[3])

def die_in_time(progress):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

files = side_files(Path(sys.argv[1]))
read_side(files, SideProfile(), side="ours", cache=Path(sys.argv[2]), threads=1, on_progress=die_in_time)
"""


def lines(side: SideRead) -> Sequence[tuple[object, ...]]:
    with duckdb.connect() as con:
        (source,) = side.lines.sources
        return con.execute(f"SELECT * FROM ({source.sql}) ORDER BY rid", dict(source.parameters)).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A plain file, and one whose records go through Python because of a quoted line break."""
    made = tmp_path / "side"
    made.mkdir()
    header = "doc_no,store,date,quantity,amount\n"
    rows = [f"D{n},S{n % 7},2026-07-{n % 28 + 1:02},{n % 9},{n}.25\n" for n in range(ROWS)]
    (made / "a.csv").write_text(header + "".join(rows[:1_000]) + "X,S1,2026-07-01,x,1\n", "utf-8")
    (made / "b.csv").write_text(header + 'D,"S\n1",2026-07-01,1,1\n' + "".join(rows), "utf-8")
    return made


def read(folder: Path, cache: Path) -> SideRead:
    return read_side(side_files(folder), SideProfile(), side="ours", cache=cache, threads=1)


def test_a_killed_reading_leaves_nothing_that_the_next_one_believes(tmp_path: Path, folder: Path) -> None:
    whole = read(folder, tmp_path / "fresh")
    cache = tmp_path / "cache"
    exits = []
    for kill_at in range(1, 20):
        command = [sys.executable, "-c", CHILD, str(folder), str(cache), str(kill_at)]
        exits.append(subprocess.run(command, check=False, timeout=120).returncode)
        if exits[-1] != KILLED:
            break
    assert exits[-1] == 0
    assert len(exits) > 4
    again = read(folder, cache)
    assert again.counts == whole.counts
    assert lines(again) == lines(whole)
    assert len(list(cache.glob("*/lines.parquet"))) >= len(again.lines.tables)


def test_a_part_without_its_end_is_read_anew(tmp_path: Path, folder: Path) -> None:
    """What a machine that lost its power may leave: a draft, or a description cut short."""
    whole = read(folder, tmp_path / "cache")
    expected = lines(whole)
    for part in (tmp_path / "cache").glob("*/part.json"):
        draft = part.parent.with_name(f"{part.parent.name}.1.aaaaaaaa.draft")
        part.parent.rename(draft)
        (draft / "lines.parquet").write_bytes(b"PAR1")
    assert lines(read(folder, tmp_path / "cache")) == expected
