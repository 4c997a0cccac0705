"""Pages, files and programs about measures and forecasts: one truth, drilled down, the same number of queries."""

from datetime import timedelta

import pytest
from django.urls import reverse

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.models import ForecastChance, ForecastRun, Opportunity, StageEntry
from keytally.funnel.queries.measures_behind import FIGURES, Figure, behind
from keytally.funnel.queries.measures_page import measures
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.queries.measures_trend import trend
from keytally.funnel.rules.stages import STAGES, Direction, Stage
from keytally.funnel.services.forecasts import (
    UnableToForecast,
    keep_company_forecast,
    make_forecast,
    score_forecasts,
)
from keytally.funnel.services.going_on import keep_going_on
from keytally.kernel.periods import Period

from . import made_history
from .conftest import NOW, TODAY

MONTH = Period.month("2026-08")


@pytest.fixture
def made(cast):
    found = made_history.make(account=cast.chain, owner=cast.manager, today=TODAY, days=300, per_day=2)
    made_history.keep(found)
    return found


def year(**asked):
    return slice_of({name: str(value) for name, value in asked.items()}, today=TODAY)


def test_the_page_shows_the_four_measures_with_their_formulas(client, cast, made):
    client.force_login(cast.director)
    page = client.get(reverse("funnel:measures"), {"as_of": TODAY}).content.decode()
    for words in ("Capacity", "Slope", "Evenness", "Velocity", "Aalen-Johansen", "no target", "New blood"):
        assert words in page
    tried = client.get(
        reverse("funnel:measures"),
        {"as_of": TODAY, "target": "1,000,000", "from": "2026-07-01", "to": "2026-09-30"},
    ).content.decode()
    assert "new targets a week" in tried
    assert "no target</dd>" not in tried


def test_a_target_that_is_no_amount_is_refused_in_a_sentence_and_kept(client, cast, made):
    client.force_login(cast.director)
    for text in ("lots", "-5", "0", "1.234"):
        page = client.get(reverse("funnel:measures"), {"target": text})
        assert page.status_code == 422
        assert f'value="{text}"' in page.content.decode()


@pytest.mark.parametrize(
    "asked",
    [
        {"as_of": "2026-13-45", "starts_on": "x", "owner": "x", "currency": "zz", "province": "\x00", "product": "no"},
        {"as_of": "9999-01-01", "starts_on": "9999-01-01", "owner": "9" * 30, "history": "off"},
        {"as_of": "2020-01-01", "starts_on": "2026-01-01", "from": "2026-02-02", "to": "2026-01-01"},
    ],
)
def test_addresses_of_rubbish_measure_something_sensible(client, cast, made, asked):
    client.force_login(cast.director)
    for name in ("measures", "measures_trend", "measures_behind", "measures_backtest", "forecasts"):
        assert client.get(reverse(f"funnel:{name}"), asked).status_code == 200


def test_an_empty_funnel_says_what_it_needs(client, cast):
    client.force_login(cast.rep)
    assert "Nothing to measure yet" in client.get(reverse("funnel:measures")).content.decode()
    assert "No forecast yet" in client.get(reverse("funnel:forecasts")).content.decode()
    client.get(reverse("funnel:measures_trend"))
    assert "Too little has ended yet" in client.get(reverse("funnel:measures_backtest")).content.decode()


def test_every_figure_opens_the_opportunities_that_it_counts(cast, made):
    wanted = year()
    found = measures(cast.director, wanted)

    def count(code, stage=None):
        return behind(cast.director, wanted, Figure(code, stage)).count()

    for one in found.stages:
        assert count("standing", one.stage) == one.standing.count
        assert count("entered", one.stage) == one.slope.entered
        assert count("on", one.stage) == one.slope.moved_on
        assert count("off", one.stage) == one.slope.dropped
        assert count("undecided", one.stage) == one.slope.undecided
        assert count("arrived", one.stage) == one.arrived
    assert count("standing") == found.capacity.count
    assert (count("won"), count("lost")) == (found.ended.won, found.ended.lost)
    assert count("ended") == found.ended.decided
    assert count("opened") == found.cycle.count


