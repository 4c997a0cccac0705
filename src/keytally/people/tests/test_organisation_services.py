"""Does a change of the organisation hold from its day on, leave the past as it was, and refuse what cannot be?"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from keytally.core.events import subscribe, unsubscribe
from keytally.core.models import AuditEntry
from keytally.core.scope import reach_of
from keytally.people.events import DelegationChanged, HolderChanged, PositionChanged
from keytally.people.models import Delegation, Holding, Position, ReportingLine, Unit
from keytally.people.queries.organisation import organisation
from keytally.people.rules.history import Refusal
from keytally.people.rules.organisation import LineKind, UnitKind
from keytally.people.rules.template import default_template, plan_organisation
from keytally.people.services.changes import UnableToOrganise
from keytally.people.services.delegation import delegate, end_delegation
from keytally.people.services.holders import appoint, relieve, replace_holders
from keytally.people.services.lines import add_dotted_line, allot_city, change_boss, end_dotted_line
from keytally.people.services.positions import add_position, close_position, rename_position
from keytally.people.services.setup import set_up
from keytally.people.services.units import add_unit, close_unit, rename_unit

from .conftest import FOUNDED, NOW, TODAY, UNITS, Company
from .test_template import LINES

JULY = date(2026, 7, 1)
AUGUST = date(2026, 8, 1)
DAY = timedelta(days=1)


@pytest.fixture
def told() -> Iterator[list[object]]:
    """What was published meanwhile."""
    events: list[object] = []
    for kind in (PositionChanged, HolderChanged, DelegationChanged):
        subscribe(kind, events.append)
    yield events
    for kind in (PositionChanged, HolderChanged, DelegationChanged):
        unsubscribe(kind, events.append)


def refused(refusal: Refusal, change: Callable[..., object], *args: Any, **kwargs: Any) -> None:
    with pytest.raises(UnableToOrganise) as caught, transaction.atomic():
        change(*args, **kwargs)
    assert caught.value.refusal is refusal


def said(company: Company, **more: Any) -> dict[str, Any]:
    return {"by": company.admin, "now": NOW, "reason": "because", **more}


def the_boss(company: Company, code: str, on: date) -> str | None:
    whole = organisation(as_of=on)
    boss = whole.solid_boss(company[code].pk)
    return next((place.code for place in company.positions.values() if place.pk == boss), None)


def test_a_set_up_makes_every_line_and_holder_as_of_any_date(company: Company) -> None:
    for day in (FOUNDED, TODAY, date(2040, 1, 1)):
        assert the_boss(company, "SH-REP-1", day) == "SH-ASS"
        assert organisation(as_of=day).managers_above(company.person("rep"))[0] == (company.person("ass"),)
    assert organisation(as_of=FOUNDED - DAY).positions == {}


@pytest.mark.parametrize("day", [FOUNDED, TODAY, date(2040, 1, 1)], ids=["first day", "today", "2040"])
def test_every_line_of_rows_o04_to_o10_stands_in_the_database_as_of_any_date(company: Company, day: date) -> None:
    whole = organisation(as_of=day)
    role = {place.id: place.role for place in whole.positions.values()}
    found = {
        (role[place], role[boss] if boss else "", tuple(role[above] for above in whole.dotted_bosses(place)))
        for place in whole.positions
        for boss in (whole.solid_boss(place),)
    }
    # Set-up gives a company of these as many as it asks for, and none by itself.
    left_out = {"BO", "PRO"}
    assert found == {("GM", "", ())} | {line[1:] for line in LINES if line[1] not in left_out}


def test_the_other_bosses_of_g13_hold_from_their_day_and_in_their_city_alone(company: Company) -> None:
    change_boss(company["HQ-DA"], boss=company["HQ-CM"], starts_on=JULY, **said(company))
    reps = [company["SH-REP-1"], company["SH-REP-2"]]
    allot_city(reps, boss=company["SH-AKM"], city=reps[0].city, starts_on=AUGUST, **said(company))
    days = (FOUNDED, JULY - DAY, JULY, AUGUST - DAY, AUGUST)
    assert [the_boss(company, "HQ-DA", day) for day in days] == ["HQ-NKM", "HQ-NKM", "HQ-CM", "HQ-CM", "HQ-CM"]
    assert [the_boss(company, "SH-REP-1", day) for day in days] == ["SH-ASS", "SH-ASS", "SH-ASS", "SH-ASS", "SH-AKM"]
    assert reps[1].city != reps[0].city
    assert the_boss(company, "SH-REP-2", AUGUST) == "SH-ASS"


@pytest.mark.parametrize(("day", "count"), [(date.min, 0), (date.max, 1)], ids=["first", "last"])
def test_the_first_and_the_last_day_of_the_calendar_may_be_asked_for(company: Company, day: date, count: int) -> None:
    assert len(organisation(as_of=day).tops()) == count


def test_a_second_set_up_is_refused(company: Company) -> None:
    plan = plan_organisation(UNITS, template=default_template())
    refused(Refusal.ALREADY_SET_UP, set_up, plan, starts_on=TODAY, by=company.admin, now=NOW)


def test_reach_decides_by_solid_and_sees_by_dotted_lines(company: Company) -> None:
    found = reach_of(company.people["akm"], as_of=TODAY)
    assert found.decides == {company.person("akm")}
    assert found.sees == {company.person("akm"), company.person("rep"), company.person("rep2")}
    found = reach_of(company.people["ass"], as_of=TODAY)
    assert found.decides == found.sees == {company.person(name) for name in ("ass", "rep", "rep2")}


def test_a_new_boss_holds_from_the_day_on(company: Company, told: list[object]) -> None:
    change_boss(company["SH-REP-1"], boss=company["SH-AM"], starts_on=JULY, **said(company))
    assert the_boss(company, "SH-REP-1", JULY - DAY) == "SH-ASS"
    assert the_boss(company, "SH-REP-1", JULY) == "SH-AM"
    assert told == [PositionChanged(company["SH-REP-1"].pk, JULY, is_closed=False, now=NOW)]
    entry = AuditEntry.objects.get(action="position.boss")
    assert entry.before == {"boss": [company["SH-ASS"].pk]}
    assert entry.after == {"boss": company["SH-AM"].pk, "city": "", "from": "2026-07-01"}


def test_a_new_boss_holds_until_the_one_planned_later(company: Company) -> None:
    change_boss(company["SH-REP-1"], boss=company["SH-AM"], starts_on=AUGUST, **said(company))
    change_boss(company["SH-REP-1"], boss=company["SH-AKM"], starts_on=JULY, **said(company))
    assert [the_boss(company, "SH-REP-1", day) for day in (TODAY, JULY, AUGUST)] == ["SH-ASS", "SH-AKM", "SH-AM"]


def test_a_planned_change_can_be_replaced_before_it_begins(company: Company) -> None:
    change_boss(company["SH-REP-1"], boss=company["SH-AM"], starts_on=JULY, **said(company))
    change_boss(company["SH-REP-1"], boss=company["SH-AKM"], starts_on=JULY, **said(company))
    assert the_boss(company, "SH-REP-1", JULY) == "SH-AKM"
    assert ReportingLine.objects.filter(position=company["SH-REP-1"], kind="SOLID").count() == 2


def test_the_past_is_not_rewritten(company: Company) -> None:
    rep, yesterday = company["SH-REP-1"], TODAY - DAY
    refused(Refusal.PAST, change_boss, rep, boss=company["SH-AM"], starts_on=yesterday, **said(company))
    refused(Refusal.PAST, change_boss, rep, boss=None, starts_on=yesterday, **said(company))
    refused(Refusal.PAST, close_position, rep, ends_before=yesterday, **said(company))
    holding = Holding.objects.get(position=rep)
    refused(Refusal.PAST, relieve, holding, ends_before=yesterday, **said(company))
    refused(Refusal.PAST, appoint, company.people["am"], position=rep, starts_on=yesterday, **said(company))


def test_days_without_a_boss_or_holder_may_be_filled_afterwards(company: Company) -> None:
    fresh = add_position(
        "SH-REP-9", role="REP", unit=company["SH-AM"].unit, names=("业代", "Rep"), starts_on=FOUNDED, by=None, now=NOW
    )
    change_boss(fresh, boss=company["SH-ASS"], starts_on=FOUNDED, **said(company))
    appoint(company.people["am"], position=fresh, starts_on=FOUNDED, **said(company))
    assert organisation(as_of=FOUNDED).holders(fresh.pk) == (company.person("am"),)


@pytest.mark.parametrize(("below", "above"), [("SH-AM", "SH-REP-1"), ("HQ-GM", "SH-REP-1"), ("E-RM", "SH-AM")])
def test_a_circle_is_refused(company: Company, below: str, above: str) -> None:
    refused(Refusal.CIRCLE, change_boss, company[below], boss=company[above], starts_on=JULY, **said(company))


def test_a_circle_that_would_only_begin_later_is_refused_too(company: Company) -> None:
    change_boss(company["SH-REP-1"], boss=None, starts_on=JULY, **said(company))
    change_boss(company["SH-AM"], boss=company["SH-REP-1"], starts_on=AUGUST, **said(company))
    refused(Refusal.CIRCLE, change_boss, company["SH-REP-1"], boss=company["SH-ASS"], starts_on=JULY, **said(company))


def test_nobody_reports_to_themselves_or_twice_to_the_same(company: Company) -> None:
    rep = company["SH-REP-1"]
    refused(Refusal.ONESELF, change_boss, rep, boss=rep, starts_on=JULY, **said(company))
    refused(Refusal.SAME, change_boss, rep, boss=company["SH-ASS"], starts_on=JULY, **said(company))
    refused(Refusal.ONESELF, add_dotted_line, rep, boss=rep, starts_on=JULY, **said(company))
    refused(Refusal.SAME, add_dotted_line, rep, boss=company["SH-AKM"], starts_on=JULY, **said(company))


def test_a_dotted_line_shows_and_its_end_hides(company: Company, told: list[object]) -> None:
    line = add_dotted_line(company["SH-ASS"], boss=company["SH-AKM"], starts_on=JULY, **said(company))
    akm, ass = company.people["akm"], company.person("ass")
    assert ass not in reach_of(akm, as_of=TODAY).sees
    assert ass in reach_of(akm, as_of=JULY).sees
    assert ass not in reach_of(akm, as_of=JULY).decides
    end_dotted_line(line, ends_before=AUGUST, **said(company))
    assert ass not in reach_of(akm, as_of=AUGUST).sees
    assert [type(event) for event in told] == [PositionChanged, PositionChanged]
    line.refresh_from_db()
    refused(Refusal.ENDED, end_dotted_line, line, ends_before=AUGUST, **said(company))


def test_the_region_allots_a_city_to_another_boss(company: Company) -> None:
    reps = [company["SH-REP-1"], company["SH-REP-2"]]
    in_shanghai = [rep for rep in reps if rep.city == "上海"]
    count = allot_city(in_shanghai, boss=company["SH-AKM"], city="上海", starts_on=JULY, **said(company))
    assert count == 1
    assert the_boss(company, "SH-REP-1", TODAY) == "SH-ASS"
    assert the_boss(company, "SH-REP-1", JULY) == "SH-AKM"
    assert the_boss(company, "SH-REP-2", JULY) == "SH-ASS"
    assert company.person("rep") in reach_of(company.people["akm"], as_of=JULY).decides
    assert allot_city(in_shanghai, boss=company["SH-AKM"], city="上海", starts_on=AUGUST, **said(company)) == 0
    allot_city(in_shanghai, boss=None, city="上海", starts_on=AUGUST, **said(company))
    assert the_boss(company, "SH-REP-1", AUGUST) == "SH-ASS"


def test_a_position_with_reports_closes_only_when_they_move(company: Company, told: list[object]) -> None:
    refused(Refusal.HAS_REPORTS, close_position, company["SH-ASS"], ends_before=JULY, **said(company))
    close_position(company["SH-ASS"], ends_before=JULY, reports_to=company["SH-AKM"], **said(company))
    assert the_boss(company, "SH-REP-1", JULY - DAY) == "SH-ASS"
    assert the_boss(company, "SH-REP-1", JULY) == "SH-AKM"
    assert organisation(as_of=JULY).positions_of(company.person("ass")) == ()
    assert PositionChanged(company["SH-ASS"].pk, JULY, is_closed=True, now=NOW) in told
    closed = Position.objects.get(code="SH-ASS")
    refused(Refusal.ENDED, close_position, closed, ends_before=AUGUST, **said(company))
    refused(Refusal.OUTSIDE, change_boss, company["SH-REP-1"], boss=closed, starts_on=AUGUST, **said(company))
    refused(Refusal.OUTSIDE, appoint, company.people["am"], position=closed, starts_on=JULY, **said(company))


def test_a_holder_follows_another_from_the_day_on(company: Company, told: list[object]) -> None:
    replace_holders(company.people["am"], position=company["SH-AKM"], starts_on=JULY, **said(company))
    assert organisation(as_of=JULY - DAY).holders(company["SH-AKM"].pk) == (company.person("akm"),)
    assert organisation(as_of=JULY).holders(company["SH-AKM"].pk) == (company.person("am"),)
    assert [(event.person_id, event.is_appointed) for event in told] == [
        (company.person("akm"), False),
        (company.person("am"), True),
    ]


def test_one_person_may_hold_several_positions_and_one_position_several_people(company: Company) -> None:
    appoint(company.people["rep"], position=company["SH-ASS"], starts_on=TODAY, **said(company))
    whole = organisation(as_of=TODAY)
    assert set(whole.positions_of(company.person("rep"))) == {company["SH-REP-1"].pk, company["SH-ASS"].pk}
    assert set(whole.holders(company["SH-ASS"].pk)) == {company.person("ass"), company.person("rep")}
    again = {"position": company["SH-ASS"], "starts_on": JULY}
    refused(Refusal.SAME, appoint, company.people["rep"], **again, **said(company))


def test_an_appointment_that_has_not_begun_is_dropped(company: Company) -> None:
    holding = appoint(company.people["rep"], position=company["SH-ASS"], starts_on=JULY, **said(company))
    relieve(holding, ends_before=JULY, **said(company))
    assert not Holding.objects.filter(pk=holding.pk).exists()


def test_a_holding_ends_after_it_begins_and_only_active_people_are_appointed(company: Company) -> None:
    place = {"position": company["SH-ASS"], "starts_on": JULY}
    refused(Refusal.ENDS_FIRST, appoint, company.people["rep"], **place, ends_before=JULY, **said(company))
    gone = company.people["rep"]
    gone.is_active = False
    gone.save()
    refused(Refusal.NOT_ACTIVE, appoint, gone, **place, **said(company))


def test_codes_are_given_once_and_roles_must_be_known(company: Company) -> None:
    facts = {"unit": company["SH-AM"].unit, "names": ("甲", "A"), "starts_on": TODAY, "by": company.admin, "now": NOW}
    refused(Refusal.CODE_TAKEN, add_position, "SH-AM", role="AM", **facts)
    refused(Refusal.UNKNOWN_ROLE, add_position, "SH-X", role="BOSS", **facts)


def test_names_and_cities_change_without_a_new_position(company: Company) -> None:
    rename_position(company["SH-REP-2"], names=("苏州业代", "Suzhou rep"), city="苏州", **said(company))
    assert Position.objects.get(code="SH-REP-2").name_zh == "苏州业代"


def test_units_stand_one_below_the_other_and_close_when_empty(company: Company) -> None:
    east = Unit.objects.get(code="E")
    facts = {"names": ("甲", "A"), "starts_on": TODAY, "by": company.admin, "now": NOW}
    refused(Refusal.WRONG_UNIT, add_unit, "X", kind=UnitKind.AREA, parent=None, **facts)
    refused(Refusal.WRONG_UNIT, add_unit, "X", kind=UnitKind.HEAD_OFFICE, parent=east, **facts)
    refused(Refusal.CODE_TAKEN, add_unit, "SH", kind=UnitKind.AREA, parent=east, **facts)
    area = add_unit("HZ", kind=UnitKind.AREA, parent=east, **facts)
    rename_unit(area, names=("杭州", "Hangzhou"), **said(company))
    refused(Refusal.HAS_POSITIONS, close_unit, east, ends_before=JULY, **said(company))
    close_unit(area, ends_before=JULY, **said(company))
    assert area.pk not in organisation(as_of=JULY).units
    refused(Refusal.ENDED, close_unit, area, ends_before=AUGUST, **said(company))


def test_the_database_itself_refuses_two_bosses_and_two_holdings_at_a_time(company: Company) -> None:
    line = {"position": company["SH-REP-1"], "kind": LineKind.SOLID, "starts_on": JULY, "ends_before": AUGUST}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportingLine.objects.create(boss=company["SH-AM"], **line)
    ReportingLine.objects.create(boss=company["SH-AM"], city="上海", **line)
    with pytest.raises(IntegrityError), transaction.atomic():
        holder = Holding.objects.get(position=company["SH-REP-1"]).person
        Holding.objects.create(position=company["SH-REP-1"], person=holder, starts_on=JULY, ends_before=AUGUST)
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportingLine.objects.filter(position=company["SH-REP-1"], city="上海").update(city="")


def away(company: Company, **more: Any) -> dict[str, Any]:
    return {"starts_at": NOW + DAY, "ends_at": NOW + 5 * DAY, "by": company.people["am"], "now": NOW, **more}


def test_a_delegate_stands_in_while_the_delegation_runs(company: Company, told: list[object]) -> None:
    am, rm = company.people["am"], company.people["rm"]
    kept = delegate(am, to=rm, **away(company, reason="annual leave"))
    day = (NOW + 2 * DAY).date()
    assert organisation(as_of=day).delegates(am.pk, NOW + 2 * DAY) == (rm.pk,)
    assert organisation(as_of=day).delegates(am.pk, NOW + 5 * DAY) == ()
    assert reach_of(company.people["rep"], as_of=day).sees == {company.person("rep")}
    end_delegation(kept, by=am, now=NOW + 3 * DAY)
    assert organisation(as_of=day).delegates(am.pk, NOW + 3 * DAY) == ()
    assert [type(event) for event in told] == [DelegationChanged, DelegationChanged]


def test_nobody_stands_in_for_themselves_in_a_circle_or_twice_at_a_time(company: Company) -> None:
    am, rm, sd = (company.people[name] for name in ("am", "rm", "sd"))
    refused(Refusal.ONESELF, delegate, am, to=am, **away(company))
    delegate(am, to=rm, **away(company))
    refused(Refusal.OVERLAPS, delegate, am, to=sd, **away(company, starts_at=NOW + 4 * DAY, ends_at=NOW + 9 * DAY))
    delegate(rm, to=sd, **away(company))
    refused(Refusal.CIRCLE, delegate, sd, to=am, **away(company))
    delegate(sd, to=am, **away(company, starts_at=NOW + 5 * DAY, ends_at=NOW + 6 * DAY))


def test_a_delegation_does_not_reach_into_the_past(company: Company) -> None:
    am, rm = company.people["am"], company.people["rm"]
    refused(Refusal.ENDS_FIRST, delegate, am, to=rm, **away(company, starts_at=NOW - 3 * DAY, ends_at=NOW - DAY))
    kept = delegate(am, to=rm, **away(company, starts_at=NOW - 3 * DAY))
    assert kept.starts_at == NOW
    planned = delegate(am, to=rm, **away(company, starts_at=NOW + 9 * DAY, ends_at=NOW + 10 * DAY))
    end_delegation(planned, by=am, now=NOW)
    assert not Delegation.objects.filter(pk=planned.pk).exists()
    refused(Refusal.ENDED, end_delegation, kept, by=am, now=NOW + 9 * DAY)


def test_the_organisation_is_read_once_until_it_changes(company: Company, django_assert_num_queries) -> None:
    organisation(as_of=TODAY)
    with django_assert_num_queries(1):
        organisation(as_of=TODAY)
    change_boss(company["SH-REP-1"], boss=company["SH-AM"], starts_on=JULY, **said(company))
    with django_assert_num_queries(6):
        organisation(as_of=TODAY)


def test_what_is_rolled_back_is_not_remembered(company: Company) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        change_boss(company["SH-REP-1"], boss=company["SH-AM"], starts_on=TODAY, **said(company))
        assert the_boss(company, "SH-REP-1", TODAY) == "SH-AM"
        raise RuntimeError
    assert the_boss(company, "SH-REP-1", TODAY) == "SH-ASS"
    change_boss(company["SH-REP-1"], boss=company["SH-AKM"], starts_on=TODAY, **said(company))
    assert the_boss(company, "SH-REP-1", TODAY) == "SH-AKM"


def test_an_instant_finds_its_delegation_in_every_zone(company: Company) -> None:
    late = datetime(2026, 6, 9, 17, tzinfo=UTC)
    am, rm = company.people["am"], company.people["rm"]
    delegate(am, to=rm, starts_at=late, ends_at=late + timedelta(hours=1), by=am, now=NOW)
    assert organisation(as_of=date(2026, 6, 10)).delegates(am.pk, late) == (rm.pk,)
    assert organisation(as_of=date(2026, 6, 9)).delegates(am.pk, late) == (rm.pk,)
