from datetime import UTC, datetime

import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from keytally.core import sensitivity, subjects
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.sensitivity import (
    CONFIDENTIAL,
    COST,
    DOTS,
    INSIDE,
    OPEN,
    PERSONAL,
    Hidden,
    Sensitivity,
    declare_fields,
    guard_of,
    highest,
    may_read,
    readable,
    redacted,
    serialized,
    shown,
)
from keytally.core.services import add_person, record_audit
from keytally.core.subjects import Subject, SubjectKind

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
SEES = {
    Role.SALES_REP: {"mobile", "sold", "name"},
    Role.PROMOTER: {"sold", "name"},
    Role.ORDER_CLERK: {"sold", "name", "price"},
    Role.ACCOUNT_MANAGER: {"sold", "name", "price", "mobile"},
    Role.SALES_DIRECTOR: {"sold", "name", "price", "mobile"},
    Role.FINANCE_DIRECTOR: {"sold", "name", "price", "mobile", "margin"},
    Role.RECEIVABLES_ACCOUNTANT: {"sold", "name", "price", "mobile", "margin"},
    Role.AUDITOR: {"sold", "name", "price", "mobile", "margin"},
    Role.ADMINISTRATOR: {"name"},
}
FACTS = {"name": "永辉", "sold": 12, "price": 1999, "margin": 210, "mobile": "13900000000"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def fields(monkeypatch):
    monkeypatch.setattr(sensitivity, "_guards", dict(sensitivity.declared_fields()))
    declare_fields("thing", sold=INSIDE, price=CONFIDENTIAL, margin=COST, mobile=PERSONAL)


@pytest.fixture
def person(db):
    def of(*roles):
        username = "-".join(roles) or "nobody"
        return add_person(username, name=username, password=None, roles=roles, by=None, now=NOW, language="en")

    return of


@pytest.mark.parametrize("role", list(SEES))
def test_each_role_reads_its_classes(person, role):
    assert set(readable(FACTS, person=person(role), kind="thing")) == SEES[role]


def test_the_administrator_reads_prices_when_another_role_is_given(person):
    both = person(Role.ADMINISTRATOR, Role.ACCOUNT_MANAGER)
    assert may_read(both, kind="thing", field="price")


def test_without_a_role_only_what_is_open_is_read(person):
    assert readable(FACTS, person=person(), kind="thing") == ["name"]


def test_hidden_values_say_why_and_are_alike_whether_there_is_a_value_or_not(person):
    rep = person(Role.SALES_REP)
    hidden = shown(1999, person=rep, kind="thing", field="price")
    assert hidden == shown(None, person=rep, kind="thing", field="price") == Hidden(Sensitivity.CONFIDENTIAL)
    assert str(hidden) == DOTS
    assert "prices, costs and contract terms" in hidden.reason


def test_an_audit_entry_shows_dots_before_and_after(person):
    seen = redacted(FACTS, person=person(Role.SALES_REP), kind="thing")
    assert seen == {**FACTS, "price": DOTS, "margin": DOTS}


def test_the_api_answers_null_and_names_what_is_hidden(person):
    answer = serialized(FACTS, person=person(Role.ORDER_CLERK), kind="thing")
    assert answer == {**FACTS, "margin": None, "mobile": None, "hidden": ["margin", "mobile"]}


def test_people_see_what_is_personal_about_themselves(person):
    promoter = person(Role.PROMOTER)
    assert not may_read(promoter, kind="thing", field="mobile")
    assert may_read(promoter, kind="thing", field="mobile", about=promoter.pk)


def test_a_page_shows_dots_with_the_reason(person):
    request = RequestFactory().get("/")
    template = engines["django"].from_string('{% guarded price "thing.price" %}')
    request.user = person(Role.SALES_REP)
    told = template.render({"price": 1999}, request)
    assert "1999" not in told
    assert DOTS in told
    assert "not for your roles" in told
    request.user = User.objects.get(pk=person(Role.EXECUTIVE).pk)
    assert template.render({"price": 1999}, request) == "1999"


def test_a_page_for_nobody_shows_dots():
    request = RequestFactory().get("/")
    assert DOTS in engines["django"].from_string('{% guarded 5 "thing.price" %}').render({}, request)


def test_the_highest_class_decides_over_a_file():
    assert highest([OPEN, INSIDE, COST, PERSONAL]) is Sensitivity.CONFIDENTIAL
    assert highest([]) is Sensitivity.OPEN


def test_what_nobody_declared_is_open():
    assert guard_of("thing", "name") == OPEN


def test_a_field_has_one_class():
    with pytest.raises(sensitivity.UnableToDeclare):
        declare_fields("thing", price=PERSONAL)


@pytest.mark.django_db
def test_the_audit_page_shows_dots_for_what_its_reader_may_not_see(client, person, monkeypatch):
    director = person(Role.FINANCE_DIRECTOR)
    facts = {"name": "x", "price": 777123, "secret": 888123}
    declare_fields("thing", secret=sensitivity.Guard(Sensitivity.CONFIDENTIAL, ("nobody.has_this",)))
    record_audit("thing.change", by=director, at=NOW, subject=Subject("thing", 1), before=facts, after=facts)
    client.force_login(director)
    page = client.get(reverse("core:audit")).content.decode()
    assert "777123" in page
    assert "888123" not in page
    assert DOTS in page


@pytest.mark.django_db
def test_the_audit_tells_nothing_of_a_subject_out_of_reach(client, person, monkeypatch):
    kind = SubjectKind("far", "Far", lambda _person, _day: User.objects.none(), lambda _number: "/")
    monkeypatch.setitem(subjects._kinds, "far", kind)
    director = person(Role.FINANCE_DIRECTOR)
    record_audit("far.change", by=director, at=NOW, subject=Subject("far", 1), after={"name": "behindtheveil"})
    client.force_login(director)
    page = client.get(reverse("core:audit") + "?action=far").content.decode()
    assert "far.change" in page
    assert "behindtheveil" not in page
