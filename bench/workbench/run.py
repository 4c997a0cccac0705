"""How does the workbench behave at a million lines a side, and with twenty people at it while a run is at work?

    python -m bench.workbench [--small] [--size 1M] [--seconds 60] [--users 20] [--database both] [--no-page]

Uploads both sides through the server of production as a browser does and watches the run from its page; opens and
filters the grid in a real browser; lets twenty people read and filter, 5 s between clicks, while one run is at work;
asks for three runs at once and counts how many work at a time and what they take. On SQLite and on PostgreSQL.
Prints `BENCH name value unit`, writes bench/results/workbench.json and the part of docs/benchmarks.md that tells of it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import load, machine
from bench.reconcile.generate import DATA, SIZES, World, generate, is_current
from bench.serving import at, postgres, served
from bench.web.load import Sample, click_through
from bench.workbench.client import Client, Watched, watch
from bench.workbench.grid import in_browser
from bench.workbench.page import write_part
from bench.workbench.processes import Census, running_runs

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results"
THINK_SECONDS = 5.0
RUNS_AT_ONCE = 3
GRID = {"HX-Request": "true", "HX-Target": "kt-grid"}
# What the twenty read: pages whole, filters as the grid asks for them.
PAGES = {"first_rows": "", "page_100": "?page=100"}
FILTERS = {
    "by_class": "?class=SHORT",
    "by_cause": "?cause=PRICE",
    "by_words": "?text=00123",
    "by_store": "?store=S0127",
    "by_size": "?least=500&sort=document&direction=asc",
    "by_days": "?first_on=2026-06-01&side=theirs",
    "by_state": "?state=OPEN&assignee=none",
}
OTHERS = {"list": "/reconciliation/", "today": "/today/"}


@dataclass(frozen=True)
class Bench:
    """The server at work, and who is logged in."""

    address: str
    url: str
    process: int
    runner: Client
    people: Mapping[str, list[str]]
    data: Path


def main() -> None:
    given = _given()
    data = _ledgers(given.size)
    databases = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
    results = {
        "machine": machine(),
        "measured_on": datetime.now(UTC).date().isoformat(),
        "load": load(),
        "asked": {name: getattr(given, name) for name in ("size", "seconds", "users")},
        "lines": SIZES[given.size],
        "databases": {name: _measured(name, given, data=data) for name in databases},
    }
    for name, found in results["databases"].items():
        _say(name, found)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / ("workbench-small.json" if given.small else "workbench.json")
    if given.database != "both" and file.is_file():
        # A full measurement takes six minutes; each database may be measured by itself.
        before = json.loads(file.read_text())["databases"]
        results["databases"] = dict(sorted({**before, **results["databases"]}.items(), reverse=True))
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if given.page:
        write_part(results, path=ROOT / "docs" / "benchmarks.md")
    if any(found["faults"] for found in results["databases"].values()):
        sys.exit("Some clicks went wrong; bench/results says which.")


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.workbench", description=__doc__)
    parser.add_argument("--small", action="store_true", help="10,000 lines a side, ten seconds; nothing is written")
    parser.add_argument("--size", choices=SIZES, default="1M")
    parser.add_argument("--seconds", type=int, default=60, help="measured, after the warm-up")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--no-page", dest="page", action="store_false", help="leave docs/benchmarks.md as it is")
    given = parser.parse_args()
    if given.small:
        given.size, given.seconds, given.page = "10k", 10, False
    return given


def _ledgers(size: str) -> Path:
    world, folder = World(SIZES[size]), DATA / f"{size}-easy"
    if not is_current(folder, world=world, formats=("csv",)):
        generate(world, out=folder, formats=("parquet", "csv"))
    return folder


def _measured(database: str, given: argparse.Namespace, *, data: Path) -> dict:
    """Seed, serve, upload, run, read on one database."""
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keytally-bench-")))
        url = stack.enter_context(postgres()) if database == "postgresql" else f"sqlite:///{var / 'bench.sqlite3'}"
        env = {**os.environ, "KEYTALLY_VAR": str(var), "DATABASE_URL": url, "KEYTALLY_TIMINGS": "true"}
        env["DEBUG"] = "false"
        command = [sys.executable, "-m", "keytally.site", "prepare"]
        subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        people = _people(env, readers=given.users)
        address, process = stack.enter_context(served(env))
        bench = Bench(address, url, process, Client(address, people["runner"]), people, data)
        return _parts(bench, given)


def _parts(bench: Bench, given: argparse.Namespace) -> dict:
    first, uploaded = _upload(bench)
    with Census(bench.process, running_runs(bench.url)) as alone:
        run = _run(bench, first)
    browser = in_browser(bench.address, session=bench.people["runner"], number=first)
    second, uploaded_again = _upload(bench)
    busy, samples, faults = _read_while_running(bench, given, shown=first, at_work=second)
    third, _spent = _upload(bench)
    queue = _queue(bench, [first, second, third])
    pages = {**PAGES, **FILTERS, **OTHERS}
    return {
        "upload_seconds": [round(uploaded / 1000, 1), round(uploaded_again / 1000, 1)],
        "run_alone": {**asdict(run), "memory_mib": alone.most_mib, "threads": alone.most_threads},
        "browser": browser,
        "runs_while_reading": [asdict(each) for each in busy],
        "reading": {name: _figures([each for each in samples if each.page == name]) for name in pages},
        "queue": queue,
        "faults": faults[:20],
    }


def _upload(bench: Bench) -> tuple[int, float]:
    """Drop both files with their maps on the page; answers the reconciliation and the ms until its profile stood."""
    runner = bench.runner
    runner.token_of(runner.get("/reconciliation/new/"))
    files = {
        "ours": bench.data / "ours.csv",
        "theirs": bench.data / "theirs.csv",
        "store_map": bench.data / "store_map.csv",
        "item_map": bench.data / "item_map.csv",
    }
    answer = runner.upload("/reconciliation/new/", files=files, fields={"name": "bench", "month": "2026-07"})
    place = answer.headers.get("hx-redirect", "")
    if answer.status != 204 or not place:
        sys.exit(f"The upload was answered {answer.status}: {answer.text[:500]}")
    return int(place.strip("/").split("/")[1]), answer.ms


def _run(bench: Bench, number: int) -> Watched:
    answer = bench.runner.post(f"/reconciliation/{number}/run/", {})
    if answer.status != 302:
        sys.exit(f"The run was answered {answer.status}")
    return watch(bench.runner, number)


def _read_while_running(
    bench: Bench, given: argparse.Namespace, *, shown: int, at_work: int
) -> tuple[list[Watched], list[Sample], list[str]]:
    """Let everybody read one reconciliation while another is run again and again."""
    grid = f"/reconciliation/{shown}/residuals/"
    pages = {**{name: grid + query for name, query in {**PAGES, **FILTERS}.items()}, **OTHERS}
    busy: list[Watched] = []
    is_over = threading.Event()

    def run_on() -> None:
        while not is_over.is_set():
            busy.append(_run(bench, at_work))

    runs = threading.Thread(target=run_on)
    runs.start()
    samples, faults = click_through(
        bench.address,
        visits=[(each, pages) for each in bench.people["readers"]],
        think=THINK_SECONDS,
        warm=min(15.0, given.seconds / 2),
        measured=given.seconds,
        headers=dict.fromkeys(FILTERS, GRID),
    )
    is_over.set()
    runs.join()
    return busy, samples, faults


def _queue(bench: Bench, numbers: Sequence[int]) -> dict:
    """Ask for several runs at once; say how many worked at a time, and what they took."""
    began = time.monotonic()
    with Census(bench.process, running_runs(bench.url)) as census:
        for number in numbers:
            bench.runner.post(f"/reconciliation/{number}/run/", {})
        watched = [watch(bench.runner, number) for number in numbers]
    return {
        "asked": len(numbers),
        "seconds": round(time.monotonic() - began, 1),
        "at_work_at_most": census.most_running,
        "memory_mib": census.most_mib,
        "threads": census.most_threads,
        "ended": sum(each.moves > 0 for each in watched),
    }


def _people(env: dict[str, str], *, readers: int) -> dict:
    command = [sys.executable, "-m", "bench.workbench.people", "--readers", str(readers)]
    answer = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def _figures(samples: Sequence[Sample]) -> dict:
    server = sorted(each.server_ms for each in samples)
    client = sorted(each.client_ms for each in samples)
    return {
        "answers": len(samples),
        "server_p50_ms": at(server, 50),
        "server_p95_ms": at(server, 95),
        "client_p50_ms": at(client, 50),
        "client_p95_ms": at(client, 95),
        "client_max_ms": round(client[-1], 1) if client else 0.0,
        "bytes_most": max((each.size for each in samples), default=0),
    }


def _say(database: str, found: dict) -> None:
    name = f"workbench.{database}"
    alone, browser, queue = found["run_alone"], found["browser"], found["queue"]
    print(f"BENCH {name}.upload {max(found['upload_seconds'])} s")
    print(f"BENCH {name}.run_alone {alone['seconds']:.1f} s")
    print(f"BENCH {name}.progress_longest_still {alone['longest_still']:.2f} s")
    still = max(each["longest_still"] for each in found["runs_while_reading"])
    print(f"BENCH {name}.progress_longest_still_while_reading {still:.2f} s")
    print(f"BENCH {name}.grid_lines {browser['lines']} lines")
    print(f"BENCH {name}.browser.first_rows {browser['first_rows_ms']} ms")
    print(f"BENCH {name}.browser.line_beside {browser['line_beside_ms']} ms")
    for step, ms in browser["filters_ms"].items():
        print(f"BENCH {name}.browser.filter_{step} {ms} ms")
    for page, figures in found["reading"].items():
        print(f"BENCH {name}.reading.{page}.client_p95 {figures['client_p95_ms']} ms")
    print(f"BENCH {name}.queue.at_work_at_most {queue['at_work_at_most']} runs")
    for part, mib in queue["memory_mib"].items():
        print(f"BENCH {name}.queue.memory_{part} {mib} MiB")
    print(f"BENCH {name}.faults {len(found['faults'])} clicks")
