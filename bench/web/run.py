"""How long does the server take for the pages of a company of 2,000 people, with 20 of them clicking every 5 seconds?

    python -m bench.web [--small] [--people 2000] [--years 10] [--requests 10000] [--seconds 90] [--users 20]
        [--database both] [--no-page]

Seeds an empty database, serves it with the server of production, and lets 20 people click through the organisation
chart, the list of people, the reconciliations, the inbox and Today; on SQLite and on PostgreSQL. The server's time
stands in its Server-Timing header, and beside it the time of its processor alone, which a busy machine lengthens less.
Prints `BENCH name value unit`, writes bench/results/web.json and the part of
docs/benchmarks.md that tells of it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import load, machine
from bench.serving import at, postgres, served
from bench.web.load import Sample, click_through
from bench.web.page import write_part

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results"
PAGES = {
    "chart": "/people/",
    "people": "/people/persons/",
    "scope": "/reconciliation/",
    "inbox": "/approvals/",
    "today": "/today/",
}
THINK_SECONDS = 5.0
BAR_MS = 100.0


def main() -> None:
    given = _given()
    databases = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
    results = {
        "machine": machine(),
        "measured_on": datetime.now(UTC).date().isoformat(),
        "load": load(),
        "asked": {name: getattr(given, name) for name in ("people", "years", "requests", "stores", "seconds", "users")},
        "databases": {name: _measured(name, given) for name in databases},
    }
    for name, found in results["databases"].items():
        _say(name, found)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / ("web-small.json" if given.small else "web.json")
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    if given.page:
        write_part(results, path=ROOT / "docs" / "benchmarks.md", bar_ms=BAR_MS)
    if any(found["faults"] for found in results["databases"].values()):
        sys.exit("Some clicks went wrong; bench/results says which.")


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--small", action="store_true", help="200 people, 50 requests, ten seconds; nothing is written")
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--stores", type=int, default=100_000, help="each with two contacts")
    parser.add_argument("--seconds", type=int, default=90, help="measured, after the warm-up")
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--no-page", dest="page", action="store_false", help="leave docs/benchmarks.md as it is")
    given = parser.parse_args()
    if given.small:
        given.people, given.years, given.requests, given.seconds, given.page = 200, 3, 50, 10, False
        given.stores = min(given.stores, 2_000)
    return given


def _measured(database: str, given: argparse.Namespace) -> dict:
    """Seed, serve and click on one database."""
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keytally-bench-")))
        url = stack.enter_context(postgres()) if database == "postgresql" else f"sqlite:///{var / 'bench.sqlite3'}"
        env = {
            **os.environ,
            "KEYTALLY_VAR": str(var),
            "DATABASE_URL": url,
            "KEYTALLY_TIMINGS": "true",
            "DEBUG": "false",
        }
        subprocess.run(
            [sys.executable, "-m", "keytally.site", "prepare"], env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL
        )
        began = time.monotonic()
        world = _world(env, given)
        seeded = time.monotonic() - began
        address, _process = stack.enter_context(served(env))
        visitors = (world["visitors"] * given.users)[: given.users]
        samples, faults = click_through(
            address,
            visits=[(each["session"], _pages_of(each)) for each in visitors],
            think=THINK_SECONDS,
            warm=min(30.0, given.seconds / 2),
            measured=given.seconds,
        )
    return {
        "counts": world["counts"],
        "seeding_seconds": round(seeded, 1),
        "faults": faults[:20],
        "pages": {page: _figures([each for each in samples if each.page == page]) for page in _visited(visitors)},
    }


def _pages_of(visitor: dict) -> dict[str, str]:
    """Leave out what the visitor may not open."""
    pages = {page: path for page, path in PAGES.items() if page != "scope" or visitor["reconciles"]}
    return {**pages, **visitor["pages"]}


def _visited(visitors: Sequence[dict]) -> list[str]:
    """List every page that somebody clicks, in order."""
    return list(dict.fromkeys([*PAGES, *(page for each in visitors for page in each["pages"])]))


def _world(env: dict[str, str], given: argparse.Namespace) -> dict:
    command = [sys.executable, "-m", "bench.web.world", "--people", str(given.people), "--years", str(given.years)]
    command += ["--requests", str(given.requests), "--stores", str(given.stores)]
    answer = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


def _figures(samples: Sequence[Sample]) -> dict:
    """Sum up the answers of a page."""
    server = sorted(each.server_ms for each in samples)
    cpu = sorted(each.cpu_ms for each in samples)
    client = sorted(each.client_ms for each in samples)
    return {
        "answers": len(samples),
        "server_p50_ms": at(server, 50),
        "server_p95_ms": at(server, 95),
        "cpu_p50_ms": at(cpu, 50),
        "server_max_ms": round(server[-1], 1) if server else 0.0,
        "cpu_p95_ms": at(cpu, 95),
        "client_p95_ms": at(client, 95),
        "queries_most": max((each.queries for each in samples), default=0),
        "bytes_most": max((each.size for each in samples), default=0),
    }


def _say(database: str, found: dict) -> None:
    for page, figures in found["pages"].items():
        for name, unit in (
            ("server_p50_ms", "ms"),
            ("server_p95_ms", "ms"),
            ("cpu_p50_ms", "ms"),
            ("cpu_p95_ms", "ms"),
            ("client_p95_ms", "ms"),
            ("queries_most", "queries"),
        ):
            print(f"BENCH web.{database}.{page}.{name.removesuffix('_ms')} {figures[name]} {unit}")
    print(f"BENCH web.{database}.faults {len(found['faults'])} clicks")
