"""Who runs, and with which command? keytally, the floor, bare reading, and the peers in their own environment."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

BENCH = Path(__file__).parent.parent
PEERS = BENCH / ".venv"
PEER_PYTHON = PEERS / "bin" / "python"
THREADS = "2"
TOLERANCE = "5"


@dataclass(frozen=True, slots=True)
class Contestant:
    """One of those compared: its command for given data and output, and whether links are scored and a bar needs it."""

    name: str
    command: Callable[[Path, Path], list[str]]
    scored: bool = True
    ends_well: frozenset[int] = frozenset({0})
    is_for_a_bar: bool = True


def keytally(form: str, *options: str, name: str | None = None, is_for_a_bar: bool = True) -> Contestant:
    """Run keytally as a user would; 1 is its answer where lines stay open."""

    def command(data: Path, out: Path) -> list[str]:
        maps = ["--store-map", str(data / "store_map.csv"), "--item-map", str(data / "item_map.csv")]
        limits = ["--tolerance", TOLERANCE, "--threads", THREADS, "--out", str(out)]
        files = [str(data / f"ours.{form}"), str(data / f"theirs.{form}")]
        return [str(Path(sys.executable).parent / "keytally"), "reconcile", *files, *maps, *limits, *options]

    return Contestant(name or f"keytally-{form}", command, ends_well=frozenset({0, 1}), is_for_a_bar=is_for_a_bar)


def floor(form: str) -> Contestant:
    """Run the least that could be done."""
    return Contestant(
        f"floor-{form}",
        lambda data, out: [
            *(sys.executable, "-m", "bench.reconcile.floor", str(data), str(out)),
            *("--format", form, "--threads", THREADS),
        ],
        is_for_a_bar=form == "parquet",
    )


def reading(form: str) -> Contestant:
    """Only read the files, with DuckDB or with calamine."""
    return Contestant(
        f"reading-{form}",
        lambda data, out: [
            *(sys.executable, "-m", "bench.reconcile.floor", str(data), str(out)),
            *("--format", form, "--threads", THREADS, "--reading-only"),
        ],
        scored=False,
    )


def peer(name: str, script: str, *options: str) -> Contestant:
    """Run another tool in the peers' environment."""
    path = BENCH / "reconcile" / "peers" / script
    return Contestant(
        name, lambda data, out: [str(PEER_PYTHON), str(path), str(data), str(out), *options], is_for_a_bar=False
    )


PANDAS = peer("pandas", "pandas_merge.py")
DATACOMPY = peer("datacompy", "datacompy_compare.py", "polars")
SPLINK = peer("splink", "splink_link.py")


def peers_ready() -> bool:
    """Build the peers' environment where it is missing; say so and go without where that cannot be done."""
    if PEER_PYTHON.exists():
        return True
    uv = shutil.which("uv", path=f"{BENCH.parent / '.tool/python/bin'}:{BENCH.parent / '.venv/bin'}") or shutil.which(
        "uv"
    )
    if uv is None:
        print("The peers are left out: uv, which builds their environment, is not on the PATH.")
        return False
    made = subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(PEERS)], check=False)
    wanted = [uv, "pip", "install", "-q", "--python", str(PEER_PYTHON), "-r", str(BENCH / "requirements.txt")]
    if made.returncode or subprocess.run(wanted, check=False).returncode:
        print("The peers are left out: their environment could not be built (no network?).")
        shutil.rmtree(PEERS, ignore_errors=True)
        return False
    return True
