"""What would a perfect answer look like? Writes the truth as links.parquet and residuals.parquet: the scorer's own test."""

from pathlib import Path

import duckdb


def answer(data: Path, *, out: Path) -> Path:
    """Write the truth of a world in the formats of keytally's output."""
    out.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    truth = data / "truth"
    con.execute(
        f"COPY (SELECT 'ours.parquet' AS ours_file, ours_row, 'theirs.parquet' AS theirs_file, theirs_row "
        f"FROM '{truth}/links.parquet') TO '{out}/links.parquet'"
    )
    con.execute(
        f"COPY (SELECT 'ours' AS side, 'ours.parquet' AS file, row, class FROM '{truth}/ours.parquet' WHERE class <> 'MATCHED' "
        f"UNION ALL SELECT 'theirs', 'theirs.parquet', row, class FROM '{truth}/theirs.parquet' WHERE class <> 'MATCHED') "
        f"TO '{out}/residuals.parquet'"
    )
    return out
