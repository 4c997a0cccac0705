"""14,277 opportunities of another system, beside an independent computation (issue 6 E)."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.forecast_backtest import backtested
from keytally.funnel.queries.forecasts import in_funnel
from keytally.funnel.queries.measures_page import measures
from keytally.funnel.queries.measures_slice import Slice
from keytally.funnel.services import history
from keytally.imports.services import Upload

pytestmark = pytest.mark.real_data
LAST = date(2017, 12, 31)
NOW = datetime(2018, 1, 15, 4, tzinfo=UTC)


@pytest.fixture
def crm(real_data, db, settings, tmp_path):
    """Import the whole file once through the ordinary import."""
    settings.FILES_ROOT = tmp_path / "files"
    director = add_person(
        "grace", name="Grace", password="a-long-enough-password", roles=[Role.SALES_DIRECTOR], by=None, now=NOW
    )
    path = real_data / "crm" / "sales_pipeline.csv"
    kept = history.open_history(Upload(path.name, [path.read_bytes()]), currency="USD", by=director, now=NOW)
    tried = history.check_history(kept, by=director, now=NOW)
    done = history.run_history(kept, by=director, now=NOW)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    wanted = Slice(as_of=LAST, starts_on=date(2016, 11, 1), currency="USD")
    return SimpleNamespace(kept=kept, tried=tried, done=done, rows=rows, director=director, wanted=wanted)


def test_the_whole_file_is_measured_as_an_independent_computation_measures_it(crm):
    assert_it_came_in(crm)
    found = measures(crm.director, crm.wanted)
    won = [row for row in crm.rows if row["deal_stage"] == "Won"]
    lost = [row for row in crm.rows if row["deal_stage"] == "Lost"]
    assert (found.ended.won, found.ended.lost) == (len(won), len(lost)) == (6438, 3493)
    assert found.velocity.win_rate_ppm == round(1_000_000 * len(won) / (len(won) + len(lost)))
    low, high = wilson_of(len(won), len(won) + len(lost))
    assert abs(found.win_interval.low_ppm - low) <= 1
    assert abs(found.win_interval.high_ppm - high) <= 1
    curve = kaplan_meier_of(crm.rows)
    assert found.cycle.count == len(crm.rows)
    assert found.cycle.median_days == curve.median_survival_time_ == 69
    independent = curve.survival_function_["KM_estimate"].to_dict()
    for step in found.cycle.steps:
        assert abs(step.share_ppm / 1_000_000 - independent[step.days]) < 1e-6
    # Nobody has seen four of five end: the curve stays above, and the page says so.
    assert found.cycle.slow_days is None
    assert min(independent.values()) > 0.2
    assert_velocity(found, won, curve)
    # History stands in no stage and counts in no forecast.
    assert found.capacity.count == 0
    assert not in_funnel(Opportunity.objects.all()).exists()


def assert_it_came_in(crm):
    assert (crm.tried.read, crm.tried.accepted, crm.tried.rejected) == (14_277, 14_277, [])
    assert dict(crm.done.results) == {"WON": 6438, "LOST": 3493, "OPEN": 4346}
    assert crm.done.gaps["NO_AMOUNT_WON"] == 19
    assert crm.done.gaps["NO_AMOUNT_LOST"] == 3493
    assert crm.done.gaps["NO_AMOUNT_OPEN"] == 4346
    assert crm.done.gaps["NO_ACCOUNT_LOST"] + crm.done.gaps["NO_ACCOUNT_OPEN"] == 5393
    assert crm.done.gaps["OWNER_UNKNOWN"] == 14_277
    assert Opportunity.objects.filter(is_history=True).count() == 14_277


def assert_velocity(found, won, curve):
    amounts = [int(Decimal(row["close_value"]) * 100) for row in won if row["close_value"]]
    assert found.ended.won_minor == sum(amounts)
    assert found.velocity.amount_minor == round(sum(amounts) / len(amounts))
    count, rate = 4346, 6438 / (6438 + 3493)
    expected = count * rate * (sum(amounts) / len(amounts)) / curve.median_survival_time_
    assert found.velocity.count == found.open_history == count
    assert abs(found.velocity.per_day_minor - expected) < 1


def test_chances_by_age_beat_the_base_rate_over_the_months_that_can_be_told(crm):
    folds, score = backtested(crm.director, crm.wanted)
    # Closings lie in March to December 2017: the first month before which something had ended is April.
    assert [str(fold.period.starts_on)[:7] for fold in folds] == [f"2017-{month:02d}" for month in range(4, 13)]
    assert score.count == sum(fold.score.count for fold in folds) == 32_857
    assert (score.brier_ppm, score.base_brier_ppm) == (125_251, 128_469)
    assert sum(fold.score.skill_ppm > 0 for fold in folds) == 8
    told = sum(one.told_ppm * one.count for one in score.bins) / score.count
    assert abs(told - 1_000_000 * score.came_true / score.count) < 10_000
    by_hand = brier_by_hand(crm.rows, folds)
    assert abs(by_hand - score.brier_ppm) < 50


def brier_by_hand(rows, folds):
    """Score again what was told, with outcomes read from the file and not from the database."""
    squares = count = 0
    for fold in folds:
        came = sum(is_won_in(row, fold.period) for row in rows if is_open_on(row, fold.period.starts_on))
        assert came == fold.score.came_true
        squares += sum(one.count * (one.chance_ppm / 1e6 - one.came_true) ** 2 for one in fold.outcomes)
        count += fold.score.count
    return 1e6 * squares / count


def is_open_on(row, day):
    return row["created_on"] < str(day) and (not row["close_date"] or row["close_date"] >= str(day))


def is_won_in(row, period):
    return row["deal_stage"] == "Won" and period.contains(date.fromisoformat(row["close_date"]))


def kaplan_meier_of(rows):
    # Here, for every worker of the tests would wait for it while it collects.
    from lifelines import KaplanMeierFitter

    days, seen = [], []
    for row in rows:
        until = date.fromisoformat(row["close_date"]) if row["close_date"] else LAST
        days.append((until - date.fromisoformat(row["created_on"])).days)
        seen.append(bool(row["close_date"]))
    return KaplanMeierFitter().fit(days, event_observed=seen)


def wilson_of(count, of):
    from scipy.stats import binomtest

    found = binomtest(count, of).proportion_ci(method="wilson")
    return found.low * 1_000_000, found.high * 1_000_000
