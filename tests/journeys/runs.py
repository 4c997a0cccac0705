"""How do the journeys run `keytally reconcile`, and read what it left?"""

import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]
COMMAND = (sys.executable, "-m", "keytally.site.cli")


@dataclass(frozen=True)
class Ran:
    """One finished command."""

    exit: int
    stdout: str
    stderr: str


def keytally(*arguments: object, cwd: Path | None = None, timeout: int = 120, prefix: tuple[str, ...] = ()) -> Ran:
    """Run the command to its end in a process of its own."""
    done = subprocess.run(
        [*prefix, *COMMAND, *map(str, arguments)],
        cwd=cwd,
        timeout=timeout,
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


@dataclass(frozen=True)
class Result:
    """What one run left in its folder."""

    out: Path
    exit: int

    @cached_property
    def summary(self) -> dict[str, Any]:
        return json.loads((self.out / "summary.json").read_text(encoding="utf-8"))

    @cached_property
    def links(self) -> list[Row]:
        return records(self.out / "links.parquet")

    @cached_property
    def residuals(self) -> list[Row]:
        return records(self.out / "residuals.parquet")

    @cached_property
    def candidates(self) -> list[Row]:
        return records(self.out / "candidates.parquet")

    @cached_property
    def rejected(self) -> list[list[str]]:
        with (self.out / "rejected.csv").open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.reader(stream))

    def classes(self, side: str) -> Counter[str]:
        """Count the lines of a side in each class, as the summary says it."""
        totals = self.summary["classes"]
        return Counter({token: one[f"{side}_lines"] for token, one in totals.items() if one[f"{side}_lines"]})

    def class_at(self, side: str, row: int) -> str:
        """Name the class of the line at a row, MATCHED where it is no residual (ledgers of one file)."""
        found = [one["class"] for one in self.residuals if (one["side"], one["row"]) == (side, row)]
        assert len(found) <= 1, found
        return found[0] if found else "MATCHED"

    def bars(self, currency: str = "CNY") -> dict[str, int]:
        """Name the bars of a currency's bridge that are not zero."""
        bridge = self.bridge(currency)
        return {bar["cause"]: bar["amount_minor"] for bar in bridge["bars"] if bar["amount_minor"]}

    def bridge(self, currency: str = "CNY") -> dict[str, Any]:
        """Find the bridge of a currency."""
        (bridge,) = (one for one in self.summary["bridges"] if one["currency"] == currency)
        return bridge

    def pairs(self) -> set[tuple[int, int]]:
        """List the linked rows (ledgers of one file)."""
        return {(one["ours_row"], one["theirs_row"]) for one in self.links}


@cache
def database() -> duckdb.DuckDBPyConnection:
    """Make one database for all reading: each takes ten milliseconds. It remembers no file, as files are rewritten."""
    return duckdb.connect(config={"enable_external_file_cache": False})


def reader() -> duckdb.DuckDBPyConnection:
    """Connect to read."""
    return database().cursor()


def records(path: Path) -> list[Row]:
    """Read a Parquet file into dictionaries."""
    with reader() as connection:
        found = connection.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def schema(path: Path) -> Mapping[str, str]:
    """Read the column names and types of a Parquet file, in order."""
    with reader() as connection:
        described = connection.execute("DESCRIBE SELECT * FROM read_parquet($path)", {"path": str(path)})
        return {row[0]: row[1] for row in described.fetchall()}


def reconcile_files(ours: object, theirs: object, out: Path, *options: object) -> Result:
    """Run the command on two sides and read what it left; a refusal fails the test with its sentence."""
    ran = keytally_here("reconcile", ours, theirs, "--out", out, *options)
    assert ran.exit in (0, 1), f"exit {ran.exit}: {ran.stderr}"
    return Result(out, ran.exit)


def keytally_here(*arguments: object) -> Ran:
    """Run the command to its end in this process, which is quicker by the start of an interpreter."""
    from keytally.site.cli import main

    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        code = main([str(one) for one in arguments])
    return Ran(code, stdout.getvalue(), stderr.getvalue())


def reconcile_here(ours: object, theirs: object, out: Path, *options: object, refusable: bool = False) -> Result:
    """Run the command in this process; a refusal gives exit 2, or fails the test where none is expected."""
    ran = keytally_here("reconcile", ours, theirs, "--out", out, *options)
    if ran.exit == 2 and refusable:
        refusal(ran)
    else:
        assert ran.exit in (0, 1), f"exit {ran.exit}: {ran.stderr}"
    return Result(out, ran.exit)


def reconcile_by_api(ours: object, theirs: object, out: Path, **options: object) -> Result:
    """Tally by the Python call and without the workbook, which is the quickest way to a whole result."""
    import keytally

    told = keytally.reconcile(str(ours), str(theirs), out=out, with_report=False, **options)
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    return Result(told.folder, summary["exit"])


def refusal(ran: Ran) -> str:
    """Take the sentence of a run that could not be: exit 2, one sentence, never a traceback."""
    assert ran.exit == 2, (ran.exit, ran.stdout, ran.stderr)
    assert "Traceback" not in ran.stderr + ran.stdout
    assert "a fault of the program" not in ran.stderr, ran.stderr
    sentence = ran.stderr.strip().splitlines()[-1]
    assert 10 < len(sentence) < 600, sentence
    return sentence
