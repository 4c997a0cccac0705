"""What would a perfect answer look like? The truth as links.parquet and residuals.parquet, to test the scorer."""

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
    residuals = " UNION ALL ".join(
        f"SELECT '{side}' AS side, '{side}.parquet' AS file, row, class FROM '{truth}/{side}.parquet' "
        "WHERE class <> 'MATCHED'"
        for side in ("ours", "theirs")
    )
    con.execute(f"COPY ({residuals}) TO '{out}/residuals.parquet'")
    return out
