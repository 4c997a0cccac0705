"""Do the pages of the organisation show it as of any day, refuse what cannot be, and cost few queries at any size?"""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.core.clock import business_date
from keytally.core.exports import listing
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.search import found
from keytally.core.services import add_person
from keytally.people.models import Delegation, Holding, Position, PositionRole, ReportingLine, Unit
from keytally.people.queries.organisation import organisation
from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.template import HoldingPlan, OrganisationPlan, UnitPlan, default_template, plan_organisation
from keytally.people.services.setup import set_up
from keytally.people.views.asked import clock

from .conftest import FOUNDED, NOW, Company

DAY = timedelta(days=1)


@pytest.fixture
def admin(client: Client, company: Company) -> Client:
    client.force_login(company.admin)
    return client


@pytest.fixture
def rep(company: Company) -> Client:
    client = Client()
    client.force_login(company.people["rep"])
    return client


def today():
    return business_date(clock())


def page(client: Client, name: str, *args: object, **query: object):
    return client.get(reverse(f"people:{name}", args=args), query)


def send(client: Client, name: str, *args: object, **fields: object):
    return client.post(reverse(f"people:{name}", args=args), fields)


def english(company: Company) -> None:
    User.objects.update(language="en")


def test_the_chart_shows_the_top_and_opens_below(admin: Client, company: Company) -> None:
    text = page(admin, "chart", levels=2).content.decode()
    assert "GM" in text
    assert 'role="tree"' in text
    assert f'data-position="{company["HQ-SD"].pk}"' in text
    assert f'data-position="{company["E-RM"].pk}"' not in text
    opened = page(admin, "chart", levels=2, toggle=company["HQ-SD"].pk).content.decode()
    assert f'data-position="{company["E-RM"].pk}"' in opened


