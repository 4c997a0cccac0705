"""Are the bars those of the issue, and judged honestly?"""

import pytest
from bench.reconcile.bars import GIB, Bar, bars


def entry(wall, memory=GIB, score=None):
    return {"wall": wall, "cpu": wall, "memory": memory, "score": score}


def scored(precision=1.0, recall=1.0, class_accuracy=1.0):
    return {"precision": precision, "recall": recall, "class_accuracy": class_accuracy}


def verdicts(cases):
    return {bar.name: bar.verdict for bar in bars(cases, size="10M", lesser="1M")}


@pytest.mark.parametrize(
    ("wall", "verdict"), [(35.0, "met"), (35.1, "acceptable"), (50.0, "acceptable"), (50.1, "NOT met")]
)
def test_it_judges_the_time_beside_the_floor(wall, verdict):
    cases = {"10M-easy": {"keytally-parquet": entry(wall), "floor-parquet": entry(10.0)}}
    assert verdicts(cases)["10M.wall_over_floor"] == verdict


def test_it_does_not_judge_a_size_that_the_bar_is_not_set_for():
    cases = {"1M-easy": {"keytally-parquet": entry(90.0), "floor-parquet": entry(10.0)}}
    judged = {bar.name: bar.verdict for bar in bars(cases, size="1M", lesser="100k")}
    assert judged["1M.wall_over_floor"] == "not judged: set for 10M"


def test_it_asks_for_more_of_the_easy_world_than_of_the_hard_one():
    found = {"keytally-parquet": entry(1.0, score=scored(precision=0.9996, recall=0.9981, class_accuracy=0.98))}
    judged = verdicts({"10M-easy": found, "10M-hard": found})
    assert {name: verdict for name, verdict in judged.items() if "easy" in name} == {
        "10M.easy.precision": "NOT met",
        "10M.easy.recall": "NOT met",
        "10M.easy.class_accuracy": "NOT met",
    }
    assert {verdict for name, verdict in judged.items() if "hard" in name} == {"met"}


def test_it_calls_a_missing_figure_not_met():
    found = {"keytally-parquet": entry(1.0, score=scored() | {"class_accuracy": None})}
    assert verdicts({"10M-easy": found})["10M.easy.class_accuracy"] == "NOT met"


def test_it_judges_growth_and_what_reading_adds():
    small = {"keytally-parquet": entry(2.0), "keytally-xlsx": entry(63.0), "reading-xlsx": entry(30.0)}
    large = {"keytally-parquet": entry(22.0), "keytally-csv": entry(30.0), "reading-csv": entry(4.0)}
    judged = verdicts({"1M-easy": small, "10M-easy": large})
    assert judged == {
        "growth.1M_to_10M": "met",
        "10M.csv.added_over_reading": "met",
        "1M.xlsx.added_over_reading": "NOT met",
    }


def test_a_bar_is_inclusive_on_both_sides():
    assert Bar("memory", 4.0, 4.0, at_most=True).met
    assert Bar("recall", 0.9995, 0.9995).met
