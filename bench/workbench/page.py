"""What does docs/benchmarks.md say of the workbench? The part below its own heading; the rest of the page stays."""

from collections.abc import Iterable
from pathlib import Path

from bench.web.page import put_part

HEADING = "## The workbench at a million lines"
HEAD = """Written by `make bench-workbench` on {measured_on}; do not edit. Two CSV files of {lines:,} lines each,
dropped and run through the server and the worker of production, on the machine that also is the browser and the
{users} readers:
{cores} x {processor}, {memory}, {system}, Python {python}; load averages before {load}. The page of the run was asked
every 0.2 s; it moves when the bar, the step or the lines so far change. The readers clicked with 5 s between clicks for
{seconds} s after the warm-up while one run was at work; times are theirs, until the last byte.
"""
FIRST_ROWS_MS, FILTER_MS, BROWSER_MS, STILL_SECONDS = 300, 500, 300, 1
_PAGES = ("first_rows", "page_100")


def write_part(results: dict, *, path: Path) -> None:
    """Write the part anew."""
    put_part(part(results), heading=HEADING, path=path)


def part(results: dict) -> Iterable[str]:
    """Put the part together."""
    yield f"{HEADING}\n"
    about = {**results["asked"], **results["machine"]}
    yield HEAD.format(**about, lines=results["lines"], measured_on=results["measured_on"], load=results["load"])
    for database, found in results["databases"].items():
        yield f"### {database}\n"
        yield "| what | measured | wanted |  |\n|---|---|---|---|"
        yield from _rows(found)
        yield ""


def _rows(found: dict) -> Iterable[str]:
    alone, browser, queue = found["run_alone"], found["browser"], found["queue"]
    yield _row("upload of both files until the profile stands", f"{max(found['upload_seconds'])} s")
    yield _row("run alone, until the bridge stands", f"{alone['seconds']:.1f} s")
    yield _bar("the progress stood still at most, run alone", alone["longest_still"], most=STILL_SECONDS, unit="s")
    busiest = max(each["longest_still"] for each in found["runs_while_reading"])
    yield _bar("the progress stood still at most, with everybody reading", busiest, most=STILL_SECONDS, unit="s")
    yield _bar(f"browser, first rows of {browser['lines']:,}", browser["first_rows_ms"], most=BROWSER_MS)
    yield _bar("browser, a line beside the grid", browser["line_beside_ms"], most=BROWSER_MS)
    for step, ms in browser["filters_ms"].items():
        yield _bar(f"browser, filter: {step}", ms, most=BROWSER_MS)
    for page, figures in found["reading"].items():
        most = FIRST_ROWS_MS if page in _PAGES else FILTER_MS
        yield _bar(f"everybody reading, {page}: p95 of {figures['answers']}", figures["client_p95_ms"], most=most)
    yield _row(f"{queue['asked']} runs asked for at once: at work at a time", f"{queue['at_work_at_most']}")
    for name in ("server", "worker", "runs"):
        mib, threads = queue["memory_mib"].get(name, 0), queue["threads"].get(name, 0)
        yield _row(f"{name} at most, meanwhile", f"{mib:,} MiB, {threads} threads")
    yield _row("clicks that went wrong", f"{len(found['faults'])}")


def _row(what: str, measured: str) -> str:
    return f"| {what} | {measured} |  |  |"


def _bar(what: str, value: float, *, most: float, unit: str = "ms") -> str:
    return f"| {what} | {value:.2f} {unit} | at most {most} {unit} | {'met' if value <= most else 'NOT met'} |"
