from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from keytally.approvals import definitions, workflows
from keytally.approvals.services.workflows import accept_limits
from keytally.core.clock import business_date
from keytally.core.models import AuditEntry, RuleSetVersion
from keytally.core.roles import Role
from keytally.core.services import add_person

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
TODAY = business_date(NOW)
EDIT = "/workflows/write_off/edit/"


@pytest.fixture
def director():
    return add_person("fd", name="陈静", password=None, roles=[Role.FINANCE_DIRECTOR], by=None, now=NOW, language="en")


@pytest.fixture
def rep():
    return add_person("rep", name="李娜", password=None, roles=[Role.SALES_REP], by=None, now=NOW, language="en")


@pytest.fixture
def page_of(client):
    def page_of(person, path):
        client.force_login(person)
        response = client.get(path)
        assert response.status_code == 200
        return response.content.decode()

    return page_of


def typed(client, path=EDIT, **other):
    """Send the editor as it was shown, with some fields typed anew."""
    form = client.get(path).context["form"]
    said = {name: form[name].value() for name in form.fields}
    said = {name: value for name, value in said.items() if value not in (None, False)}
    return client.post(path, {**said, "reason": "asked for by the board", **other})


def in_force(code="write_off", day=TODAY):
    return definitions.in_force(code, as_of=day)


@pytest.mark.parametrize("code", workflows.SHIPPED)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_workflow_is_drawn_with_all_its_steps(page_of, director, code, language):
    director.language = language
    director.save(update_fields=["language"])
    page = page_of(director, f"/workflows/{code}/")
    workflow = workflows.shipped(code)
    for step in workflow.steps:
        assert f'href="#step-{step.id}"' in page
        assert f'id="step-{step.id}"' in page
    assert workflow.control.code in page
    assert "A/1" in page


def test_the_list_shows_what_is_to_be_accepted_with_its_figures(page_of, director, rep):
    page = page_of(director, "/workflows/")
    assert "Limits to accept or replace" in page
    assert "≤ 100,000.00" in page
    assert "Accept the ticked limits" in page
    seen_by_rep = page_of(rep, "/workflows/")
    assert "≤ 100,000.00" in seen_by_rep
    assert "Accept the ticked limits" not in seen_by_rep
    assert EDIT not in seen_by_rep


def test_limits_are_accepted_as_they_stand_and_by_whom_is_kept(client, director):
    client.force_login(director)
    page = client.post("/workflows/accept/", {"code": ["write_off", "order_release"]}, follow=True).content.decode()
    assert "The limits of 2 workflows are accepted." in page
    assert not in_force().needs_acceptance
    assert in_force("credit_application").needs_acceptance
    entry = AuditEntry.objects.filter(action="rule_set.keep").latest("id")
    assert entry.person == director
    assert "Limits accepted as they stand" in client.get("/workflows/write_off/").content.decode()


def test_accepting_nothing_or_twice_changes_nothing(client, director):
    client.force_login(director)
    client.post("/workflows/accept/", {"code": ["write_off"]})
    page = client.post("/workflows/accept/", {"code": ["write_off", "no_such"]}, follow=True).content.decode()
    assert "Nothing was left to accept" in page
    assert RuleSetVersion.objects.count() == 1


@pytest.mark.parametrize("path", ["/workflows/accept/", EDIT, "/workflows/write_off/text/"])
def test_a_rep_changes_no_workflow(client, rep, path):
    client.force_login(rep)
    assert client.post(path, {"code": ["write_off"]}).status_code == 403
    assert RuleSetVersion.objects.count() == 0


def test_the_editor_first_shows_what_would_change(client, director):
    client.force_login(director)
    page = typed(client, level_0_up_to="800", do="preview").content.decode()
    assert "What would change" in page
    assert "500.00" in page and "800.00" in page
    assert 'value="800"' in page
    assert RuleSetVersion.objects.count() == 0


def test_keeping_replaces_the_figures_from_a_day_on(client, director):
    client.force_login(director)
    tomorrow = TODAY + timedelta(days=1)
    answer = typed(client, level_0_up_to="800", starts_on=tomorrow.isoformat(), do="keep")
    assert answer.headers["Location"] == reverse("workflows:page", args=["write_off"])
    assert in_force().needs_acceptance
    then = in_force(day=tomorrow)
    assert not then.needs_acceptance
    assert [level.up_to_minor for level in then.workflow.limits.levels] == [80_000, 500_000, None]
    assert then.workflow.version == then.workflow.control.version == "A/2"
    assert RuleSetVersion.objects.get().reason == "asked for by the board"


def test_a_level_is_added_below_the_table_and_finds_its_place(client, director):
    client.force_login(director)
    typed(client, level_3_up_to="2,000", level_3_stages="FS + FD", do="keep")
    levels = in_force().workflow.limits.levels
    assert [level.up_to_minor for level in levels] == [50_000, 200_000, 500_000, None]
    assert levels[1].stages[0].roles == ("FS", "FD")


