"""How long do board, list, a move and the four measures of a company take?

20,000 open opportunities, as many that have ended, 144,000 stays in stages, 500,000 pieces of evidence.

    python -m bench.funnel [--small] [--database both]

Seeds an empty database, asks for the pages in the process as a director who sees everything, and takes the 95th
percentile; on SQLite and on PostgreSQL. Prints `BENCH name value unit` and writes bench/results/funnel.json.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import load, machine
from bench.serving import postgres

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "bench" / "results"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.funnel", description=__doc__)
    parser.add_argument("--small", action="store_true", help="1,000 opportunities; nothing is written")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    given = parser.parse_args()
    counts = (1_000, 25_000, 5) if given.small else (20_000, 500_000, 20)
    databases = ("sqlite", "postgresql") if given.database == "both" else (given.database,)
    found = {name: measured(name, counts) for name in databases}
    for database, result in found.items():
        for name, value in result["p95_ms"].items():
            print(f"BENCH funnel_{name}_p95_{database} {value} ms")
    if not given.small:
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / "funnel.json"
        known = json.loads(file.read_text()) if file.is_file() else {}
        facts = {"machine": machine(), "measured_on": datetime.now(UTC).date().isoformat(), "load": load()}
        databases_known = {**known.get("databases", {}), **found}
        file.write_text(json.dumps({**known, **facts, "databases": databases_known}, indent=1) + "\n")


def measured(database: str, counts: tuple[int, int, int]) -> dict:
    """Seed one database and measure on it, in a process of its own."""
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keytally-bench-")))
        url = stack.enter_context(postgres()) if database == "postgresql" else f"sqlite:///{var / 'bench.sqlite3'}"
        env = {**os.environ, "KEYTALLY_VAR": str(var), "DATABASE_URL": url, "DEBUG": "false"}
        prepare = [sys.executable, "-m", "keytally.site", "prepare"]
        subprocess.run(prepare, env=env, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        command = [sys.executable, "-m", "bench.funnel.world", *map(str, counts)]
        answer = subprocess.run(command, env=env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(answer.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
