"""The cast: a rep and her manager, a director, an auditor; a lead of the rep's."""

from datetime import UTC, date, datetime

import pytest

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.prospecting.labels import ActionKind
from keytally.prospecting.rule_data import checklist
from keytally.prospecting.rules.cadence import Outcome, TouchKind
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services import leads, touches

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
TODAY = date(2026, 9, 1)
PASSWORD = "a-long-enough-password"


def person(username, role, *, language="en", name=""):
    return add_person(
        username,
        name=name or username.title(),
        password=PASSWORD,
        roles=[role],
        by=None,
        now=NOW,
        language=language,
    )


@pytest.fixture
def rep(db):
    return person("lina", Role.SALES_REP)


@pytest.fixture
def director(db):
    return person("grace", Role.SALES_DIRECTOR)


def plan(owner, *, kind=ActionKind.CALL, due_on=TODAY):
    return leads.Plan(kind=kind, due_on=due_on, owner=owner)


def found(owner, name="好又多便利", *, key="", is_another=False, source=LeadSource.INDUSTRY_DATABASE, **facts):
    wanted = leads.NewLead(
        facts={"name": name, **facts}, source=source, owner=owner, first=plan(owner), key=key, is_another=is_another
    )
    return leads.add_lead(wanted, by=owner, on=TODAY, now=NOW)


def tick_all(lead, by):
    for item in checklist(as_of=TODAY):
        touches.prepare(lead, item=item.code, note="", is_done=True, by=by, on=TODAY, now=NOW)


def said(owner, *, kind=TouchKind.CALL, text="They want samples.", outcome=Outcome.INTERESTED, at=NOW, **more):
    facts = {"contact_name": "Ms. Li", "following": plan(owner), **more}
    return touches.Said(kind=kind, happened_at=at, outcome=outcome, text=text, **facts)


@pytest.fixture
def lead(rep):
    return found(rep, contact_name="李经理", phone="021-5555 0001", email="li@haoyouduo.example")