def test_a_level_without_deciders_goes(client, director):
    client.force_login(director)
    typed(client, level_0_stages="", do="keep")
    assert [level.up_to_minor for level in in_force().workflow.limits.levels] == [500_000, None]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"level_0_stages": "GM"}, "with less authority"),
        ({"level_2_up_to": "9,000"}, "The last level of the limits must be without an upper bound"),
        ({"level_0_stages": "KING"}, "names the role KING, which does not exist"),
        ({"starts_on": "2020-01-01"}, "Rules take effect from today on"),
        ({"step_WO-2_working_days": "", "step_WO-2_removed": ""}, "has no deadline"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(client, director, said, told):
    client.force_login(director)
    answer = typed(client, do="keep", **said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert "asked for by the board" in page
    assert RuleSetVersion.objects.count() == 0


@pytest.mark.parametrize("said", [{"level_0_up_to": "much"}, {"level_0_stages": "FS + FD / GM"}, {"version": "two"}])
def test_what_cannot_be_read_is_marked_where_it_stands(client, director, said):
    client.force_login(director)
    answer = typed(client, do="keep", **said)
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()


def test_the_whole_is_edited_as_text(client, director):
    client.force_login(director)
    path = "/workflows/write_off/text/"
    text = client.get(path).context["form"]["text"].value()
    said = {"starts_on": TODAY.isoformat(), "reason": "a third approver"}
    changed = text.replace("500000", "900000")
    assert "9,000.00" in client.post(path, {**said, "text": changed, "do": "preview"}).content.decode()
    client.post(path, {**said, "text": changed, "do": "keep"})
    assert in_force().workflow.limits.levels[1].up_to_minor == 900_000


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('code = "write_off"', 'code = "other"', "The code of a workflow stays write_off"),
        ('version = "A/1"', "version = ", "This is no TOML"),
        ('kind = "APPROVAL"', 'kind = "WISH"', "workflow.kind"),
    ],
)
def test_text_that_is_no_workflow_says_where(client, director, old, new, told):
    client.force_login(director)
    path = "/workflows/write_off/text/"
    text = client.get(path).context["form"]["text"].value()
    assert old in text
    said = {"starts_on": TODAY.isoformat(), "reason": "x", "text": text.replace(old, new), "do": "keep"}
    answer = client.post(path, said)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_older_versions_stay_to_be_read(client, director, page_of):
    client.force_login(director)
    typed(client, level_0_up_to="800", do="keep")
    assert "≤ 800.00" in page_of(director, "/workflows/write_off/")
    default = page_of(director, "/workflows/write_off/?version=0")
    assert "≤ 500.00" in default
    assert "not the version in force" in default
    for unknown in ("7", "x"):
        assert client.get(f"/workflows/write_off/?version={unknown}").status_code == 404


def test_the_calendar_says_what_falls_due_when(page_of, rep):
    page = page_of(rep, "/workflows/ka_work_cycle/calendar/?year=2026")
    assert "2026-02-14" in page and "2026-02-16 is no working day" in page
    assert "No step of this workflow" in page_of(rep, "/workflows/write_off/calendar/")
    assert "are not announced yet" in page_of(rep, "/workflows/ka_work_cycle/calendar/?year=2040")
    assert page_of(rep, "/workflows/ka_work_cycle/calendar/?year=99999")


@pytest.mark.parametrize("path", ["/workflows/nothing/", "/workflows/nothing/calendar/"])
def test_an_unknown_workflow_is_not_found(client, rep, path):
    client.force_login(rep)
    assert client.get(path).status_code == 404


def test_accepting_by_service_leaves_what_is_accepted_alone(director):
    assert len(accept_limits(definitions.declared(), by=director, now=NOW)) == 6
    assert accept_limits(definitions.declared(), by=director, now=NOW) == []


def test_today_asks_those_who_keep_the_rules_to_accept_the_limits(page_of, director, rep):
    assert "Accept or replace the limits of 6 workflows" in page_of(director, "/today/")
    assert "Accept or replace" not in page_of(rep, "/today/")
    accept_limits(definitions.declared(), by=director, now=NOW)
    assert "Accept or replace" not in page_of(director, "/today/")


def test_the_list_takes_few_queries_however_many_workflows(client, director, django_assert_max_num_queries):
    client.force_login(director)
    client.get("/workflows/")
    with django_assert_max_num_queries(12):
        client.get("/workflows/")


def test_all_limits_stand_at_a_glance_when_everything_is_accepted(page_of, director, rep):
    accept_limits(definitions.declared(), by=director, now=NOW)
    page = page_of(rep, "/workflows/")
    assert "Limits to accept or replace" not in page
    assert "Approval limits at a glance" in page
    assert "≤ 2,000,000.00" in page
    assert "in addition, at every level" in page
    assert "one level up" in page
