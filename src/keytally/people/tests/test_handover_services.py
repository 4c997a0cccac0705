from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from keytally.core.belongings import Belonging, BelongingKind, belonging_kinds, forget_belonging, register_belonging
from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.core.subjects import Subject
from keytally.people.models import Handover, HandoverItem, Holding
from keytally.people.queries import handover as queries
from keytally.people.rules.handover import Key
from keytally.people.services import handover as services
from keytally.people.services.handover import UnableToHandOver
from keytally.people.work import handovers_to_confirm
from keytally.reconciliation.models import Reconciliation
from keytally.worklist.models import WorkItem
from keytally.worklist.services import open_item

from .conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


class Shelf:
    """Things that lie somewhere for somebody: what a capability keeps, without its tables."""

    def __init__(self, kind):
        self.kind, self.owners = kind, {}

    def held_by(self, person):
        return [
            Belonging(number, f"{self.kind} {number}")
            for number in sorted(self.owners)
            if self.owners[number] == person.pk
        ]

    def move(self, ids, /, *, giver, receiver, by, now):
        for number in ids:
            assert self.owners[number] == giver.pk
            self.owners[number] = receiver.pk


@pytest.fixture
def shelf():
    known = Shelf("promise")
    register_belonging(BelongingKind("promise", label="Promises", held_by=known.held_by, move=known.move))
    yield known
    forget_belonging("promise")


@pytest.fixture
def rep(company):
    return company.people["rep"]


@pytest.fixture
def rep2(company):
    return company.people["rep2"]


def work(owner, number=1):
    return open_item(
        kind="case",
        subject=Subject("x", number),
        owner=owner,
        deadline=None,
        reason_code="DO",
        parameters={"title": f"案{number}"},
        now=NOW,
    )


def propose(giver, receiver, *, chosen=None, ends_access=False, by=None, reason="moves to Suzhou"):
    return services.propose_handover(
        giver=giver,
        receiver=receiver,
        chosen=chosen,
        ends_access=ends_access,
        by=by or giver,
        now=NOW,
        reason=reason,
    )


def confirm(handover, *, by, remarks=None, fingerprint=None, **said):
    if fingerprint is None:
        _rows, found = queries.item_rows(handover)
        fingerprint = found.fingerprint
    return services.confirm_handover(
        handover.pk, fingerprint=fingerprint, by=by, now=NOW, remarks=remarks or {}, **said
    )


def refusals(call, *args, **kwargs):
    with pytest.raises(UnableToHandOver) as refusal:
        call(*args, **kwargs)
    return refusal.value.args


def reconciliation(owner):
    from keytally.imports.services import open_batch

    return Reconciliation.objects.create(
        name="六月对账",
        owner=owner,
        created_at=NOW,
        changed_at=NOW,
        ours=open_batch(owner=owner, now=NOW),
        theirs=open_batch(owner=owner, now=NOW),
    )


def test_nothing_moves_before_the_receiver_confirms_and_then_everything_does(rep, rep2, shelf):
    shelf.owners = {1: rep.pk, 2: rep.pk, 3: rep2.pk}
    item, found = work(rep), reconciliation(rep)
    handover = propose(rep, rep2)
    assert WorkItem.objects.get(pk=item.pk).owner == rep
    assert [waiting.parameters["giver"] for waiting in handovers_to_confirm(rep2, NOW)] == ["REP"]
    confirm(handover, by=rep2, remarks={Key("promise", 1): "seen on the shelf"}, answer="received")
    assert shelf.owners == {1: rep2.pk, 2: rep2.pk, 3: rep2.pk}
    assert WorkItem.objects.get(state="OPEN").owner == rep2
    assert Reconciliation.objects.get(pk=found.pk).owner == rep2
    assert queries.holds(rep) == []
    assert set(handover.items.values_list("outcome", flat=True)) == {"MOVED"}
    assert handover.items.get(kind="promise", thing_id=1).remark == "seen on the shelf"
    assert list(handovers_to_confirm(rep2, NOW)) == []
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"handover.propose", "handover.confirmed", "work_item.reassign", "reconciliation.hand_over"} <= actions


@pytest.mark.parametrize("act", ["withdraw_handover", "refuse_handover"])
def test_until_it_is_confirmed_it_is_undone_and_nothing_has_moved(rep, rep2, shelf, act):
    shelf.owners = {1: rep.pk}
    handover = propose(rep, rep2)
    by = rep if act == "withdraw_handover" else rep2
    getattr(services, act)(handover.pk, by=by, now=NOW, reason="not now")
    assert shelf.owners == {1: rep.pk}
    said = {"by": rep2, "now": NOW, "fingerprint": "", "remarks": {}}
    assert refusals(services.confirm_handover, handover.pk, **said) in [("IS_WITHDRAWN",), ("IS_REFUSED",)]
    assert propose(rep, rep2).state == "PROPOSED"


