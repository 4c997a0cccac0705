"""How stays went on is kept when it happens; whatever was done, it is what one finds by looking at every stay."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from keytally.funnel.labels import EndReason
from keytally.funnel.models import Opportunity, StageEntry
from keytally.funnel.queries import measures as counted
from keytally.funnel.queries.measures_page import measures
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.queries.measures_trend import months_before, trend
from keytally.funnel.rules.stages import STAGES, Stage, State, position
from keytally.funnel.services.ending import Ending, close_lost, resume, stop
from keytally.funnel.services.going_on import keep_going_on
from keytally.funnel.services.moving import move, override
from keytally.funnel.services.opening import change_opportunity

from . import made_history
from .conftest import NOW, OPENS, TODAY, opened, shows

DAYS = 60


def plainly(wanted):
    """Look at every stay of every opportunity, one by one."""
    lasted, went, arrived = Counter(), Counter(), Counter()
    for one in Opportunity.objects.filter(currency=wanted.currency, is_history=False):
        stays = list(one.entries.order_by("number"))
        for place, stay in enumerate(stays):
            if not wanted.starts_on <= stay.entered_on <= wanted.as_of:
                continue
            is_over = stay.left_on is not None and stay.left_on <= wanted.as_of
            days = ((stay.left_on if is_over else wanted.as_of) - stay.entered_on).days
            lasted[stay.stage, days, "LEFT" if is_over else ""] += 1
            arrived[stay.stage] += stay.number == 1
            if any(early.stage == stay.stage and early.entered_on >= wanted.starts_on for early in stays[:place]):
                continue
            later = [one for one in stays[place + 1 :] if one.entered_on <= wanted.as_of]
            closed = one.closed_on is not None and one.closed_on <= wanted.as_of
            is_on = any(position(one.stage) > position(stay.stage) for one in later)
            how = "ON" if is_on or (closed and one.state == State.WON) else "OFF" if closed else ""
            went[stay.stage, days, how] += 1
    return lasted, went, arrived


def quickly(person, wanted):
    lasted, went, arrived = Counter(), Counter(), Counter()
    for stage, found in counted.stays(person, wanted).items():
        for spells, into in ((found.lasted, lasted), (found.went, went)):
            for one in spells:
                into[stage, one.days, one.ending] += one.count
        arrived[stage] += found.arrived
    return lasted, went, +arrived


def do_something(draw, one, cast, *, now):
    if one.state == State.STOPPED:
        return resume(opportunity_id=one.pk, by=cast.director, now=now)
    if one.state != State.OPEN:
        return one
    what, here = draw.choice(["on", "on", "on", "back", "lost", "stop", "currency"]), position(one.stage)
    reason = {"by": cast.director, "now": now}
    if what == "on" and here < len(STAGES):
        to = STAGES[draw.randrange(here, min(len(STAGES), here + 2))]
        return override(opportunity_id=one.pk, to=to, reason="the board says so", **reason)
    if what == "back" and here > 1:
        return move(opportunity_id=one.pk, to=STAGES[draw.randrange(0, here - 1)], **reason)
    if what == "lost" and draw.random() < 0.4:
        return close_lost(opportunity_id=one.pk, ending=Ending(EndReason.PRICE, "too dear"), **reason)
    if what == "stop":
        again = now.date() + timedelta(days=5)
        return stop(opportunity_id=one.pk, ending=Ending(EndReason.TIMING, "later"), look_again_on=again, **reason)
    if what == "currency" and draw.random() < 0.3:
        return change_opportunity(opportunity_id=one.pk, facts={"currency": draw.choice(["CNY", "USD"])}, **reason)
    return one


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_was_done_the_quick_count_is_the_plain_count(cast, seed):
    draw = random.Random(seed)
    some = [opened(cast, name=f"one {number}") for number in range(5)]
    for step in range(40):
        now = NOW + timedelta(days=step * DAYS // 40)
        place = draw.randrange(len(some))
        some[place] = do_something(draw, some[place], cast, now=now)
        some[place].refresh_from_db()
    today = TODAY + timedelta(days=DAYS)
    for asked in ({}, {"as_of": TODAY + timedelta(days=DAYS // 2)}, {"starts_on": TODAY + timedelta(days=20)}):
        for currency in ("CNY", "USD"):
            wanted = slice_of({**{k: str(v) for k, v in asked.items()}, "currency": currency}, today=today)
            assert quickly(cast.director, wanted) == plainly(wanted)
            assert quickly(cast.director, slice_of({**wanted.asked(), "owner": str(cast.manager.pk)}, today=today)) == (
                plainly(wanted)
            )
    assert keep_going_on(Opportunity.objects.values_list("pk", flat=True)) == 0, "nothing was left to be told"


def test_a_sale_goes_on_from_every_stage_on_the_day_it_is_won(cast):
    from keytally.funnel.services.ending import close_won

    one = opened(cast, evidence=OPENS[Stage.TARGET])
    for stage in STAGES[1:]:
        shows(one, *OPENS[stage])
        move(opportunity_id=one.pk, to=stage, by=cast.manager, now=NOW)
    close_won(opportunity_id=one.pk, by=cast.manager, now=NOW + timedelta(days=2))
    last = StageEntry.objects.get(opportunity=one, stage=Stage.CLOSING)
    assert (last.onward_on, last.dropped_on) == (TODAY + timedelta(days=2), None)
    found = measures(cast.director, slice_of({}, today=TODAY + timedelta(days=3)))
    assert [one.slope.moved_on for one in found.stages] == [1] * 6


def test_a_made_history_is_counted_the_same_both_ways_and_month_by_month(cast):
    made_history.keep(made_history.make(account=cast.chain, owner=cast.manager, today=TODAY, days=200, per_day=1))
    for back in (0, 45, 120):
        wanted = slice_of({"as_of": str(TODAY - timedelta(days=back))}, today=TODAY)
        assert quickly(cast.director, wanted) == plainly(wanted)
    found = trend(cast.director, slice_of({}, today=TODAY))
    entries = list(StageEntry.objects.select_related("opportunity"))
    for month, (_first, day) in zip(found, months_before(TODAY), strict=True):
        stood = [one for one in entries if one.entered_on <= day and (one.left_on is None or one.left_on > day)]
        assert month.count == len(stood)
        assert month.amount_minor == sum(one.opportunity.amount_minor for one in stood)
    assert found[-1].count > 10
