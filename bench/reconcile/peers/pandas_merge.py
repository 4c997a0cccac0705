"""What does a pandas merge with a counter per key find?

python bench/reconcile/peers/pandas_merge.py DATA OUT
"""

import sys
from pathlib import Path

from frames import KEYS, numbered, side, write_classes, write_links


def link(data: Path, *, out: Path) -> None:
    """Merge both sides on order, store, item and the counter, and name what differs."""
    tables = {name: side(data, name) for name in ("ours", "theirs")}
    frames = {name: numbered(table.drop(["date"]).to_pandas()) for name, table in tables.items()}
    pairs = frames["ours"].merge(frames["theirs"], on=[*KEYS, "nth"], suffixes=("_o", "_t"))
    write_links(out, ours=pairs["row_o"], theirs=pairs["row_t"])
    write_classes(out, pairs=pairs, **tables)


if __name__ == "__main__":
    link(Path(sys.argv[1]), out=Path(sys.argv[2]))