def test_the_chart_answers_htmx_with_the_part_and_the_address(admin: Client, company: Company) -> None:
    answer = admin.get(reverse("people:chart"), {"levels": 1}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<section id="chart"')
    assert answer["HX-Push-Url"].startswith("/people/?as_of=")
    assert answer["HX-Push-Url"].endswith("&open=")


def test_the_chart_as_of_an_earlier_day_shows_that_day(admin: Client) -> None:
    assert 'role="tree"' in page(admin, "chart", as_of=FOUNDED.isoformat()).content.decode()
    assert 'role="tree"' not in page(admin, "chart", as_of=(FOUNDED - DAY).isoformat()).content.decode()


def test_the_chart_finds_a_holder_however_deep(admin: Client, company: Company) -> None:
    text = page(admin, "chart", text="REP2").content.decode()
    assert f'data-position="{company["SH-REP-2"].pk}"' in text
    assert text.count("chart-found") == 1


def test_the_chart_can_begin_at_a_position_and_be_a_list(admin: Client, company: Company) -> None:
    text = page(admin, "chart", root=company["SH-AM"].pk, view="list").content.decode()
    assert 'class="chart-list"' in text
    assert len(re.findall(r"<li[ >]", text)) == text.count("</li>")
    assert company["SH-REP-1"].name_zh in text
    assert company["HQ-GM"].name_zh not in text


@pytest.mark.parametrize(
    "query", [{"as_of": "x"}, {"root": "9" * 30}, {"open": "1.x.2"}, {"levels": "-1"}, {"toggle": "7"}]
)
def test_the_chart_bears_any_address(admin: Client, query: dict[str, str]) -> None:
    assert page(admin, "chart", **query).status_code == 200


@pytest.mark.parametrize("name", ["chart", "positions", "persons", "units"])
def test_everyone_of_the_company_sees_the_organisation(rep: Client, name: str) -> None:
    answer = page(rep, name)
    assert answer.status_code == 200
    assert reverse("people:position_add") not in answer.content.decode()


@pytest.mark.parametrize("name", ["position_add", "unit_add", "set_up", "allot"])
def test_only_those_who_may_change_it_get_the_forms(rep: Client, company: Company, name: str) -> None:
    assert page(rep, name).status_code == 403
    assert page(rep, "position_boss", company["SH-REP-1"].pk).status_code == 403


def test_positions_are_filtered(admin: Client, company: Company) -> None:
    area = company["SH-AM"].unit
    assert page(admin, "positions").context["page"].paginator.count == len(company.positions)
    assert page(admin, "positions", unit=area.pk).context["page"].paginator.count == 5
    assert page(admin, "positions", role="REP").context["page"].paginator.count == 2
    assert [row.position.code for row in page(admin, "positions", text="AKM").context["rows"]] == ["SH-AKM"]
    assert "SH-REP-1" not in [row.position.code for row in page(admin, "positions", vacant="1").context["rows"]]
    assert page(admin, "positions", text="苏州").context["page"].paginator.count == 1


def test_a_position_shows_its_history(admin: Client, company: Company) -> None:
    rep = company["SH-REP-1"]
    send(admin, "position_boss", rep.pk, boss="SH-AM", starts_on=today() + DAY, reason="new area")
    text = page(admin, "position", rep.pk).content.decode()
    assert "new area" in text
    assert company["SH-AM"].name_zh in text
    assert company["SH-ASS"].name_zh in text
    assert organisation(as_of=today() + DAY).solid_boss(rep.pk) == company["SH-AM"].pk
    assert organisation(as_of=today()).solid_boss(rep.pk) == company["SH-ASS"].pk


def test_a_refusal_says_why_and_keeps_what_was_typed(admin: Client, company: Company) -> None:
    english(company)
    answer = send(admin, "position_boss", company["SH-AM"].pk, boss="SH-REP-1", starts_on=today(), reason="try")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "stand above themselves" in text
    assert 'value="SH-REP-1"' in text
    answer = send(admin, "position_boss", company["SH-AM"].pk, boss="SH-AM", starts_on="2026-02-01", reason="try")
    assert "Days that have passed stay as they were" in answer.content.decode()
    answer = send(admin, "position_boss", company["SH-AM"].pk, boss="NOBODY", starts_on=today(), reason="try")
    assert "No position has this code" in answer.content.decode()


def test_a_position_is_added_with_its_lines_and_a_holder(admin: Client, company: Company) -> None:
    facts = {
        "role": "REP",
        "unit": company["SH-AM"].unit.pk,
        "code": "SH-REP-3",
        "name_zh": "业代 3",
        "name_en": "Rep 3",
    }
    answer = send(admin, "position_add", **facts, starts_on=today(), boss="SH-ASS · x", dotted="SH-AKM")
    assert answer.status_code == 302
    place = Position.objects.get(code="SH-REP-3")
    whole = organisation(as_of=today())
    assert whole.solid_boss(place.pk) == company["SH-ASS"].pk
    assert whole.dotted_bosses(place.pk) == (company["SH-AKM"].pk,)
    send(admin, "position_appoint", place.pk, person="am · AM", starts_on=today(), takes_over="on", reason="moves")
    assert organisation(as_of=today()).holders(place.pk) == (company.person("am"),)
    assert send(admin, "position_add", **facts, starts_on=today()).status_code == 422


def test_what_is_left_empty_the_template_proposes(admin: Client, company: Company) -> None:
    unit = company["SH-AM"].unit
    assert send(admin, "position_add", role="REP", unit=unit.pk, starts_on=today()).status_code == 302
    place = Position.objects.get(code="SH-REP")
    assert place.name_en == "Shanghai KA representative"
    whole = organisation(as_of=today())
    assert whole.solid_boss(place.pk) == company["SH-ASS"].pk
    assert whole.dotted_bosses(place.pk) == (company["SH-AKM"].pk,)
    send(admin, "position_add", role="REP", unit=unit.pk, starts_on=today())
    assert Position.objects.get(code="SH-REP-3").name_zh == "上海KA业代 3"
    PositionRole.objects.create(code="TRN", name_zh="培训师", name_en="Trainer")
    assert send(admin, "position_add", role="TRN", unit=unit.pk, starts_on=today()).status_code == 422


def test_lines_and_holders_end_and_a_position_closes(admin: Client, company: Company) -> None:
    line = ReportingLine.objects.get(position=company["SH-REP-1"], kind="DOTTED")
    later = today() + DAY
    assert send(admin, "dotted_end", line.pk, ends_before=later, reason="r").status_code == 302
    holding = Holding.objects.get(position=company["SH-REP-1"])
    assert send(admin, "holding_end", holding.pk, ends_before=later, reason="r").status_code == 302
    assert send(admin, "position_close", company["SH-ASS"].pk, ends_before=later, reason="r").status_code == 422
    move = {"ends_before": later, "reports_to": "SH-AKM", "reason": "r"}
    assert send(admin, "position_close", company["SH-ASS"].pk, **move).status_code == 302
    assert organisation(as_of=later).solid_boss(company["SH-REP-1"].pk) == company["SH-AKM"].pk
    assert (
        send(admin, "position_dotted", company["SH-REP-1"].pk, boss="E-RKM", starts_on=later, reason="r").status_code
        == 302
    )
    names = {"name_zh": "甲", "name_en": "A", "city": "苏州", "reason": "r"}
    assert send(admin, "position_rename", company["SH-REP-1"].pk, **names).status_code == 302
    for name in ("position", "position_rename", "position_appoint", "position_close", "position_dotted"):
        assert page(admin, name, company["SH-REP-1"].pk).status_code == 200


def test_the_region_manager_allots_a_city_of_the_own_region_only(company: Company) -> None:
    client = Client()
    client.force_login(company.people["rkm"])
    said = {"area": company["SH-AM"].unit.pk, "role": "REP", "city": "上海", "boss": "SH-AKM", "starts_on": today()}
    send(client, "allot", **said, reason="by city")
    assert organisation(as_of=today()).solid_boss(company["SH-REP-1"].pk) == company["SH-ASS"].pk
    client.force_login(company.people["sd"])
    send(client, "allot", **said, reason="by city")
    assert organisation(as_of=today()).solid_boss(company["SH-REP-1"].pk) == company["SH-AKM"].pk


def test_units_are_added_renamed_and_closed(admin: Client, company: Company) -> None:
    east = Unit.objects.get(code="E")
    facts = {"code": "HZ", "kind": UnitKind.AREA.value, "parent": east.pk, "name_zh": "杭州", "name_en": "Hangzhou"}
    assert send(admin, "unit_add", **facts, starts_on=today()).status_code == 302
    unit = Unit.objects.get(code="HZ")
    assert send(admin, "unit_rename", unit.pk, name_zh="浙江", name_en="Zhejiang", reason="r").status_code == 302
    assert send(admin, "unit_close", unit.pk, ends_before=today() + DAY, reason="r").status_code == 302
    assert send(admin, "unit_close", east.pk, ends_before=today() + DAY, reason="r").status_code == 422
    assert page(admin, "units").status_code == 200


def test_people_say_who_decides_while_they_are_away(rep: Client, company: Company) -> None:
    me = company.person("rep")
    answer = send(
        rep, "own_absence", to="rep2 · REP2", first_on=today() + DAY, last_on=today() + 3 * DAY, reason="leave"
    )
    assert answer.status_code == 302
    kept = Delegation.objects.get(person=me)
    assert kept.ends_at - kept.starts_at == 3 * DAY
    assert "REP2" in page(rep, "person", me).content.decode()
    assert send(rep, "own_absence", to="rep", first_on=today(), last_on=today()).status_code == 422
    assert send(rep, "absence_end", kept.pk).status_code == 302
    assert not Delegation.objects.filter(person=me).exists()


def test_only_a_manager_delegates_for_another(rep: Client, company: Company) -> None:
    assert page(rep, "absence", company.person("rep2")).status_code == 403
    client = Client()
    client.force_login(company.people["am"])
    days = {"first_on": today(), "last_on": today()}
    assert send(client, "absence", company.person("rep2"), to="ass", **days).status_code == 302
    assert send(client, "absence", company.person("gm"), to="ass", **days).status_code == 403
    theirs = Delegation.objects.get()
    assert send(rep, "absence_end", theirs.pk).status_code == 403


def test_suggestions_come_by_name_holder_and_user_name(admin: Client, company: Company) -> None:
    text = page(admin, "find_positions", boss="akm").content.decode()
    assert "SH-AKM · " in text
    assert "rkm · RKM" in page(admin, "find_persons", person="rkm").content.decode()
    assert page(admin, "find_positions").status_code == 200


def test_roles_are_renamed_and_added(admin: Client, company: Company) -> None:
    english(company)
    assert "Region KA manager" in page(admin, "roles").content.decode()
    assert page(admin, "role", code="RKM").context["form"].initial["name_en"] == "Region KA manager"
    names = {"code": "RKM", "name_zh": "省区KA经理", "name_en": "Province KA manager", "reason": "our word"}
    assert send(admin, "role", **names).status_code == 302
    assert "Province KA manager" in page(admin, "positions").content.decode()
    own = {"code": "TRN", "name_zh": "培训师", "name_en": "Trainer", "reason": "ours"}
    assert send(admin, "role", **own).status_code == 302
    assert "your own" in page(admin, "roles").content.decode()
    assert send(admin, "role", **{**own, "code": "no good"}).status_code == 422


def test_people_are_suggested_and_found_by_how_their_name_sounds(admin: Client, company: Company) -> None:
    User.objects.filter(username="rep").update(name="李娜")
    assert "rep · 李娜" in page(admin, "find_persons", person="lina").content.decode()
    hits = found(company.admin, "ln", as_of=today(), most=9)
    assert [hit.label for hit in hits] == ["李娜"]
    assert found(company.admin, "SH-AKM", as_of=today(), most=9)[0].detail == "AKM"


def test_the_list_of_positions_is_taken_away_as_it_is_filtered(company: Company, django_assert_num_queries) -> None:
    wanted = listing("positions")
    asked = {"unit": str(company["SH-AM"].unit_id), "role": "REP", "as_of": "2026-02-01", "text": "\x00"}
    with django_assert_num_queries(3):
        rows = list(wanted.rows(company.admin, today(), asked))
    texts = [[str(column.value(row)) for column in wanted.columns] for row in rows]
    assert [row[0] for row in texts] == ["SH-REP-1", "SH-REP-2"]
    assert texts[0][7:] == ["REP", company["SH-ASS"].name, company["SH-AKM"].name]


def test_a_set_up_shows_first_what_it_would_make(client: Client, db: None) -> None:
    client.force_login(add_person("admin", name="周强", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW))
    assert page(client, "set_up").status_code == 200
    counts = {f"count_{role.code}": role.each for role in default_template().roles.values()}
    facts = {
        "starts_on": "2026-01-01",
        "head_office_zh": "总部",
        "head_office_en": "Head office",
        "regions": "华东/East: 上海/Shanghai (上海, 苏州), 浙江/Zhejiang\n华南：广东，广西",
        **counts,
    }
    answer = send(client, "set_up", **facts, preview="1")
    assert answer.status_code == 200
    assert not Unit.objects.exists()
    assert "SHANGHAI" in answer.content.decode()
    assert send(client, "set_up", **facts).status_code == 302
    assert Unit.objects.count() == 7
    assert Position.objects.get(code="SHANGHAI-REP-2").city == "苏州"
    assert page(client, "set_up").status_code == 302


def test_a_set_up_says_which_line_it_cannot_read(client: Client, db: None) -> None:
    admin = add_person("admin", name="周强", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW, language="en")
    client.force_login(admin)
    counts = {f"count_{role.code}": role.each for role in default_template().roles.values()}
    names = {"head_office_zh": "总部", "head_office_en": "Head office", "starts_on": "2026-01-01"}
    answer = send(client, "set_up", **names, **counts, regions="华东/East: 上海\n/Nobody: 苏州")
    assert answer.status_code == 422
    assert "Line 2 names nothing" in answer.content.decode()
    assert "华东/East" in answer.content.decode()


def test_the_pages_cost_the_same_queries_at_any_size(admin: Client, company: Company) -> None:
    names = ("chart", "positions", "persons", "units")
    small = [count_queries(admin, name) for name in names]
    larger = Unit.objects.get(code="E")
    for number in range(30):
        place = Position.objects.create(
            code=f"X{number}", role="REP", unit=larger, name_zh="业代", name_en="Rep", starts_on=FOUNDED
        )
        ReportingLine.objects.create(position=place, boss=company["E-RM"], kind="SOLID", starts_on=FOUNDED)
        person = User.objects.create(username=f"x{number}", name=f"X{number}")
        Holding.objects.create(position=place, person=person, starts_on=FOUNDED)
    assert [count_queries(admin, name) for name in names] == small
    assert max(small) <= 16


def count_queries(client: Client, name: str) -> int:
    page(client, name)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert page(client, name).status_code == 200
    return len(captured)


def test_a_chart_of_two_thousand_positions_shows_what_fits(admin: Client, db: None) -> None:
    Holding.objects.all().delete()
    ReportingLine.objects.all().delete()
    Position.objects.all().delete()
    Unit.objects.exclude(parent=None).filter(kind="AREA").delete()
    Unit.objects.exclude(parent=None).delete()
    Unit.objects.all().delete()
    areas = [UnitPlan(f"A{n}", UnitKind.AREA, f"区{n}", f"Area {n}", f"R{n % 10}") for n in range(80)]
    regions = [UnitPlan(f"R{n}", UnitKind.REGION, f"大区{n}", f"Region {n}", "HQ") for n in range(10)]
    plan = plan_organisation(
        [UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office"), *regions, *areas],
        template=default_template(),
        counts={"REP": 21},
    )
    people = User.objects.bulk_create([User(username=f"p{n}", name=f"员工{n}") for n in range(len(plan.positions))])
    holdings = tuple(HoldingPlan(p.code, u.pk) for p, u in zip(plan.positions, people, strict=True))
    set_up(OrganisationPlan(plan.units, plan.positions, plan.lines, holdings), starts_on=FOUNDED, by=None, now=NOW)
    first = page(admin, "chart")
    assert len(first.context["rows"]) <= 60
    everything = page(admin, "chart", levels=9)
    assert len(everything.context["rows"]) <= 250
    named = page(admin, "chart", open=".".join(str(pk) for pk in Position.objects.values_list("pk", flat=True)))
    assert named.context["shown"].drawn.is_cut
