"""People change position: open decisions follow the position, decisions that were made stand."""

from datetime import timedelta

import pytest

from keytally.approvals import services
from keytally.approvals.models import Slot
from keytally.approvals.queries import inbox
from keytally.approvals.tests.cast import NOW, draft
from keytally.core import events
from keytally.core import services as core
from keytally.core.clock import business_date
from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.people.events import HolderChanged
from keytally.people.models import Holding
from keytally.people.services.changes import answer_access
from keytally.people.services.holders import appoint, relieve
from keytally.worklist.models import WorkItem

TODAY = business_date(NOW)
LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def subscribed():
    events.subscribe(HolderChanged, services.reroute_changed)
    events.subscribe(events.AccessChanged, answer_access)
    events.subscribe(events.AccessChanged, services.reroute_access)


def ask(company, kind="spend_request", amount="15000", **facts):
    return services.start(kind, draft=draft(company, amount, **facts), by=company["REP"], now=NOW)


def waiting(company, now=LATER):
    return {role for role in company.people if inbox.waiting_count(company[role], now=now)}


def leave(company, role, on=TODAY, now=LATER):
    holding = Holding.objects.get(person=company[role])
    relieve(holding, ends_before=on, by=company.admin, now=now, reason="调岗")


def join(company, role, person, on=TODAY, now=LATER):
    appoint(company[person], position=company.positions[role], starts_on=on, by=company.admin, now=now)


def test_who_leaves_a_position_leaves_its_open_decisions_to_the_next(company):
    ask(company)
    leave(company, "RKM")
    assert waiting(company) == {"RM"}
    join(company, "RKM", "CM")
    assert waiting(company) == {"CM"}
    assert AuditEntry.objects.filter(action="approval.reroute").count() == 2


def test_today_shows_it_to_the_next_and_not_to_the_last(company):
    ask(company)
    leave(company, "RKM")
    found = WorkItem.objects.filter(kind="approval", state="OPEN").select_related("owner")
    assert [item.owner for item in found] == [company["RM"]]


def may_log_in(company, role, *, is_active):
    person = company[role]
    facts = {"name": person.name, "email": person.email, "is_active": is_active}
    core.change_person(person, **facts, by=company.admin, now=LATER, reason="离职")


def give_roles(company, role, roles):
    core.set_roles(company[role], roles=roles, by=company.admin, now=LATER, reason="换岗")


def test_who_has_no_role_or_only_audits_is_asked_for_nothing_and_again_with_a_role(company):
    ask(company)
    give_roles(company, "RKM", [])
    assert waiting(company) == {"RM"}
    give_roles(company, "RKM", [Role.AUDITOR])
    assert waiting(company) == {"RM"}
    give_roles(company, "RKM", [Role.AUDITOR, Role.REGION_MANAGER])
    assert waiting(company) == {"RKM"}


def test_who_may_log_in_no_longer_decides_nothing_though_nobody_ended_their_position(company):
    ask(company)
    may_log_in(company, "RKM", is_active=False)
    assert waiting(company) == {"RM"}
    may_log_in(company, "RM", is_active=False)
    assert waiting(company) == {"NKM"}
    assert not WorkItem.objects.filter(state="OPEN", owner__is_active=False).exists()
    may_log_in(company, "RKM", is_active=True)
    assert waiting(company) == {"RKM"}


def test_nobody_is_asked_who_may_not_log_in(company):
    may_log_in(company, "RKM", is_active=False)
    ask(company)
    assert waiting(company) == {"RM"}


def test_the_deadline_stays_where_it_was(company):
    request = ask(company)
    due = request.steps.get().due_at
    leave(company, "RKM")
    assert request.steps.get(state="OPEN").due_at == due


def test_decisions_that_were_made_stand(company):
    ask(company, "credit_application", "1000", tier="C")
    for role, outcome in (("AR", "DONE"), ("AKM", "APPROVED"), ("RKM", "APPROVED")):
        slot = inbox.waiting_slots(company[role], now=LATER).get()
        services.decide(slot.pk, outcome=outcome, by=company[role], now=LATER)
    leave(company, "RKM")
    leave(company, "FS")
    assert waiting(company) == {"FD"}
    made = Slot.objects.exclude(outcome="").values_list("step__code", "decided_by__name")
    assert {("CL-4a", "孔明"), ("CL-7", "吕芳")} <= set(made)
    slot = inbox.waiting_slots(company["FD"], now=LATER).get()
    services.decide(slot.pk, outcome="APPROVED", by=company["FD"], now=LATER)
    assert waiting(company) == {"GM"}


def test_a_change_that_comes_later_waits_for_its_day(company):
    ask(company)
    leave(company, "RKM", on=TODAY + timedelta(days=2))
    assert waiting(company) == {"RKM"}
    services.reroute_all(NOW + timedelta(days=1))
    assert waiting(company, NOW + timedelta(days=1)) == {"RKM"}
    assert services.reroute_all(NOW + timedelta(days=2)) == 1
    assert waiting(company, NOW + timedelta(days=2)) == {"RM"}
    assert services.reroute_all(NOW + timedelta(days=2)) == 0


def test_a_requester_who_is_promoted_over_the_decider_does_not_decide(company):
    ask(company)
    join(company, "RKM", "REP")
    assert waiting(company) == {"RKM"}
    assert not inbox.waiting_slots(company["REP"], now=LATER).exists()


def test_where_nobody_could_decide_it_stays_and_the_audit_says_so(company):
    request = ask(company, "write_off", "9000")
    leave(company, "GM")
    request.refresh_from_db()
    assert request.state == "RUNNING"
    assert Slot.objects.get().seats.get().person == company["GM"]
    assert AuditEntry.objects.filter(action="approval.reroute_failed").count() == 1


def test_nothing_changes_where_nothing_changed(company):
    request = ask(company)
    before = list(Slot.objects.values())
    assert services.reroute(request.pk, now=LATER) is False
    assert list(Slot.objects.values()) == before
