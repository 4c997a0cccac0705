"""Entries keep every version, questions run against a clock, value given is never lost."""

from datetime import UTC, datetime, timedelta

import pytest

from keytally.core.models import AuditEntry, OutgoingMail
from keytally.core.roles import Role
from keytally.playbook import queries
from keytally.playbook.labels import ValueKind
from keytally.playbook.models import EntryVersion, PlaybookEntry, SupportQuestion
from keytally.playbook.queries.entries import Wanted, content_of, filtered
from keytally.playbook.queries.support import visible_to as visible_questions
from keytally.playbook.queries.value import years_of
from keytally.playbook.refusals import UnableToKeepEntry
from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import EntryKind, Outcome, Text
from keytally.playbook.rules.tags import Axis
from keytally.playbook.services import entries, support, value
from keytally.playbook.services.escalating import escalate_due
from keytally.worklist.models import WorkItem

from .conftest import NOW, TODAY, person, write

TRADE, GAP = (Axis.TACTIC, "TRADE"), (Axis.DIFFICULTY, "WIDE_GAP")
LATER = NOW + timedelta(minutes=5)


def titles(who, text, **wanted):
    return {entry.title_zh or entry.title_en for entry in filtered(who, Wanted(text=text, **wanted), as_of=TODAY)}


def changed(entry, **facts):
    kept = content_of(PlaybookEntry.objects.get(pk=entry.pk))
    return type(kept)(**{**{name: getattr(kept, name) for name in kept.__slots__}, **facts})


@pytest.mark.parametrize("text", ["账期", "压力", "zhangqi", "zqh", "display", "disp", "饮料", "yinliao", "端架 压力"])
def test_two_characters_pinyin_and_either_language_find_an_entry(rep, text):
    write(rep, en="Days for display", tags=[(Axis.CATEGORY, "饮料")])
    write(rep, zh="别的", body="无关")
    assert titles(rep, text) == {"账期换端架"}


@pytest.mark.parametrize("text", ["账'期", 'a"b', "(", "账:*", "!", "a & b", "\\", "🙂", "NEAR(账)"])
def test_no_text_breaks_the_index(rep, text):
    write(rep)
    titles(rep, text)


def test_a_change_is_a_version_and_is_found_by_its_new_words_only(rep):
    entry = write(rep)
    entries.change_entry(
        entry.pk, changed(entry, title=Text("返利换堆头")), seen_number=1, by=rep, now=LATER, reason="clearer"
    )
    assert titles(rep, "堆头") == {"返利换堆头"}
    assert titles(rep, "账期") == set()
    assert list(entry.versions.values_list("number", "content__title_zh")) == [(2, "返利换堆头"), (1, "账期换端架")]
    entries.restore_version(entry.pk, version=1, by=rep, now=LATER)
    assert titles(rep, "账期") == {"账期换端架"}
    assert EntryVersion.objects.filter(entry=entry).count() == 3


def test_two_people_at_once_do_not_overwrite_each_other(rep, manager):
    entry = write(rep)
    entries.change_entry(entry.pk, changed(entry, body=Text("先到")), seen_number=1, by=manager, now=LATER)
    with pytest.raises(UnableToKeepEntry, match="CHANGED_MEANWHILE"):
        entries.change_entry(entry.pk, changed(entry, body=Text("后到")), seen_number=1, by=rep, now=LATER)
    with pytest.raises(UnableToKeepEntry, match="NOTHING_CHANGED"):
        entries.change_entry(entry.pk, changed(entry), seen_number=2, by=rep, now=LATER)


def test_nothing_is_kept_of_an_entry_that_is_refused(rep):
    with pytest.raises(UnableToKeepEntry) as refusal:
        write(rep, kind=EntryKind.CASE, body=" ")
    assert refusal.value.codes == ("BODY_MISSING", "OUTCOME_MISSING")
    assert not PlaybookEntry.objects.exists() and not AuditEntry.objects.filter(action="playbook.add").exists()


