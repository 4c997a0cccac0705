from datetime import timedelta

import pytest

from keytally.core.models import AuditEntry
from keytally.core.subjects import Subject
from keytally.worklist import queries, services
from keytally.worklist.models import WorkItem

from .conftest import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def sentences(person, now=NOW):
    return [waiting.sentence for waiting in queries.items_of(person, now=now)]


def test_what_is_opened_waits_for_its_owner_alone(give, lina, wang):
    give(lina)
    assert sentences(lina) == ["Decide on a credit limit"]
    assert sentences(wang) == []


def test_opening_it_again_brings_it_up_to_date_and_adds_nothing(give, lina):
    first = give(lina)
    again = give(lina, deadline=NOW + HOUR, title="a higher limit")
    assert again.pk == first.pk
    assert WorkItem.objects.count() == 1
    assert sentences(lina) == ["Decide on a higher limit"]
    assert again.deadline == NOW + HOUR
    assert again.opened_at == NOW


def test_what_is_done_waits_no_more_and_may_come_again(give, lina):
    give(lina)
    assert services.close_item(kind="decision", subject=Subject("request", 1), now=NOW, by=lina) == 1
    assert services.close_item(kind="decision", subject=Subject("request", 1), now=NOW, by=lina) == 0
    assert sentences(lina) == []
    give(lina, now=NOW + HOUR)
    assert WorkItem.objects.filter(state="OPEN").count() == 1
    assert WorkItem.objects.filter(state="DONE", ended_by=lina).count() == 1


def test_a_decision_by_one_of_two_ends_it_for_both_or_for_one(give, lina, wang):
    give(lina)
    give(wang)
    services.close_item(kind="decision", subject=Subject("request", 1), owner=lina, now=NOW)
    assert (sentences(lina), len(sentences(wang))) == ([], 1)
    services.close_item(kind="decision", subject=Subject("request", 1), now=NOW, state=WorkItem.State.DROPPED)
    assert sentences(wang) == []


def test_it_goes_to_another_person_with_its_deadline(give, lina, wang):
    item = give(lina, deadline=NOW + HOUR)
    moved = services.reassign(item.pk, to=wang, by=lina, now=NOW, reason="on leave")
    assert (sentences(lina), sentences(wang)) == ([], ["Decide on a credit limit"])
    assert moved.deadline == NOW + HOUR
    entry = AuditEntry.objects.get(action="work_item.reassign")
    assert (entry.before, entry.after, entry.reason) == ({"owner": lina.pk}, {"owner": wang.pk}, "on leave")
    with pytest.raises(services.UnableToReassign):
        services.reassign(item.pk, to=lina, by=wang, now=NOW, reason="back")


def test_going_to_someone_who_has_it_already_leaves_one(give, lina, wang):
    item = give(lina)
    give(wang)
    services.reassign(item.pk, to=wang, by=lina, now=NOW, reason="on leave")
    assert len(sentences(wang)) == 1


def test_what_is_put_off_comes_back(give, lina):
    item = give(lina)
    services.snooze(item.pk, until=NOW + HOUR, by=lina, now=NOW)
    assert sentences(lina) == []
    assert [until for _waiting, until in queries.snoozed_of(lina, now=NOW)] == [NOW + HOUR]
    assert len(sentences(lina, now=NOW + HOUR)) == 1


def test_it_is_never_put_off_past_its_deadline(give, lina):
    item = give(lina, deadline=NOW + HOUR)
    with pytest.raises(services.UnableToSnooze, match="AFTER_DEADLINE"):
        services.snooze(item.pk, until=NOW + HOUR, by=lina, now=NOW)
    with pytest.raises(services.UnableToSnooze, match="NOT_LATER"):
        services.snooze(item.pk, until=NOW, by=lina, now=NOW)


def test_a_deadline_that_comes_nearer_brings_it_back(give, lina):
    item = give(lina)
    services.snooze(item.pk, until=NOW + 5 * HOUR, by=lina, now=NOW)
    give(lina, deadline=NOW + HOUR)
    assert len(sentences(lina, now=NOW + 2 * HOUR)) == 1


def test_nobody_puts_off_what_waits_for_another(give, lina, wang):
    item = give(lina)
    with pytest.raises(services.UnableToSnooze, match="NOT_OPEN"):
        services.snooze(item.pk, until=NOW + HOUR, by=wang, now=NOW)
    services.snooze(item.pk, until=NOW + HOUR, by=lina, now=NOW)
    assert services.wake(item.pk, by=wang) == 0
    assert services.wake(item.pk, by=lina) == 1
    assert len(sentences(lina)) == 1


def test_who_still_has_to_do_something_about_a_subject(give, lina, wang):
    give(lina, deadline=NOW + 2 * HOUR)
    give(wang, deadline=NOW + HOUR)
    about = queries.open_items_about(Subject("request", 1))
    assert [item.owner for item in about] == [wang, lina]


def test_it_counts_what_waits_and_what_is_late(give, lina):
    give(lina, number=1, deadline=NOW - HOUR)
    give(lina, number=2, deadline=NOW + HOUR)
    snoozed = give(lina, number=3)
    services.snooze(snoozed.pk, until=NOW + HOUR, by=lina, now=NOW)
    assert queries.count_of(lina, now=NOW) == {"open": 2, "late": 1}
