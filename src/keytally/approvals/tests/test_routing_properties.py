"""What holds for every route, whatever the organisation, the vacancies, the requester and the amount."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from keytally.approvals.rules.routing import Question, route
from keytally.approvals.rules.standing import Step, acts_for, standing_in
from keytally.approvals.rules.workflow import Mode
from keytally.approvals.tests import definitions
from keytally.approvals.tests.definitions import NOW, PERSON, PLACES, POSITION
from keytally.kernel.money import Money
from keytally.people.rules.organisation import DelegationRecord, HoldingRecord, organise

ROLES = sorted(PLACES)
FACTS = st.fixed_dictionaries(
    {
        "tier": st.sampled_from("ABC"),
        "over_budget": st.booleans(),
        "urgent": st.booleans(),
        "days_overdue": st.integers(0, 30),
        "points_above": st.integers(0, 3),
        "price": st.sampled_from(["GUIDE", "FLOOR", "LOW"]),
    }
)
PEOPLE = st.integers(101, 118)
FAR = NOW.replace(year=2030)


@st.composite
def organisations(draw, *, with_gm=False):
    """Anybody may hold anything: vacancies, people with several positions, positions with several people."""
    held = draw(st.lists(st.tuples(st.sampled_from(ROLES), PEOPLE), max_size=25, unique=True))
    if with_gm:
        held = [("GM", 150), *held]
    away = draw(st.lists(st.tuples(PEOPLE, PEOPLE).filter(lambda pair: pair[0] != pair[1]), max_size=4, unique=True))
    return held, away


def built(records, *, shuffle=None):
    held, away = records
    base = definitions.company(without=ROLES)
    plain = definitions.company()
    lines, positions = [], list(base.positions.values())
    from keytally.people.rules.organisation import LineKind, LineRecord

    for role, (_unit, solid, dotted) in PLACES.items():
        lines += [LineRecord(POSITION[role], POSITION[solid], LineKind.SOLID)] if solid else []
        lines += [LineRecord(POSITION[role], POSITION[dotted], LineKind.DOTTED)] if dotted else []
    holdings = [HoldingRecord(POSITION[role], person) for role, person in held]
    delegations = [DelegationRecord(person, delegate, NOW, FAR) for person, delegate in away]
    units = list(plain.units.values())
    for records in (lines, positions, holdings, delegations, units):
        if shuffle:
            shuffle.shuffle(records)
    return organise(
        units=units,
        positions=positions,
        lines=lines,
        holdings=holdings,
        delegations=delegations,
        groups=definitions.GROUPS,
    )


def asked(data, organisation, held, workflow, *, minor=None, requester=None, facts=None):
    by = requester or data.draw(st.sampled_from(sorted({person for _role, person in held if person != 150})))
    position = data.draw(st.sampled_from(organisation.positions_of(by)), label="position")
    about = data.draw(st.sampled_from(sorted(POSITION.values())), label="about")
    facts = facts or data.draw(FACTS)
    amount = Money(minor or data.draw(st.integers(1, 300_000_000)), "CNY")
    return Question(by, position, about, amount, {key: facts[key] for key in facts})


def some_requester(held):
    return any(person != 150 for _role, person in held)


WORKFLOWS = st.sampled_from(definitions.EVERY)


@given(data=st.data(), records=organisations(with_gm=True), workflow=WORKFLOWS)
@settings(max_examples=300, deadline=None)
def test_no_route_ends_with_nobody_while_there_is_a_general_manager(data, records, workflow):
    if not some_requester(records[0]):
        return
    organisation = built(records)
    question = asked(data, organisation, records[0], workflow)
    if 150 in organisation.subtree(question.requester):
        return  # a report cannot decide: a general manager by a second position reports to the requester
    found = route(workflow, question, organisation=organisation)
    assert found.stands, found.refusals
    assert found.decisions
    assert all(slot.people for step in found.steps for slot in step.slots)


@given(data=st.data(), records=organisations(), workflow=WORKFLOWS)
@settings(max_examples=300, deadline=None)
def test_a_route_without_anybody_is_refused_with_the_step(data, records, workflow):
    if not some_requester(records[0]):
        return
    organisation = built(records)
    found = route(workflow, asked(data, organisation, records[0], workflow), organisation=organisation)
    if found.stands:
        assert found.decisions
        assert all(slot.people for step in found.steps for slot in step.slots)
    else:
        assert {reason.code for reason in found.refusals} == {"NOBODY_DECIDES"}
        assert found.steps == ()


@given(data=st.data(), records=organisations(with_gm=True), workflow=WORKFLOWS)
@settings(max_examples=300, deadline=None)
def test_nobody_decides_their_own_request(data, records, workflow):
    if not some_requester(records[0]):
        return
    organisation = built(records)
    question = asked(data, organisation, records[0], workflow)
    below = organisation.subtree(question.requester)
    found = route(workflow, question, organisation=organisation)
    for slot in found.decisions:
        assert not below & set(slot.people)
        step = Step(slot.people, Mode.DECIDE, question.requester)
        assert not below & set(standing_in(step, organisation=organisation, at=NOW))
        assert acts_for(step, question.requester, organisation=organisation, at=NOW) is None


@given(data=st.data(), records=organisations(with_gm=True), workflow=WORKFLOWS)
@settings(max_examples=300, deadline=None)
def test_a_larger_amount_never_goes_lower(data, records, workflow):
    if not some_requester(records[0]):
        return
    organisation = built(records)
    smaller = asked(data, organisation, records[0], workflow)
    more = smaller.amount.minor + data.draw(st.integers(0, 300_000_000), label="more")
    larger = Question(smaller.requester, smaller.position, smaller.subject_position, Money(more, "CNY"), smaller.facts)
    low, high = (route(workflow, question, organisation=organisation) for question in (smaller, larger))
    if low.stands and high.stands:
        assert max(slot.authority for slot in low.decisions) <= max(slot.authority for slot in high.decisions)
    assert (low.level or 0) <= (high.level or 0)


@given(data=st.data(), records=organisations(with_gm=True), workflow=WORKFLOWS, seed=st.integers(0, 99))
@settings(max_examples=200, deadline=None)
def test_the_same_question_has_the_same_route_however_the_records_come(data, records, workflow, seed):
    if not some_requester(records[0]):
        return
    organisation = built(records)
    question = asked(data, organisation, records[0], workflow)
    found = route(workflow, question, organisation=organisation)
    assert found == route(workflow, question, organisation=organisation)
    assert found == route(workflow, question, organisation=built(records, shuffle=random.Random(seed)))


def test_people_of_one_company_have_distinct_numbers():
    assert len(set(PERSON.values())) == len(PERSON)