def test_the_same_form_sent_twice_keeps_one(rep):
    content = changed(write(rep), title=Text("两次"))
    first = entries.add_entry(content, by=rep, now=NOW, key="k")
    assert entries.add_entry(content, by=rep, now=LATER, key="k") == first


def test_what_is_retired_is_neither_offered_nor_lost(rep):
    entry = write(rep, tags=[TRADE])
    with pytest.raises(UnableToKeepEntry, match="REASON_MISSING"):
        entries.retire_entry(entry.pk, is_retired=True, by=rep, now=NOW, reason=" ")
    entries.retire_entry(entry.pk, is_retired=True, by=rep, now=NOW, reason="out of date")
    assert queries.suggestions(rep, as_of=TODAY, tactics=["TRADE"]) == []
    assert titles(rep, "", state="RETIRED") == {"账期换端架"}
    entries.retire_entry(entry.pk, is_retired=False, by=rep, now=NOW, reason="needed")
    assert titles(rep, "") == {"账期换端架"}


def test_it_offers_what_helps_at_this_moment(rep, chain):
    write(rep, zh="换", tags=[TRADE])
    write(rep, zh="差距", tags=[GAP, TRADE])
    write(rep, zh="本系统", node=chain.pk, kind=EntryKind.CASE, outcome=Outcome.WON)
    write(rep, zh="无关")
    found = queries.suggestions(rep, as_of=TODAY, tactics=["TRADE"], difficulties=["WIDE_GAP"], chain=chain.pk)
    assert [one.entry.title_zh for one in found] == ["差距", "换", "本系统"]
    assert found[0].match.tags == (GAP, TRADE)
    stranger = person("none", Role.PROMOTER)
    assert queries.suggestions(stranger, as_of=TODAY, tactics=["TRADE"]) == []


def test_thanks_count_once_a_person(rep, manager):
    entry = write(rep)
    assert [entries.thank(entry.pk, by=who, now=NOW) for who in (rep, rep, manager)] == [True, False, True]
    entry.refresh_from_db()
    assert entry.helped == 2


def ask(rep, **said):
    return support.ask(support.Wish("怎么谈统一供价？", "差 3.2 个点", **said), by=rep, now=NOW)


def waiting(who, kind):
    return list(WorkItem.objects.filter(owner=who, kind=kind, state="OPEN").values_list("reason_code", flat=True))


def test_nobody_named_means_nobody_is_asked(rep):
    with pytest.raises(UnableToKeepEntry, match="NO_EXPERT"):
        ask(rep)
    assert not SupportQuestion.objects.exists()


def test_an_answer_stops_the_clock_and_becomes_an_entry(rep, expert, director):
    question = ask(rep, tags=frozenset({GAP}))
    assert question.due_at == datetime(2026, 8, 5, 10, tzinfo=UTC)
    assert waiting(expert, "support_answer") == ["ANSWER"]
    with pytest.raises(UnableToKeepEntry):
        support.answer(question.pk, text="x", kind=EntryKind.LESSON, by=director, now=LATER)
    done = support.answer(question.pk, text="先换议题", kind=EntryKind.LESSON, by=expert, now=LATER)
    assert waiting(expert, "support_answer") == [] and waiting(rep, "support_own") == ["READ"]
    assert (done.entry.body_en, done.entry.answer_en, done.entry.title_en) == (
        "差 3.2 个点",
        "先换议题",
        question.title,
    )
    assert [one.entry for one in queries.suggestions(rep, as_of=TODAY, difficulties=["WIDE_GAP"])] == [done.entry]
    with pytest.raises(UnableToKeepEntry, match="NOT_OPEN"):
        support.answer(question.pk, text="again", kind=EntryKind.LESSON, by=expert, now=LATER)
    support.settle(question.pk, by=rep, now=LATER)
    assert waiting(rep, "support_own") == []


