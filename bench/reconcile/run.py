"""How does keytally stand beside the floor and its peers, in one run on one machine?

    python -m bench.reconcile [--small] [--size 10M] [--repeat 5] [--others-once] [--variant both]
        [--formats parquet,csv,xlsx] [--no-peers] [--no-page]

The runs are interleaved, each in a process of its own; the median counts. With `--others-once` those that no bar needs
(the peers, the floor on text, keytally with its report) run in the first turn only. Prints `BENCH name value unit`,
writes bench/results/reconcile.json and docs/benchmarks.md. `--small` is the one of CI: 100,000 lines, only keytally and
the floor, and it fails where precision, recall or classes miss their bars.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.machine import load, machine
from bench.measure import Cost, cost_of, median_cost
from bench.reconcile.bars import GIB, Bar, bars
from bench.reconcile.contestants import (
    DATACOMPY,
    PANDAS,
    SPLINK,
    Contestant,
    floor,
    keytally,
    peers_ready,
    reading,
)
from bench.reconcile.generate import DATA, SIZES, World, is_current
from bench.reconcile.page import write_page
from bench.reconcile.score import score

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "bench" / "results"
LESSER = {"10M": "1M", "1M": "100k", "100k": "10k", "10k": None}
BARE = "--no-report"


@dataclass(frozen=True, slots=True)
class Case:
    """One pair of ledgers and those who try them."""

    size: str
    variant: str
    contestants: tuple[Contestant, ...]

    @property
    def name(self) -> str:
        """Name the case as its folder is named."""
        return f"{self.size}-{self.variant}"


def plan(given: argparse.Namespace) -> list[Case]:
    """Say which pairs of ledgers are tried by whom."""
    lesser = None if given.small else LESSER[given.size]
    forms = given.formats.split(",")
    pair = (keytally("parquet", BARE), floor("parquet"))
    text = (keytally("csv", BARE), floor("csv"), reading("csv")) if "csv" in forms else ()
    sheets = (keytally("xlsx", BARE), reading("xlsx")) if "xlsx" in forms else ()
    with_report = (keytally("parquet", name="keytally-with-report", is_for_a_bar=False),)
    peers = given.peers and peers_ready()
    cases = []
    if given.variant in ("easy", "both"):
        if lesser:
            small_peers = (SPLINK, PANDAS, DATACOMPY) if peers else ()
            cases.append(Case(lesser, "easy", (*pair, *sheets, *small_peers, *with_report)))
        main_peers = (PANDAS, DATACOMPY) if peers and lesser else ()
        cases.append(Case(given.size, "easy", (*pair, *(text if lesser else ()), *main_peers)))
    if given.variant in ("hard", "both"):
        cases.append(Case(given.size, "hard", pair))
    return cases


def prepare(case: Case) -> Path:
    """Generate the ledgers that are missing or were made by an older generator."""
    data = DATA / case.name
    forms = ["parquet", *sorted({who.name.rpartition("-")[2] for who in case.contestants} & {"csv", "xlsx"})]
    if not is_current(data, world=World(SIZES[case.size], case.variant), formats=forms):
        print(f"Generating {case.name} ...", flush=True)
        options = ["--size", case.size, "--variant", case.variant, "--formats", ",".join(forms)]
        subprocess.run([sys.executable, "-m", "bench.reconcile.generate", *options], check=True, cwd=ROOT)
    return data


def try_case(case: Case, *, repeat: int, others_once: bool) -> dict[str, dict]:
    """Run everyone in turn, as often as asked, and score the last outputs."""
    data = prepare(case)
    costs: dict[str, list[Cost]] = {who.name: [] for who in case.contestants}
    for turn in range(repeat):
        for who in case.contestants:
            if turn and others_once and not who.is_for_a_bar:
                continue
            cost = run_once(who, data=data, out=outcome_of(case, who))
            costs[who.name].append(cost)
            print(
                f"{case.name} {who.name} {turn + 1}/{repeat}: {cost.wall:.2f} s, {cost.memory / GIB:.2f} GiB",
                flush=True,
            )
    return {who.name: entry(who, costs[who.name], data=data, out=outcome_of(case, who)) for who in case.contestants}


def outcome_of(case: Case, who: Contestant) -> Path:
    """Say where a contestant writes."""
    return DATA / "out" / case.name / who.name


def run_once(who: Contestant, *, data: Path, out: Path) -> Cost:
    """Run a contestant once on a clean folder; a failure ends the benchmark with its last words."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    log = out.parent / f"{who.name}.log"
    cost = cost_of(who.command(data, out), log=log, cwd=ROOT)
    if cost.exit not in who.ends_well or (who.scored and not (out / "links.parquet").exists()):
        sys.exit(f"{who.name} ended with {cost.exit} on {data.name}:\n{log.read_text(errors='replace')[-2000:]}")
    return cost


