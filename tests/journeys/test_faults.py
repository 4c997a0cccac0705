"""What is left behind when a run is killed, starved, locked out or run twice?"""

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from .invariants import FILES, check_invariants
from .ledgers import goods, write_csv
from .runs import COMMAND, Result, keytally, records, refusal

LINES = 20_000
GENERATE = """
COPY (
    SELECT 'DN' || lpad(i::VARCHAR, 7, '0') AS doc_no, 'PO' || (i // 4) AS order_no, 'S' || (i % 40) AS store,
        'A' || (i % 7) AS item, DATE '2026-07-01' + (i % 28)::INTEGER AS date,
        (i % 9 + 1 - CASE WHEN $side = 'theirs' AND i % 97 = 0 THEN 1 ELSE 0 END) AS quantity,
        ((i % 9 + 1 - CASE WHEN $side = 'theirs' AND i % 97 = 0 THEN 1 ELSE 0 END) * 3.45)::DECIMAL(18, 2) AS amount
    FROM range($lines) numbers(i)
    WHERE i % (CASE WHEN $side = 'ours' THEN 211 ELSE 193 END) <> 5 AND (i % 97 <> 0 OR i % 9 <> 0)
) TO '{path}' (FORMAT csv, HEADER)
"""

LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
os.execv(sys.argv[2], sys.argv[2:])
"""


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sides")
    with duckdb.connect() as connection:
        for side in ("ours", "theirs"):
            query = GENERATE.replace("{path}", str(folder / f"{side}.csv"))
            connection.execute(query, {"side": side, "lines": LINES})
    return folder / "ours.csv", folder / "theirs.csv"


@pytest.fixture(scope="module")
def undisturbed(sides: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Result:
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    ran = keytally("reconcile", *sides, "--out", out)
    assert ran.exit in (0, 1), ran.stderr
    return check_invariants(out, exit=ran.exit)


def same(left: Path, right: Path) -> bool:
    names = ("links.parquet", "residuals.parquet", "candidates.parquet")
    return all(told(left / name) == told(right / name) for name in names)


def told(path: Path) -> list[str]:
    """Tell the records of a file in an order of their own: a file does not promise one."""
    return sorted(repr(one) for one in records(path))


def started(sides: tuple[Path, Path], out: Path, temporary: Path) -> subprocess.Popen[bytes]:
    temporary.mkdir(exist_ok=True)
    return subprocess.Popen(
        [*COMMAND, "reconcile", *map(str, sides), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(temporary)},
        start_new_session=True,
    )


def reach(process: subprocess.Popen[bytes], step: int) -> None:
    """Wait until a run says that it is at a step, or is over."""
    assert process.stderr is not None
    for said in process.stderr:
        if said.startswith(f"[{step}/".encode()):
            return


def is_no_half_result(out: Path) -> bool:
    """Say whether a folder holds a whole result or none that could be taken for one."""
    return not (out / "summary.json").exists() or {one.name for one in out.iterdir()} >= FILES


def test_a_killed_run_started_again_gives_the_same_and_leaves_nothing_else(
    sides: tuple[Path, Path], undisturbed: Result, tmp_path: Path
) -> None:
    chance, result, out = random.Random(9), undisturbed, tmp_path / "out"
    for step in (1, *chance.sample(range(2, 20), 3), 19):
        process = started(sides, out, tmp_path / "temporary")
        reach(process, step)
        time.sleep(chance.uniform(0.0, 0.2))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert not out.exists() or is_no_half_result(out)
    process = started(sides, out, tmp_path / "temporary")
    _, errors = process.communicate(timeout=120)
    assert process.returncode == result.exit, errors.decode()
    assert {one.name for one in out.iterdir()} == FILES
    assert same(out, result.out)
    assert {one.name for one in tmp_path.iterdir()} == {"out", "temporary"}
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_a_run_that_somebody_stops_says_so_and_clears_up(
    sides: tuple[Path, Path], tmp_path: Path, stop: signal.Signals
) -> None:
    process = started(sides, tmp_path / "out", tmp_path / "temporary")
    reach(process, 4)
    process.send_signal(stop)
    output, errors = process.communicate(timeout=30)
    assert b"Traceback" not in output + errors
    assert process.returncode != 0
    left = {one.name for one in (tmp_path / "out").iterdir()} if (tmp_path / "out").exists() else set()
    assert "summary.json" not in left


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of two megabytes, where this process may."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run(
            [mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("a disk of its own can only be mounted by root")
    yield disk
    subprocess.run([shutil.which("umount") or "umount", str(disk)], check=True)


def test_a_full_disk_is_one_sentence_and_no_half_result(sides: tuple[Path, Path], small_disk: Path) -> None:
    refusal(keytally("reconcile", *sides, "--out", small_disk / "out"))
    assert is_no_half_result(small_disk / "out") if (small_disk / "out").exists() else True
    assert not list(small_disk.rglob("summary.json"))


@pytest.mark.parametrize("kilobytes", [0, 16, 200])
def test_a_limit_on_the_size_of_files_is_one_sentence_and_no_half_result(
    sides: tuple[Path, Path], tmp_path: Path, kilobytes: int
) -> None:
    prefix = (COMMAND[0], "-c", LIMITED, str(kilobytes * 1024))
    refusal(keytally("reconcile", *sides, "--out", tmp_path / "out", prefix=prefix))
    assert not (tmp_path / "out" / "summary.json").exists()


def test_too_little_memory_is_one_sentence_or_the_right_result(
    sides: tuple[Path, Path], undisturbed: Result, tmp_path: Path
) -> None:
    for memory in ("1MB", "30MB"):
        out = tmp_path / memory
        ran = keytally("reconcile", *sides, "--out", out, "--memory", memory)
        if ran.exit == 2:
            assert "memory" in refusal(ran).lower()
            assert not (out / "summary.json").exists()
        else:
            assert same(out, undisturbed.out)


def test_a_folder_that_cannot_be_written_is_named(sides: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for out in (tmp_path / "file", tmp_path / "file" / "out", Path("/proc/keytally-out")):
        sentence = refusal(keytally("reconcile", *sides, "--out", out))
        assert out.name in sentence
    assert (tmp_path / "file").read_text() == "not a folder"


def test_what_cannot_be_read_is_named(sides: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    for name in ("dangling.csv", "loop.csv", "pipe.csv"):
        sentence = refusal(keytally("reconcile", tmp_path / name, sides[1], "--out", tmp_path / "out", timeout=20))
        assert name in sentence
    refusal(keytally("reconcile", "/dev/zero", sides[1], "--out", tmp_path / "out", timeout=20))


def test_a_folder_that_holds_itself_is_read_once(tmp_path: Path) -> None:
    lines = [goods(f"D{at}", 3 + at, "2.00") for at in range(5)]
    write_csv(tmp_path / "side" / "a.csv", lines)
    (tmp_path / "side" / "again").symlink_to(tmp_path / "side")
    theirs = write_csv(tmp_path / "theirs.csv", lines)
    ran = keytally("reconcile", tmp_path / "side", theirs.path, "--out", tmp_path / "out", timeout=30)
    assert ran.exit == 0, ran.stderr
    assert check_invariants(tmp_path / "out", exit=0).summary["sides"]["ours"]["accepted"] == 5


def test_the_result_inside_the_folder_that_is_read_is_no_input(tmp_path: Path) -> None:
    lines = [goods(f"D{at}", 3 + at, "2.00") for at in range(5)]
    write_csv(tmp_path / "side" / "a.csv", lines)
    theirs = write_csv(tmp_path / "theirs.csv", lines)
    for _ in range(2):
        ran = keytally("reconcile", tmp_path / "side", theirs.path, "--out", tmp_path / "side" / "out")
        assert "Traceback" not in ran.stderr
        if ran.exit != 2:
            result = check_invariants(tmp_path / "side" / "out", exit=ran.exit)
            assert result.summary["sides"]["ours"]["files"] == 1


def test_two_runs_into_one_folder_leave_one_whole_result(
    sides: tuple[Path, Path], undisturbed: Result, tmp_path: Path
) -> None:
    runs = [started(sides, tmp_path / "out", tmp_path / "temporary") for _ in range(2)]
    ended = [(run.communicate(timeout=120), run.returncode) for run in runs]
    for (output, errors), code in ended:
        assert b"Traceback" not in output + errors
        assert code in (undisturbed.exit, 2)
    assert undisturbed.exit in {code for _, code in ended}
    assert same(tmp_path / "out", undisturbed.out)
    check_invariants(tmp_path / "out", exit=undisturbed.exit)