def test_person_region_product_and_window_narrow_the_measures(cast, made):
    whole = measures(cast.director, year())
    tea, milk, bare = (measures(cast.director, year(product=name)) for name in ("tea", "milk", "-"))
    assert tea.capacity.count + milk.capacity.count + bare.capacity.count == whole.capacity.count
    assert measures(cast.director, year(owner=cast.rep.pk)).capacity.count == 0
    assert measures(cast.director, year(owner=cast.manager.pk)).capacity.count == whole.capacity.count
    assert measures(cast.director, year(province="440000")).capacity.count == 0
    assert measures(cast.director, year(region="EAST")).capacity.count == 0
    assert measures(cast.director, year(currency="USD")).is_empty
    short = measures(cast.director, year(starts_on=TODAY - timedelta(days=30)))
    assert short.stages[0].slope.entered < whole.stages[0].slope.entered


def test_what_no_longer_qualifies_counts_in_no_figure_but_its_own_and_in_no_forecast(cast, made):
    before = measures(cast.director, year())
    out = Opportunity.objects.filter(state="OPEN", stage="INTENT").first()
    Opportunity.objects.filter(pk=out.pk).update(qualifies_before=TODAY)
    after = measures(cast.director, year())
    assert after.capacity.count == before.capacity.count - 1
    assert after.stages[1].standing.unqualified == 1
    run = make_forecast(year(), period=MONTH, by=cast.director, now=NOW)
    assert run.unqualified == 1
    assert not ForecastChance.objects.filter(run=run, opportunity=out).exists()


def test_going_back_and_forth_counts_an_opportunity_once(cast, made):
    one = Opportunity.objects.filter(state="OPEN", stage="PROJECT").first()
    before = measures(cast.director, year())
    last = one.entries.get(left_on=None)
    last.left_on = TODAY
    last.save()
    steps = [(Stage.INTENT, Direction.BACK), (Stage.PROJECT, Direction.FORWARD)]
    for number, (stage, direction) in enumerate(steps, start=last.number + 1):
        StageEntry.objects.create(
            opportunity=one,
            number=number,
            stage=stage,
            direction=direction,
            entered_on=TODAY,
            entered_at=NOW,
            left_on=TODAY if stage is Stage.INTENT else None,
        )
    keep_going_on([one.pk])
    after = measures(cast.director, year())
    assert [one.slope.entered for one in after.stages] == [one.slope.entered for one in before.stages]
    assert [one.slope.moved_on for one in after.stages] == [one.slope.moved_on for one in before.stages]
    assert after.stages[2].stay.count == before.stages[2].stay.count + 1


def test_a_day_in_the_past_is_measured_as_it_was_then(cast, made):
    day = TODAY - timedelta(days=60)
    found = measures(cast.director, year(as_of=day))
    for stage, one in zip(STAGES, found.stages, strict=True):
        there = [
            entry
            for entry in made.entries
            if entry.stage == stage and entry.entered_on <= day and (entry.left_on is None or entry.left_on > day)
        ]
        assert one.standing.count == len(there)
        began = [entry for entry in made.entries if entry.stage == stage and entry.entered_on <= day]
        assert one.slope.entered == len(began)
    assert found.cycle.ended == sum(bool(one.closed_on and one.closed_on <= day) for one in made.opportunities)


def test_the_trend_ends_in_what_the_page_shows_today(cast, made):
    months = trend(cast.director, year())
    assert len(months) == 12
    found = measures(cast.director, year())
    assert months[-1].count == found.capacity.count
    assert months[-1].weighted_minor == found.capacity.weighted_minor
    assert sum(month.won for month in months) <= found.ended.won


def test_the_number_of_queries_does_not_grow(client, cast, made, django_assert_max_num_queries):
    make_forecast(year(), period=MONTH, by=cast.director, now=NOW)
    client.force_login(cast.director)
    for name in ("measures", "measures_trend", "measures_behind", "measures_backtest", "forecasts"):
        client.get(reverse(f"funnel:{name}"))
        with django_assert_max_num_queries(32):
            client.get(reverse(f"funnel:{name}"))
    with django_assert_max_num_queries(20):
        client.get(reverse("funnel:forecast", args=[ForecastRun.objects.get().pk]))
    with django_assert_max_num_queries(7):
        measures(cast.director, year())