def step_seconds(case: Case) -> dict[str, float]:
    """Run keytally once more and ask it where its time goes."""
    out = DATA / "out" / case.name / "steps"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "bench.reconcile.steps", str(DATA / case.name), str(out)]
    done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE)
    return json.loads(done.stdout.splitlines()[-1])


def entry(who: Contestant, costs: Sequence[Cost], *, data: Path, out: Path) -> dict:
    """Lay out what a contestant needed and found."""
    found = {**asdict(median_cost(costs)), "walls": [round(cost.wall, 3) for cost in costs]}
    if who.scored:
        found["score"] = asdict(score(data, out))
    return found


def figures(cases: dict[str, dict[str, dict]]) -> Iterable[tuple[str, float, str]]:
    """Name every figure: cost, quality, and the ratio to the floor of the same case and format."""
    for case, entries in cases.items():
        for who, found in entries.items():
            name = f"reconcile.{case}.{who}"
            yield f"{name}.wall", found["wall"], "s"
            yield f"{name}.cpu", found["cpu"], "s"
            yield f"{name}.peak_memory", found["memory"] / GIB, "GiB"
            least = entries.get("floor-csv" if who.endswith("-csv") else "floor-parquet")
            if least and not who.startswith(("floor", "reading")) and not who.endswith("-xlsx"):
                yield f"{name}.wall_over_floor", found["wall"] / least["wall"], "x"
                yield f"{name}.cpu_over_floor", found["cpu"] / least["cpu"], "x"
                yield f"{name}.memory_over_floor", found["memory"] / least["memory"], "x"
            for figure in ("precision", "recall", "class_accuracy"):
                if found.get("score") and found["score"][figure] is not None:
                    yield f"{name}.{figure}", found["score"][figure], "share"


def tell(cases: dict[str, dict[str, dict]], judged: Iterable[Bar]) -> None:
    """Print every figure and every bar on a line of its own."""
    for name, value, unit in figures(cases):
        print(f"BENCH {name} {value:.6g} {unit}")
    for bar in judged:
        print(f"BENCH reconcile.bar.{bar.name} {bar.value:.6g} {bar.unit or 'ratio'}")
        sign = "at most" if bar.at_most else "at least"
        print(f"  bar {bar.name}: {bar.value:.5g}, {sign} {bar.limit:g}: {bar.verdict}")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="100,000 lines, keytally and the floor, as CI does")
    parser.add_argument("--size", choices=SIZES, default="10M")
    parser.add_argument("--variant", choices=("easy", "hard", "both"), default="both")
    parser.add_argument("--formats", default="parquet,csv,xlsx")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--others-once", action="store_true", help="run who decides no bar in the first turn only")
    parser.add_argument("--no-peers", dest="peers", action="store_false")
    parser.add_argument("--no-page", dest="page", action="store_false", help="leave docs/benchmarks.md as it is")
    given = parser.parse_args()
    if given.small:
        given.size, given.repeat, given.peers, given.page, given.formats = "100k", 1, False, False, "parquet"
    return given


def main() -> None:
    """Measure, tell, write; with `--small` fail where the quality misses its bars."""
    given = arguments()
    busy = load()
    planned = plan(given)
    cases = {case.name: try_case(case, repeat=given.repeat, others_once=given.others_once) for case in planned}
    judged = bars(cases, size=given.size, lesser=None if given.small else LESSER[given.size])
    tell(cases, judged)
    results = {
        "measured_on": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        "load_before": busy,
        "size": given.size,
        "repeat": given.repeat,
        "cases": cases,
        "steps": {} if given.small else {case.name: step_seconds(case) for case in planned if case.size == given.size},
        "bars": [{**asdict(bar), "verdict": bar.verdict} for bar in judged],
    }
    RESULTS.mkdir(exist_ok=True)
    name = "reconcile-small.json" if given.small else "reconcile.json"
    (RESULTS / name).write_text(json.dumps(results, indent=1) + "\n")
    if given.page:
        write_page(results, path=ROOT / "docs" / "benchmarks.md")
    if given.small and not all(bar.met for bar in judged):
        sys.exit("The reconciliation misses its bars; `python bench/reconcile/score.py DATA OUT` says where.")
