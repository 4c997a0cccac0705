"""S13: what an account needs of another department waits for whoever sees to it until it is answered."""

from datetime import timedelta

import pytest

from keytally.accounts.labels import Department, MatterState
from keytally.accounts.models import CoordinationMatter
from keytally.accounts.queries.dependents import dependents_of
from keytally.accounts.queries.pages import matters
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.services.coordination import RAISED, Matter, answer_matter, raise_matter
from keytally.core.belongings import belonging_kind
from keytally.worklist.queries import items_of

from .conftest import NOW, TODAY

LATER = Matter(Department.LOGISTICS, "送货提前到十点前", due_on=TODAY + timedelta(days=5))


def raised(cast, *, by, owner, matter=LATER):
    return raise_matter(cast.chain, matter=matter, owner=owner, by=by, on=TODAY, now=NOW)


def test_a_matter_waits_for_whoever_sees_to_it_until_it_is_answered(cast, director, rep):
    given = raised(cast, by=rep, owner=director)
    (waiting,) = waiting_for(director)
    assert "送货提前到十点前" in str(waiting.sentence)
    answer_matter(given, state=MatterState.SOLVED, answer="早班车", by=director, on=TODAY, now=NOW)
    assert waiting_for(director) == []
    (kept,) = matters(cast.chain)
    assert (kept.state, kept.answer, kept.answered_on) == ("SOLVED", "早班车", TODAY)


def test_open_matters_come_before_the_answered_ones(cast, director, rep):
    first = raised(cast, by=rep, owner=director)
    second = raised(cast, by=rep, owner=director, matter=Matter(Department.FINANCE, "发票清单", LATER.due_on))
    answer_matter(first, state=MatterState.DECLINED, answer="不可行", by=director, on=TODAY, now=NOW)
    assert [one.pk for one in matters(cast.chain)] == [second.pk, first.pk]


def waiting_for(person):
    return [item for item in items_of(person, now=NOW) if item.kind.code == RAISED]


@pytest.mark.parametrize(
    ("matter", "code"),
    [
        (Matter(Department.SALES, "  ", due_on=TODAY), "REASON_MISSING"),
        (Matter(Department.SALES, "x", due_on=TODAY - timedelta(days=1)), "MATTER_DUE_BEFORE"),
    ],
)
def test_a_matter_without_words_or_due_before_it_is_raised_is_refused(cast, rep, matter, code):
    with pytest.raises(UnableToKeepAccount) as refusal:
        raised(cast, by=rep, owner=rep, matter=matter)
    assert [found for found, _facts in refusal.value.reasons] == [code]
    assert matters(cast.chain) == [] == waiting_for(rep)


def test_an_answer_is_given_once_and_with_words(cast, director, rep):
    given = raised(cast, by=rep, owner=director)
    with pytest.raises(UnableToKeepAccount):
        answer_matter(given, state=MatterState.SOLVED, answer=" ", by=director, on=TODAY, now=NOW)
    answer_matter(given, state=MatterState.SOLVED, answer="ok", by=director, on=TODAY, now=NOW)
    with pytest.raises(UnableToKeepAccount):
        answer_matter(given, state=MatterState.DECLINED, answer="no", by=director, on=TODAY, now=NOW)
    assert matters(cast.chain)[0].answer == "ok"


def test_an_open_matter_passes_over_with_its_owner_and_keeps_an_import_from_being_undone(cast, director, rep):
    given = raised(cast, by=rep, owner=rep)
    held = belonging_kind("matters")
    assert [one.id for one in held.held_by(rep)] == [given.pk]
    held.move([given.pk], giver=rep, receiver=director, by=director, now=NOW)
    given.refresh_from_db()
    assert given.owner == director
    assert CoordinationMatter._meta.verbose_name_plural in dependents_of([cast.chain.pk])


def test_it_is_raised_and_answered_on_the_page_of_the_account(cast, client, director):
    client.force_login(director)
    said = {"department": "FINANCE", "matter": "发票清单每月五日前", "due_on": "2030-01-05", "owner": director.pk}
    assert client.post(f"/accounts/{cast.chain.pk}/relate/matter/", said).status_code == 302
    (kept,) = matters(cast.chain)
    assert "发票清单每月五日前" in client.get(f"/accounts/{cast.chain.pk}/").content.decode()
    answered = client.post(f"/accounts/matters/{kept.pk}/", {"state": "SOLVED", "answer": "已安排"})
    assert answered.status_code == 302
    assert "已安排" in client.get(f"/accounts/{cast.chain.pk}/").content.decode()