def test_not_enough_starts_the_clock_again_and_the_entry_gets_a_version(rep, expert):
    question = ask(rep)
    support.answer(question.pk, text="first", kind=EntryKind.LESSON, by=expert, now=LATER)
    support.ask_again(question.pk, text="and the rebate?", by=rep, now=NOW + timedelta(days=1))
    question.refresh_from_db()
    assert (question.state, question.round) == ("OPEN", 2)
    assert question.due_at == datetime(2026, 8, 6, 10, tzinfo=UTC)
    assert waiting(expert, "support_answer") == ["ANSWER"]
    support.answer(question.pk, text="second", kind=EntryKind.LESSON, by=expert, now=NOW + timedelta(days=2))
    entry = PlaybookEntry.objects.get()
    assert (entry.number, entry.answer_en) == (2, "second")
    assert "first" in entry.body_en


def test_it_reminds_at_half_the_time_and_tells_managers_when_late(rep, expert, director, monkeypatch):
    question = ask(rep)
    boss = person("boss", Role.NATIONAL_MANAGER)
    from keytally.playbook.services import escalating

    monkeypatch.setattr(escalating, "_managers", lambda _question, *, height, now: [director if height else boss])
    assert escalate_due(NOW + timedelta(hours=1)) == 0
    assert escalate_due(question.remind_at) == 1
    assert waiting(expert, "support_answer") == ["REMIND"]
    assert escalate_due(question.due_at) == 1 and escalate_due(question.due_at) == 0
    assert waiting(boss, "support_late") == ["LATE"] and waiting(director, "support_late") == []
    assert escalate_due(question.senior_at) == 1
    assert waiting(director, "support_late") == ["LATE"]
    support.answer(question.pk, text="late but here", kind=EntryKind.LESSON, by=expert, now=question.senior_at)
    assert waiting(boss, "support_late") == waiting(director, "support_late") == []
    assert OutgoingMail.objects.filter(template__endswith="late.txt").count() == 2


def test_an_expert_passes_on_and_is_left_in_peace(rep, expert, director):
    question = ask(rep)
    support.pass_on(question.pk, to=director, by=expert, now=LATER, reason="pricing is hers")
    assert waiting(expert, "support_answer") == [] and waiting(director, "support_answer") == ["ANSWER"]
    with pytest.raises(UnableToKeepEntry):
        support.answer(question.pk, text="x", kind=EntryKind.LESSON, by=expert, now=LATER)
    support.pass_seats(
        [question.experts.get(person=director).pk], giver=director, receiver=expert, by=director, now=LATER
    )
    assert waiting(expert, "support_answer") == ["ANSWER"]


def test_a_question_is_seen_by_who_asked_and_who_is_asked(rep, expert, director):
    question = ask(rep)
    other = person("other", Role.SALES_REP)
    seen = {who.username: visible_questions(who, TODAY).count() for who in (rep, expert, director, other)}
    assert seen == {"lina": 1, "chen": 1, "grace": 1, "other": 0}
    support.withdraw(question.pk, by=rep, now=LATER)
    assert waiting(expert, "support_answer") == []


def test_an_expert_is_named_once_at_a_desk_and_ends(expert, director):
    with pytest.raises(UnableToKeepEntry, match="EXPERT_ALREADY"):
        support.name_expert(expert, desk=Desk.SALES, topics=[], starts_on=TODAY, by=director, now=NOW)


def test_value_is_given_counted_and_taken_back_with_a_reason(rep, chain):
    gift = value.Gift(ValueKind.SALES_DATA, "动销分析", TODAY, key="v")
    given = value.record_value(chain, gift, by=rep, today=TODAY, now=NOW)
    assert value.record_value(chain, gift, by=rep, today=TODAY, now=NOW) == given
    with pytest.raises(UnableToKeepEntry, match="DATE_IN_FUTURE"):
        late = value.Gift(ValueKind.TIE, "店庆", TODAY + timedelta(days=1))
        value.record_value(chain, late, by=rep, today=TODAY, now=NOW)
    assert [(one.year, one.total) for one in years_of(chain.pk)] == [(2026, 1)]
    value.withdraw_value(given.pk, by=rep, now=NOW, reason="typed twice")
    assert years_of(chain.pk) == [] and queries.value_of(chain.pk).count() == 1
    with pytest.raises(UnableToKeepEntry, match="ALREADY_WITHDRAWN"):
        value.withdraw_value(given.pk, by=rep, now=NOW, reason="again")
