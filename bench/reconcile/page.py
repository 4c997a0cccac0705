"""What does docs/benchmarks.md say? The results in tables, the machine, and what the bars have come to."""

from collections.abc import Iterable
from pathlib import Path

from bench.web.page import kept_part

GIB = 2**30
HEAD = """# Benchmarks

Written by `make bench-reconcile`; do not edit. The ledgers, the faults in them and the truth are described in
`bench/reconcile/README.md`. Every contestant ran in a process of its own, in turns; the medians of their runs are
shown. keytally ran without report.xlsx, which is timed apart. The floor is what DuckDB needs to read both files, map
the codes, join on order, store and item, and write the pairs of equal amount: no tolerance, no repair, no classes.
"""


def write_page(results: dict, *, path: Path) -> None:
    """Write the page from the results of a run."""
    path.write_text("\n".join([*page(results), *kept_part(path).splitlines()]) + "\n")


def page(results: dict) -> Iterable[str]:
    """Put the page together."""
    yield HEAD.format(**results)
    yield from machine_table(results)
    yield "## Bars"
    yield ""
    yield from table(("bar", "measured", "wanted", ""), (bar_row(bar) for bar in results["bars"]))
    for case, entries in results["cases"].items():
        yield f"## {case.replace('-', ' lines a side, ')} variant"
        yield ""
        yield from table(
            (
                "",
                "runs",
                "wall",
                "CPU",
                "peak memory",
                "x floor (wall, CPU)",
                "precision",
                "recall",
                "residual classes right",
            ),
            (entry_row(name, found, entries) for name, found in entries.items()),
        )
        yield from asides(entries)
        yield from step_table(results["steps"].get(case, {}))


def machine_table(results: dict) -> Iterable[str]:
    """Name the machine."""
    rows = [*results["machine"].items(), ("measured on", results["measured_on"])]
    rows.append(("load averages before the run", results["load_before"]))
    yield from table(("machine", ""), rows)


def bar_row(bar: dict) -> tuple[str, ...]:
    """Lay out a bar."""
    unit = f" {bar['unit']}" if bar["unit"] else ""
    wanted = f"{'at most' if bar['at_most'] else 'at least'} {bar['limit']:g}{unit}"
    return bar["name"], f"{bar['value']:.5g}{unit}", wanted, bar["verdict"]


def entry_row(name: str, found: dict, entries: dict[str, dict]) -> tuple[str, ...]:
    """Lay out one contestant."""
    least = entries.get("floor-csv" if name.endswith("-csv") else "floor-parquet")
    compared = least is not None and not name.endswith("-xlsx")
    ratio = f"{found['wall'] / least['wall']:.2f}, {found['cpu'] / least['cpu']:.2f}" if compared else ""
    score = found.get("score")
    shares = [score[figure] for figure in ("precision", "recall", "class_accuracy")] if score else [None] * 3
    return (
        name,
        str(len(found["walls"])),
        f"{found['wall']:.2f} s",
        f"{found['cpu']:.2f} s",
        f"{found['memory'] / GIB:.2f} GiB",
        ratio,
        *("" if share is None else f"{share:.5f}" for share in shares),
    )


def asides(entries: dict[str, dict]) -> Iterable[str]:
    """Add what the table does not say by itself."""
    plain, report = entries.get("keytally-parquet"), entries.get("keytally-with-report")
    if plain and report:
        yield f"Writing report.xlsx takes {report['wall'] - plain['wall']:.1f} s more."
        yield ""
    score = (plain or {}).get("score")
    if score and score["confusion"]:
        yield "Where keytally is wrong most often:"
        yield ""
        rows = (
            (f"{row['lines']}", row["side"], row["class"], row["said"], row["kind"]) for row in score["confusion"][:12]
        )
        yield from table(("lines", "side", "true class", "said", "kind of fault"), rows)


def step_table(steps: dict[str, float]) -> Iterable[str]:
    """Say where keytally's time goes: the steps that take a twentieth of the run or more, and the rest together."""
    if not steps:
        return
    total = steps["total"]
    named = {name: taken for name, taken in steps.items() if name != "total"}
    long = sorted(((taken, name) for name, taken in named.items() if taken * 20 >= total), reverse=True)
    rest = sum(named.values()) - sum(taken for taken, _ in long)
    outside = total - sum(named.values())
    rows = [*long, (rest, f"the other {len(named) - len(long)} steps"), (outside, "reading, maps, summary")]
    yield "Where keytally's time goes, in one run more (without starting Python):"
    yield ""
    yield from table(
        ("step", "seconds", "share"), ((name, f"{taken:.2f}", f"{taken / total:.0%}") for taken, name in rows)
    )


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    """Lay out a table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""
