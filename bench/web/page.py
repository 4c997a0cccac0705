"""What does docs/benchmarks.md say of the pages? The part below its own heading; the rest of the page stays."""

from collections.abc import Iterable
from pathlib import Path

HEADING = "## Pages of a company of 2,000 people"

HEAD = """Written by `make bench-web` on {measured_on}; do not edit. {people:,} people, {years} years of changes,
{requests:,} requests; {users} people with 5 s between clicks for {seconds} s after the warm-up, served by the server
of production (one process, four threads) on the machine that clicks as well: {cores} x {processor}, {memory}, {system},
Python {python}; load averages before {load}. Wanted: the server's p95 at most {bar} ms for chart, scope and inbox.
"""
OTHERS = (HEADING, "## The workbench at a million lines")
COLUMNS = (
    "page",
    "answers",
    "server p50",
    "server p95",
    "server at most",
    "processor p95",
    "p95 until the last byte",
    "queries at most",
    "bytes at most",
)


def write_part(results: dict, *, path: Path, bar_ms: float) -> None:
    """Write the part anew where it stands, or at the end of the page."""
    put_part(part(results, bar_ms=bar_ms), heading=HEADING, path=path)


def put_part(lines: Iterable[str], *, heading: str, path: Path) -> None:
    """Put a part of the page, which begins with its heading, in place of the one that stands there."""
    text = path.read_text(encoding="utf-8") if path.is_file() else "# Benchmarks\n"
    before, found, after = text.partition(f"\n{heading}\n")
    rest = after[after.index("\n## ") :] if found and "\n## " in after else ""
    written = "\n".join(lines).strip()
    path.write_text(f"{before.rstrip()}\n\n{written}\n{rest}", encoding="utf-8")


def kept_part(path: Path) -> str:
    """Read the parts of other benchmarks, for whoever writes the page around them."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    places = [place for heading in OTHERS if (place := text.find(f"\n{heading}\n")) >= 0]
    return text[min(places) :].rstrip() if places else ""


def part(results: dict, *, bar_ms: float) -> Iterable[str]:
    """Put the part together."""
    asked, described = results["asked"], results["machine"]
    yield f"{HEADING}\n"
    yield HEAD.format(**asked, **described, measured_on=results["measured_on"], load=results["load"], bar=int(bar_ms))
    for database, found in results["databases"].items():
        counts = ", ".join(f"{number:,} {name}" for name, number in found["counts"].items())
        yield f"### {database}\n\n{counts}; {len(found['faults'])} clicks went wrong.\n"
        yield f"| {' | '.join(COLUMNS)} |  |"
        yield "|---" * (len(COLUMNS) + 1) + "|"
        for page, figures in found["pages"].items():
            yield _row(page, figures, bar_ms=bar_ms)
        yield ""


def _row(page: str, figures: dict, *, bar_ms: float) -> str:
    verdict = "met" if figures["answers"] and figures["server_p95_ms"] <= bar_ms else "NOT met"
    return (
        f"| {page} | {figures['answers']} | {figures['server_p50_ms']} ms | {figures['server_p95_ms']} ms |"
        f" {figures['server_max_ms']} ms | {figures['cpu_p95_ms']} ms | {figures['client_p95_ms']} ms |"
        f" {figures['queries_most']} | {figures['bytes_most']:,} | {verdict} |"
    )
