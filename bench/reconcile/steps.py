"""Where does keytally's time go? One run through the Python API, its steps timed by the engine itself.

    python -m bench.reconcile.steps DATA OUT [--format parquet]

prints the seconds of each step as JSON, and in `total` those of the whole call without the interpreter's start.
"""

import argparse
import json
import time
from pathlib import Path

from bench.reconcile.contestants import THREADS, TOLERANCE


def seconds(data: Path, *, out: Path, form: str) -> dict[str, float]:
    """Reconcile once and say how long each step took."""
    from keytally.reconciliation.engine.reconcile import reconcile

    began = time.perf_counter()
    result = reconcile(
        data / f"ours.{form}",
        data / f"theirs.{form}",
        out=out,
        store_map=data / "store_map.csv",
        item_map=data / "item_map.csv",
        tolerance=TOLERANCE,
        threads=THREADS,
        with_report=False,
    )
    return {**result.step_seconds, "total": time.perf_counter() - began}


def main() -> None:
    """Read the arguments and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--format", default="parquet")
    given = parser.parse_args()
    print(json.dumps(seconds(given.data, out=given.out, form=given.format)))


if __name__ == "__main__":
    main()