def test_once_confirmed_it_cannot_be_taken_back_or_repeated(rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    handover = propose(rep, rep2)
    confirm(handover, by=rep2)
    for call in (services.withdraw_handover, services.refuse_handover):
        assert refusals(call, handover.pk, by=rep2, now=NOW, reason="") == ("IS_CONFIRMED",)
    again = {"by": rep2, "now": NOW, "fingerprint": "", "remarks": {}}
    assert refusals(services.confirm_handover, handover.pk, **again) == ("IS_CONFIRMED",)


def test_what_appears_in_between_is_seen_before_it_moves(rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    handover = propose(rep, rep2)
    _rows, seen = queries.item_rows(handover)
    shelf.owners[2] = rep.pk
    assert refusals(confirm, handover, by=rep2, fingerprint=seen.fingerprint) == ("LIST_CHANGED",)
    assert shelf.owners == {1: rep.pk, 2: rep.pk}
    rows, _found = queries.item_rows(handover)
    assert [(row.label, row.has_appeared) for row in rows] == [("promise 1", False), ("promise 2", True)]
    confirm(handover, by=rep2)
    assert shelf.owners == {1: rep2.pk, 2: rep2.pk}
    assert handover.items.get(thing_id=2).has_appeared


def test_what_is_gone_in_between_is_shown_as_gone(rep, rep2, shelf):
    shelf.owners = {1: rep.pk, 2: rep.pk}
    handover = propose(rep, rep2)
    del shelf.owners[2]
    rows, _found = queries.item_rows(handover)
    assert [(row.label, row.is_gone) for row in rows] == [("promise 1", False), ("promise 2", True)]
    confirm(handover, by=rep2)
    assert list(handover.items.order_by("thing_id").values_list("outcome", flat=True)) == ["MOVED", "GONE"]


def test_chosen_things_go_and_the_rest_stays_in_sight(rep, rep2, shelf):
    shelf.owners = {1: rep.pk, 2: rep.pk}
    handover = propose(rep, rep2, chosen={Key("promise", 2)})
    shelf.owners[3] = rep.pk
    _rows, found = queries.item_rows(handover)
    assert [key.id for key in found.stays] == [1, 3]
    confirm(handover, by=rep2)
    assert shelf.owners == {1: rep.pk, 2: rep2.pk, 3: rep.pk}


def test_a_leaver_is_out_and_holds_no_position_from_tomorrow(company, rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    handover = propose(rep, rep2, ends_access=True, by=company.admin, reason="leaves us")
    confirm(handover, by=rep2)
    rep.refresh_from_db()
    assert not rep.is_active
    assert Holding.objects.get(person=rep).ends_before.isoformat() == "2026-06-02"
    assert queries.leavers_with_belongings() == []
    shelf.owners[9] = rep.pk
    ((person, groups),) = queries.leavers_with_belongings()
    assert (person, [thing.id for thing in groups[0].things]) == (rep, [9])


def test_a_leaver_keeps_access_while_another_handover_is_open(company, rep, rep2, shelf):
    shelf.owners = {1: rep.pk, 2: rep.pk}
    part = propose(rep, company.people["ass"], chosen={Key("promise", 1)})
    rest = propose(rep, rep2, ends_access=True, by=company.admin)
    assert refusals(confirm, rest, by=rep2) == ("ANOTHER_IS_OPEN",)
    confirm(part, by=company.people["ass"])
    confirm(rest, by=rep2)
    assert shelf.owners == {1: company.people["ass"].pk, 2: rep2.pk}


def test_the_last_administrator_does_not_leave_and_nothing_moves(company, rep, shelf):
    shelf.owners = {1: company.admin.pk}
    handover = propose(company.admin, rep, ends_access=True)
    assert refusals(confirm, handover, by=rep) == ("LAST_ADMINISTRATOR",)
    assert Handover.objects.get().state == "PROPOSED"
    company.admin.refresh_from_db()
    assert company.admin.is_active


def test_only_the_receiver_confirms_or_refuses(company, rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    handover = propose(rep, rep2)
    for person in (rep, company.admin, company.people["am"]):
        assert refusals(confirm, handover, by=person) == ("NOT_THE_RECEIVER",)
        assert refusals(services.refuse_handover, handover.pk, by=person, now=NOW, reason="") == ("NOT_THE_RECEIVER",)
    assert shelf.owners == {1: rep.pk}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"receiver": "rep"}, ("SAME_PERSON",)),
        ({"chosen": set()}, ("NOTHING_CHOSEN",)),
        ({"chosen": {Key("promise", 99)}}, ("NOTHING_CHOSEN",)),
        ({"chosen": {Key("promise", 1)}, "ends_access": True}, ("LEAVER_KEEPS_SOMETHING",)),
    ],
)
def test_a_proposal_without_sense_is_refused(company, rep, shelf, said, found):
    shelf.owners = {1: rep.pk}
    receiver = company.people[said.pop("receiver", "rep2")]
    assert refusals(propose, rep, receiver, **said) == found
    assert not Handover.objects.exists()


