"""A generated history with a known truth: the measures, the weights and the forecasts find it again."""

import math
from datetime import UTC, date, datetime, timedelta

import pytest

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.forecast_rules import measure_rules
from keytally.funnel.models import ForecastChance, Opportunity, StageEntry
from keytally.funnel.queries import measures as counted
from keytally.funnel.queries.forecasts import records, visible_forecasts
from keytally.funnel.queries.measures_slice import Slice
from keytally.funnel.queries.measures_trend import trend
from keytally.funnel.rules.measures_evenness import Flow, evenness
from keytally.funnel.rules.slope import slope
from keytally.funnel.rules.stages import STAGES
from keytally.funnel.rules.survival import MILLION, kaplan_meier
from keytally.funnel.services.forecasts import basis_of, make_forecast, score_forecasts
from keytally.funnel.services.going_on import keep_going_on
from keytally.kernel.periods import Period

from . import made_history
from .made_history import MEAN_DAYS, ON, WEIGHTS

TODAY = date(2027, 6, 30)
NOW = datetime(2027, 6, 30, 4, tzinfo=UTC)
DAYS, PER_DAY = 500, 8


@pytest.fixture
def director(db):
    return add_person(
        "grace", name="Grace", password="a-long-enough-password", roles=[Role.SALES_DIRECTOR], by=None, now=NOW
    )


@pytest.fixture
def account(director):
    return add_account(NewAccount(kind=NodeKind.CHAIN, name_zh="永盛", owner=director), by=director, on=TODAY, now=NOW)


@pytest.fixture
def made(director, account):
    found = made_history.make(account=account, owner=director, today=TODAY, days=DAYS, per_day=PER_DAY)
    made_history.keep(found)
    return found


def whole(today=TODAY):
    return Slice(as_of=today, starts_on=today - timedelta(days=365))


def median_of(mean):
    """Say by which day half of the stays of a mean length have ended."""
    return math.ceil(math.log(0.5) / math.log(1 - 1 / mean))


def slow_of(mean):
    return math.ceil(math.log(0.2) / math.log(1 - 1 / mean))


def test_slope_velocity_and_shape_are_found_again(made, director):
    stays = counted.stays(director, whole())
    standing = counted.standing(director, whole())
    flows = []
    for stage in STAGES:
        found, curve = slope(stays[stage].went), kaplan_meier(stays[stage].lasted)
        assert found.interval is not None
        assert found.eventual_ppm is not None
        # Within three standard errors of the truth, the open ones counted as open.
        error = math.sqrt(ON[stage] * (1 - ON[stage]) / (found.entered - found.undecided))
        assert abs(found.eventual_ppm / MILLION - ON[stage]) < 3 * error
        assert found.rate_ppm is not None
        assert found.rate_ppm <= found.eventual_ppm
        mean = MEAN_DAYS[stage]
        assert abs(curve.median_days - median_of(mean)) <= max(1, 0.12 * mean)
        assert abs(curve.slow_days - slow_of(mean)) <= max(2, 0.2 * mean)
        assert abs(curve.mean_millidays / 1000 - mean) < 0.15 * mean
        flows.append(
            Flow(stage, standing[stage].count, 1, stays[stage].arrived, found.eventual_ppm, curve.mean_millidays)
        )
    shape = evenness(flows, hollow_below_ppm=measure_rules(as_of=TODAY).hollow_below_ppm)
    assert shape.closeness_ppm > 950_000
    assert shape.hollow is None


def test_a_stage_that_was_starved_is_named_hollow(made, director):
    starved = StageEntry.objects.filter(stage="RECOGNITION", left_on=None).values("opportunity")
    Opportunity.objects.filter(pk__in=list(starved.values_list("opportunity", flat=True))[5:]).update(currency="USD")
    keep_going_on(Opportunity.objects.filter(currency="USD").values_list("pk", flat=True))
    stays = counted.stays(director, whole())
    standing = counted.standing(director, whole())
    flows = [
        Flow(
            stage,
            standing[stage].count,
            standing[stage].amount_minor,
            stays[stage].arrived,
            slope(stays[stage].went).eventual_ppm,
            kaplan_meier(stays[stage].lasted).mean_millidays,
        )
        for stage in STAGES
    ]
    assert evenness(flows, hollow_below_ppm=670_000).hollow == "RECOGNITION"


def test_the_database_counts_what_one_counts_by_hand(made, director):
    standing = counted.standing(director, whole())
    opened = [one for one in made.opportunities if one.state == "OPEN"]
    for stage in STAGES:
        there = [one for one in opened if one.stage == stage]
        assert (standing[stage].count, standing[stage].amount_minor) == (
            len(there),
            sum(one.amount_minor for one in there),
        )
    ended = counted.ended(director, whole())
    closed = [one for one in made.opportunities if one.closed_on and one.closed_on >= whole().starts_on]
    assert ended.decided == len(closed)
    assert ended.won_minor == sum(one.amount_minor for one in closed if one.state == "WON")
    by_hand = [one for one in made.opportunities if one.opened_on >= whole().starts_on]
    assert sum(spell.count for spell in counted.cycles(director, whole())) == len(by_hand)


