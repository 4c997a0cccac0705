"""Does the scorer see what is right and what is wrong, and nothing else?"""

import duckdb
import pytest
from bench.reconcile.floor import join
from bench.reconcile.oracle import answer
from bench.reconcile.score import score


@pytest.fixture
def perfect(world, tmp_path):
    return answer(world, out=tmp_path)


def rewrite(path, query):
    duckdb.execute(f"CREATE OR REPLACE TEMP TABLE kept AS {query.format(path=path)}")
    duckdb.execute(f"COPY kept TO '{path}' (FORMAT parquet)")


def figures(result):
    return result.precision, result.recall, result.class_accuracy, result.false_residuals


def test_it_gives_the_truth_full_marks(world, perfect):
    assert figures(score(world, perfect)) == (1.0, 1.0, 1.0, 0)


def test_it_misses_a_link_that_is_not_there(world, perfect):
    rewrite(perfect / "links.parquet", "SELECT * FROM '{path}' ORDER BY ours_row, theirs_row OFFSET 10")
    result = score(world, perfect)
    assert result.precision == 1.0
    assert result.links_true - result.links_right == 10


def test_it_sees_a_link_that_is_wrong(world, perfect):
    rewrite(
        perfect / "links.parquet",
        "SELECT ours_file, ours_row, theirs_file, "
        "CASE ours_row WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE theirs_row END AS theirs_row FROM '{path}'",
    )
    result = score(world, perfect)
    assert 0 < result.links_true - result.links_right <= 4
    assert result.precision < 1.0


def test_it_does_not_count_a_pair_twice(world, perfect):
    rewrite(perfect / "links.parquet", "SELECT * FROM '{path}' UNION ALL SELECT * FROM '{path}'")
    assert score(world, perfect).recall == 1.0


def test_it_takes_either_of_two_equal_lines_for_the_duplicate(world, perfect):
    twins = duckdb.execute(
        f"SELECT min(row), max(row) FROM '{world}/truth/theirs.parquet' WHERE twin IS NOT NULL GROUP BY twin "
        "HAVING count(DISTINCT class) > 1 AND count(*) = 2 ORDER BY 1 LIMIT 1"
    ).fetchone()
    swap = f"CASE {{column}} WHEN {twins[0]} THEN {twins[1]} WHEN {twins[1]} THEN {twins[0]} ELSE {{column}} END"
    links = f"SELECT ours_file, ours_row, theirs_file, {swap.format(column='theirs_row')} AS theirs_row FROM '{{path}}'"
    rewrite(perfect / "links.parquet", links)
    row = f"CASE WHEN side = 'theirs' THEN {swap.format(column='row')} ELSE row END"
    rewrite(perfect / "residuals.parquet", f"SELECT side, file, {row} AS row, class FROM '{{path}}'")
    assert figures(score(world, perfect)) == (1.0, 1.0, 1.0, 0)


def test_it_counts_wrong_classes_and_matched_lines_called_otherwise(world, perfect):
    shorts = duckdb.execute(f"SELECT count(*) FROM '{perfect}/residuals.parquet' WHERE class = 'SHORT'").fetchone()[0]
    rewrite(
        perfect / "residuals.parquet",
        "SELECT side, file, row, CASE WHEN class = 'SHORT' THEN 'MIXED' ELSE class END AS class FROM '{path}' "
        f"UNION ALL SELECT 'ours', 'ours.parquet', min(row), 'TAX' FROM '{world}/truth/ours.parquet' "
        "WHERE kind = 'clean'",
    )
    result = score(world, perfect)
    assert result.residuals_true - result.residuals_right == shorts
    assert result.false_residuals == 1
    assert result.confusion[0]["said"] == "MIXED"


def test_it_counts_the_header_row_of_a_text_file(world, perfect):
    rewrite(
        perfect / "links.parquet",
        "SELECT 'ours.csv' AS ours_file, ours_row + 1 AS ours_row, 'theirs.CSV' AS theirs_file, "
        "theirs_row + 1 AS theirs_row FROM '{path}'",
    )
    assert score(world, perfect).recall == 1.0


def test_the_floor_finds_most_pairs_and_the_same_in_both_formats(hard_world, tmp_path):
    found = {}
    for form in ("parquet", "csv"):
        (tmp_path / form).mkdir()
        join(hard_world, out=tmp_path / form, form=form, threads=2)
        found[form] = score(hard_world, tmp_path / form)
    assert found["parquet"].links_right == found["csv"].links_right
    assert found["parquet"].recall > 0.85
    assert found["parquet"].class_accuracy is None