def test_everything_is_proposed_once(rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    propose(rep, rep2)
    assert refusals(propose, rep, rep2) == ("EVERYTHING_PROPOSED_ALREADY",)


def test_what_a_capability_fails_to_move_moves_nothing(rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    item = work(rep)
    shelf.move = lambda ids, /, **_said: None
    register_belonging(BelongingKind("promise", label="Promises", held_by=shelf.held_by, move=shelf.move))
    handover = propose(rep, rep2)
    assert refusals(confirm, handover, by=rep2) == ("NOT_MOVED", "promise")
    assert WorkItem.objects.get().owner == rep
    assert WorkItem.objects.get().pk == item.pk
    assert not HandoverItem.objects.exclude(outcome="WAITING").exists()


def test_who_may_hand_over_whose_things(company, rep):
    def givers(name):
        person = company.people.get(name, company.admin)
        return {giver.username for giver in queries.givers(person, as_of=TODAY)}

    assert givers("rep") == {"rep"}
    assert "rep" in givers("rkm") or givers("rkm") == {"rkm"}
    assert len(givers("admin")) == 11


def test_handovers_are_seen_by_those_in_them_and_those_above(company, rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    propose(rep, rep2)

    def sees(name):
        person = company.people.get(name, company.admin)
        return queries.visible_handovers(person, TODAY).exists()

    assert [sees(name) for name in ("rep", "rep2", "admin", "sd")] == [True, True, True, True]
    assert not sees("rm")


def test_its_labels_are_kept_in_both_languages(rep, rep2):
    work(rep)
    item = propose(rep, rep2).items.get()
    assert (item.label_zh, item.label_en) == ("case: 案1", "case: 案1")


def test_work_and_reconciliations_are_registered():
    assert {"work_item", "reconciliation"} <= {kind.kind for kind in belonging_kinds()}


class Conservation(TestCase):
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(
        st.dictionaries(st.integers(1, 8), st.sampled_from(["giver", "receiver", "other"]), max_size=8),
        st.dictionaries(st.integers(1, 12), st.sampled_from(["giver", "other", "gone"]), max_size=6),
        st.sets(st.integers(1, 8)) | st.none(),
    )
    def test_nothing_is_lost_whatever_happens_in_between(self, before, between, chosen):
        known = Shelf("thing")
        register_belonging(BelongingKind("thing", label="Things", held_by=known.held_by, move=known.move))
        self.addCleanup(forget_belonging, "thing")
        people = {
            name: add_person(name, name=name, password=None, roles=[Role.SALES_REP], by=None, now=NOW)
            for name in ("giver", "receiver", "other")
        }
        known.owners = {number: people[name].pk for number, name in before.items()}
        keys = None if chosen is None else {Key("thing", number) for number in chosen}
        try:
            handover = propose(people["giver"], people["receiver"], chosen=keys)
        except UnableToHandOver:
            return
        for number, name in between.items():
            known.owners.pop(number, None)
            if name != "gone":
                known.owners[number] = people[name].pk
        expected = dict(known.owners)
        _rows, found = queries.item_rows(handover)
        confirm(handover, by=people["receiver"])
        giver = people["giver"].pk
        assert set(known.owners) == set(expected)
        moved = {number for number in expected if known.owners[number] != expected[number]}
        assert moved == {key.id for key in found.moves}
        assert all(expected[number] == giver for number in moved)
        assert {number for number in known.owners if known.owners[number] == giver} == {key.id for key in found.stays}
        kept = HandoverItem.objects.filter(handover=handover)
        assert set(kept.filter(outcome="MOVED").values_list("thing_id", flat=True)) == moved
        assert not kept.filter(outcome="WAITING").exists()


def test_the_page_of_what_one_holds_asks_once_a_kind(rep, django_assert_num_queries):
    for number in range(5):
        work(rep, number)
        reconciliation(rep)
    with django_assert_num_queries(len(belonging_kinds())):
        assert len(queries.held(rep)) == 10


def test_it_is_written_down_when(rep, rep2, shelf):
    shelf.owners = {1: rep.pk}
    handover = confirm(propose(rep, rep2), by=rep2)
    assert handover.decided_at == datetime(2026, 6, 1, 2, tzinfo=UTC)