def test_the_trend_counts_what_one_counts_by_hand(made, director):
    found, entries = trend(director, whole()), list(StageEntry.objects.select_related("opportunity"))
    since = found[0].starts_on
    for month in found:
        stood = [
            one for one in entries if one.entered_on <= month.day and not (one.left_on and one.left_on <= month.day)
        ]
        assert month.counts == {stage: sum(one.stage == stage for one in stood) for stage in STAGES}
        assert month.amount_minor == sum(one.amount_minor or 0 for one in stood)
        came = [one for one in entries if month.starts_on <= one.entered_on <= month.day]
        assert month.stay.count == len(came)
        assert month.stay.ended == sum(one.left_on is not None for one in came)
        assert month.stay.last_days == max(((one.left_on or TODAY) - one.entered_on).days for one in came)
        first = [one for one in came if not (one.same_stage_on and one.same_stage_on >= since)]
        for stage in STAGES:
            here = [one for one in first if one.stage == stage]
            assert month.slopes[stage].entered == len(here)
            assert month.slopes[stage].moved_on == sum(one.onward_on is not None for one in here)
        over = [
            one for one in Opportunity.objects.all() if one.closed_on and month.starts_on <= one.closed_on <= month.day
        ]
        assert (month.decided, month.won) == (len(over), sum(one.state == "WON" for one in over))


def test_weights_of_our_own_history_come_to_the_weights_that_it_was_made_with(made, director):
    for stage, base in basis_of(None, as_of=TODAY, rules=measure_rules(as_of=TODAY)).items():
        error = math.sqrt(WEIGHTS[stage] * (1 - WEIGHTS[stage]) / base.cases)
        assert base.weight_ppm == round(WEIGHTS[stage] * MILLION)
        assert abs(base.calibrated_ppm / MILLION - WEIGHTS[stage]) < 3 * error


def test_forecasts_are_scored_and_the_chances_are_calibrated(made, director):
    made_on = datetime(2027, 4, 1, 4, tzinfo=UTC)
    as_it_was(made, made_on.date())
    quarter = Period(date(2027, 4, 1), date(2027, 6, 30))
    run = make_forecast(whole(made_on.date()), period=quarter, by=director, now=made_on)
    again = make_forecast(whole(made_on.date()), period=quarter, by=director, now=made_on)
    assert (run.p10_minor, run.p50_minor, run.p90_minor) == (again.p10_minor, again.p50_minor, again.p90_minor)
    as_it_is(made)
    assert score_forecasts(now=NOW) == 2
    run.refresh_from_db()
    truth = [one for one in made.opportunities if one.state == "WON" and quarter.contains(one.closed_on)]
    known = set(ForecastChance.objects.filter(run=run).values_list("opportunity", flat=True))
    assert run.won_minor == sum(one.amount_minor for one in truth if one.pk in known)
    assert run.won_minor + run.besides_minor == sum(one.amount_minor for one in truth)
    assert 0.75 * run.p10_minor < run.won_minor < 1.25 * run.p90_minor
    assert run.brier["SIMULATED"] < run.brier["BASE"]
    assert run.nearest in ("WEIGHTED", "CALIBRATED", "SIMULATED")
    simulated = records(visible_forecasts(director, as_of=TODAY))[2]
    assert all(abs(one.told_ppm - one.came_ppm) < 120_000 for one in simulated.score.bins if one.count > 100)


def as_it_was(made, day):
    """Take the funnel back to a day: what happened since has not happened."""
    later = StageEntry.objects.filter(entered_on__gte=day)
    later.delete()
    StageEntry.objects.filter(left_on__gte=day).update(left_on=None)
    Opportunity.objects.filter(opened_on__gte=day).delete()
    Opportunity.objects.filter(closed_on__gte=day).update(state="OPEN", closed_on=None, end_reason="")
    held = StageEntry.objects.filter(left_on=None).values_list("opportunity", "stage", "entered_on")
    rows = {number: (stage, since) for number, stage, since in held}
    back = list(Opportunity.objects.filter(pk__in=rows))
    for one in back:
        one.stage, one.stage_since = rows[one.pk]
    Opportunity.objects.bulk_update(back, ["stage", "stage_since"], batch_size=500)
    keep_going_on(rows)


def as_it_is(made):
    """Let everything happen that was taken back."""
    Opportunity.objects.bulk_update(
        made.opportunities, ["stage", "stage_since", "state", "closed_on", "end_reason"], batch_size=500
    )
    gone = [one for one in made.opportunities if not Opportunity.objects.filter(pk=one.pk).exists()]
    Opportunity.objects.bulk_create(gone, batch_size=500)