def test_people_measure_what_they_see(client, cast, made):
    lone = add_person("lone", name="Lone", password="a-long-enough-password", roles=[Role.SALES_REP], by=None, now=NOW)
    assert measures(lone, year()).is_empty
    run = make_forecast(year(), period=MONTH, by=cast.director, now=NOW)
    client.force_login(lone)
    assert client.get(reverse("funnel:forecast", args=[run.pk])).status_code == 404
    for code in FIGURES:
        assert not behind(lone, year(), Figure(code, None)).exists()


def test_a_forecast_is_made_on_the_page_kept_and_scored(client, cast, made):
    client.force_login(cast.director)
    for wrong in ({"starts_on": "", "last_on": ""}, {"starts_on": "2026-09-02", "last_on": "2026-09-01"}):
        assert client.post(reverse("funnel:make_forecast"), wrong).status_code == 422
    past = client.post(reverse("funnel:make_forecast"), {"starts_on": "2020-01-01", "last_on": "2020-01-31"})
    assert "The period is over" in past.content.decode()
    run = make_forecast(year(), period=MONTH, by=cast.director, now=NOW)
    assert run.opportunity_count == Opportunity.objects.filter(state="OPEN").count()
    assert run.p10_minor <= run.p50_minor <= run.p90_minor
    page = client.get(reverse("funnel:forecast", args=[run.pk])).content.decode()
    assert "seed" in page
    later = NOW + timedelta(days=40)
    assert score_forecasts(now=later) == 1
    assert score_forecasts(now=later) == 0
    run.refresh_from_db()
    assert run.scored_on == later.date()
    assert ForecastChance.objects.filter(run=run, came_true=None).count() == 0
    assert "Nearest to what was won" in client.get(reverse("funnel:forecast", args=[run.pk])).content.decode()
    assert "came nearest" in client.get(reverse("funnel:forecasts")).content.decode()


def test_a_period_that_is_over_gets_no_forecast(cast, made):
    with pytest.raises(UnableToForecast, match="PERIOD_OVER"):
        make_forecast(year(), period=Period.month("2026-07"), by=cast.director, now=NOW)


def test_the_company_keeps_its_own_forecast_once_a_month(cast, made):
    assert keep_company_forecast(now=NOW) is not None
    assert keep_company_forecast(now=NOW) is None
    assert ForecastRun.objects.get().owner is None


def test_the_rules_change_from_a_day_on(client, cast):
    client.force_login(cast.director)
    said = {
        "hollow_below_percent": "80",
        "history_days": "365",
        "prior_cases": "10",
        "slips": "0, 7, x",
        "draws": "2000",
        "starts_on": TODAY + timedelta(days=4000),
        "reason": "fewer cases",
    }
    assert client.post(reverse("funnel:measure_rules"), said).status_code == 422
    assert client.post(reverse("funnel:measure_rules"), {**said, "slips": "0", "draws": "1"}).status_code == 422
    assert client.post(reverse("funnel:measure_rules"), {**said, "slips": "0，7；-3"}).status_code == 302
    client.force_login(cast.rep)
    assert client.get(reverse("funnel:measure_rules")).status_code == 403


def test_what_is_behind_a_figure_and_the_chances_go_out_as_files(client, cast, made):
    run = make_forecast(year(), period=MONTH, by=cast.director, now=NOW)
    client.force_login(cast.director)
    for code, query in (
        ("measured_opportunities", f"figure=won&as_of={TODAY}&history=off"),
        ("forecast_chances", f"forecast={run.pk}"),
    ):
        taken = client.post(f"{reverse('core:take', args=[code])}?{query}", {"format": "csv", "reason": "review"})
        text = b"".join(taken.streaming_content).decode("utf-8-sig")
        assert text.count("\n") > 10
