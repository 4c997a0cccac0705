"""What does splink find: a probabilistic linkage trained on the files themselves, best counterpart both ways?

python bench/reconcile/peers/splink_link.py DATA OUT
"""

import sys
from pathlib import Path

import duckdb
import pyarrow as pa
from frames import side, write_links
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink import comparison_library as compare

BLOCKS = [block_on("order_no", "item"), block_on("store", "item", "quantity"), block_on("order_no", "store", "amount")]
TRAINING = [block_on("store", "item", "quantity"), block_on("order_no", "item"), block_on("order_no", "amount")]
BEST = """
WITH scored AS (
    SELECT CASE WHEN source_dataset_l = 'ours' THEN row_l ELSE row_r END AS ours_row,
        CASE WHEN source_dataset_l = 'ours' THEN row_r ELSE row_l END AS theirs_row, match_weight
    FROM predictions WHERE match_probability >= 0.9),
ranked AS (
    SELECT ours_row, theirs_row,
        row_number() OVER (PARTITION BY ours_row ORDER BY match_weight DESC, theirs_row) AS ours_rank,
        row_number() OVER (PARTITION BY theirs_row ORDER BY match_weight DESC, ours_row) AS theirs_rank
    FROM scored)
SELECT ours_row, theirs_row FROM ranked WHERE ours_rank = 1 AND theirs_rank = 1
"""


def link(data: Path, *, out: Path) -> None:
    """Train on the data, predict, keep each line's best counterpart where both agree."""
    con = duckdb.connect(config={"threads": 2})
    api = DuckDBAPI(connection=con)
    tables = [api.register(identified(side(data, name)), dataset_display_name=name) for name in ("ours", "theirs")]
    linker = Linker(tables, settings(), log_level=30)
    linker.training.estimate_probability_two_random_records_match([block_on("order_no", "store", "item")], recall=0.95)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predictions = linker.inference.predict(threshold_match_probability=0.9)
    con.execute(f"CREATE VIEW predictions AS SELECT * FROM {predictions.physical_name}")
    best = con.sql(BEST).to_arrow_table()
    write_links(out, ours=best["ours_row"].combine_chunks(), theirs=best["theirs_row"].combine_chunks())


def settings() -> SettingsCreator:
    """Say what is compared and which pairs are looked at."""
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="row",
        comparisons=[
            compare.DamerauLevenshteinAtThresholds("order_no", 1),
            compare.ExactMatch("store"),
            compare.ExactMatch("item"),
            compare.ExactMatch("quantity"),
            compare.ExactMatch("amount"),
            compare.AbsoluteDateDifferenceAtThresholds(
                "date", input_is_string=False, metrics=["day", "day"], thresholds=[5, 15]
            ),
        ],
        blocking_rules_to_generate_predictions=BLOCKS,
        retain_matching_columns=False,
    )


def identified(table: pa.Table) -> pa.Table:
    """Give splink plain columns."""
    return table.drop(["unit_price"])


if __name__ == "__main__":
    link(Path(sys.argv[1]), out=Path(sys.argv[2]))
