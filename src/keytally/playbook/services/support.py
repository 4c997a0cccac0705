"""Ask the support centre, answer, say whether it helped: a clock runs until an expert has answered (K08)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.playbook import rule_data
from keytally.playbook.models import PlaybookEntry, QuestionExpert, SupportExpert, SupportQuestion
from keytally.playbook.queries.support import as_rules, experts_on, is_asked, question_for_update, tags_of
from keytally.playbook.refusals import UnableToKeepEntry
from keytally.playbook.rules.clock import Desk, Times, asked_experts, times
from keytally.playbook.rules.entries import Content, EntryKind, Text
from keytally.playbook.rules.tags import Tag
from keytally.playbook.services import telling
from keytally.playbook.services.entries import Source, add_entry, change_entry

if TYPE_CHECKING:
    from datetime import date

    from keytally.accounts.models import AccountNode
    from keytally.core.models import User

State = SupportQuestion.State


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks the support centre."""

    title: str
    text: str
    tags: frozenset[Tag] = frozenset()
    node: "AccountNode | None" = None
    key: str | None = None


@transaction.atomic
def ask(wish: Wish, *, by: "User", now: datetime) -> SupportQuestion:
    """Put a question to the experts of its topics and start the clock, or raise `UnableToKeepEntry`."""
    if wish.key and (known := SupportQuestion.objects.filter(idempotency_key=wish.key).first()):
        return known
    if not wish.title.strip() or not wish.text.strip():
        raise UnableToKeepEntry("QUESTION_BLANK")
    people = _experts_for(wish.tags, asker=by, day=business_date(now))
    clock = _times(now)
    question = SupportQuestion.objects.create(
        asker=by,
        node=wish.node,
        title=wish.title.strip(),
        text=wish.text.strip(),
        language=by.language,
        topics=sorted([axis.value, code] for axis, code in wish.tags),
        asked_at=now,
        remind_at=clock.remind_at,
        due_at=clock.due_at,
        senior_at=clock.senior_at,
        idempotency_key=wish.key,
    )
    QuestionExpert.objects.bulk_create(
        QuestionExpert(question=question, person_id=person, asked_at=now) for person in people
    )
    _audit("support.ask", question, by=by, now=now, after={"experts": list(people), "due_at": clock.due_at.isoformat()})
    telling.ask_experts(question, now=now)
    return question


@transaction.atomic
def answer(number: int, *, text: str, kind: EntryKind, by: "User", now: datetime) -> SupportQuestion:
    """Answer a question; the answer becomes an entry of the playbook and waits for the asker to say if it helped."""
    question = question_for_update(number)
    _need_open(question)
    if not is_asked(question, by):
        raise UnableToKeepEntry(("NOT_OPEN", {"person": question.answered_by or by}))
    if not text.strip():
        raise UnableToKeepEntry("ANSWER_BLANK")
    question.answer, question.answered_by, question.answered_at = text.strip(), by, now
    question.state = State.ANSWERED
    question.entry = _kept_answer(question, _content(question, kind), by=by, now=now)
    question.save()
    _audit("support.answer", question, by=by, now=now, after={"entry": question.entry.pk, "round": question.round})
    telling.answered(question, by=by, now=now)
    return question


@transaction.atomic
def pass_on(number: int, *, to: "User", by: "User", now: datetime, reason: str) -> None:
    """Let another person answer in place of an expert; the clock runs on."""
    question = question_for_update(number)
    _need_open(question)
    if not is_asked(question, by):
        raise UnableToKeepEntry(("NOT_OPEN", {"person": by}))
    _seat(question, to=to, of=by, now=now)
    _audit("support.pass", question, by=by, now=now, reason=reason, after={"from": by.pk, "to": to.pk})


@transaction.atomic
def settle(number: int, *, by: "User", now: datetime) -> None:
    """Say that the answer helped."""
    question = question_for_update(number)
    if question.state != State.ANSWERED:
        raise UnableToKeepEntry("NOT_ANSWERED")
    question.state, question.ended_at = State.SETTLED, now
    question.save(update_fields=["state", "ended_at"])
    _audit("support.settle", question, by=by, now=now)
    telling.close_own(question, by=by, now=now)


@transaction.atomic
def ask_again(number: int, *, text: str, by: "User", now: datetime) -> None:
    """Say what is still missing; the clock starts anew for the same experts."""
    question = question_for_update(number)
    if question.state != State.ANSWERED:
        raise UnableToKeepEntry("NOT_ANSWERED")
    if not text.strip():
        raise UnableToKeepEntry("QUESTION_BLANK")
    clock = _times(now)
    question.text = f"{question.text}\n\n— {question.answered_by}: {question.answer}\n\n— {by}: {text.strip()}"
    question.state, question.round = State.OPEN, question.round + 1
    question.remind_at, question.due_at, question.senior_at = clock.remind_at, clock.due_at, clock.senior_at
    question.reminded_at = question.manager_told_at = question.senior_told_at = None
    question.save()
    _audit("support.ask_again", question, by=by, now=now, after={"round": question.round})
    telling.close_own(question, by=by, now=now)
    telling.ask_experts(question, now=now)


@transaction.atomic
def withdraw(number: int, *, by: "User", now: datetime) -> None:
    """Take a question back that nobody has answered."""
    question = question_for_update(number)
    _need_open(question)
    question.state, question.ended_at = State.WITHDRAWN, now
    question.save(update_fields=["state", "ended_at"])
    _audit("support.withdraw", question, by=by, now=now)
    telling.close_all(question, by=by, now=now)


@transaction.atomic
def name_expert(
    person: "User", *, desk: Desk, topics: Sequence[Tag], starts_on: "date", by: "User", now: datetime
) -> SupportExpert:
    """Name somebody as an expert of the support centre from a day on."""
    if SupportExpert.objects.filter(person=person, desk=desk, ends_before=None).exists():
        raise UnableToKeepEntry(("EXPERT_ALREADY", {"person": person}))
    kept = [[axis.value, code] for axis, code in sorted(topics)]
    expert = SupportExpert.objects.create(person=person, desk=desk, topics=kept, starts_on=starts_on)
    after = {"person": person.pk, "desk": desk, "topics": kept, "from": starts_on.isoformat()}
    record_audit("support.name", by=by, at=now, subject=Subject(telling.EXPERT, expert.pk), after=after)
    return expert


@transaction.atomic
def end_expert(expert: SupportExpert, *, by: "User", now: datetime) -> None:
    """Let an expert's time end today; who was an expert when stays readable."""
    expert.ends_before = max(business_date(now), expert.starts_on)
    expert.save(update_fields=["ends_before"])
    after = {"person": expert.person_id, "until": expert.ends_before.isoformat()}
    record_audit("support.end", by=by, at=now, subject=Subject(telling.EXPERT, expert.pk), after=after)


@transaction.atomic
def pass_questions(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give a person's own questions to another."""
    for question in SupportQuestion.objects.select_for_update().filter(pk__in=ids, asker=giver):
        telling.close_own(question, by=by, now=now)
        question.asker = receiver
        question.save(update_fields=["asker"])
        if question.state == State.ANSWERED:
            telling.answered(question, by=by, now=now)
        _audit("support.hand_over", question, by=by, now=now, after={"from": giver.pk, "to": receiver.pk})


@transaction.atomic
def pass_seats(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Let another person answer what is put to somebody who leaves."""
    for seat in QuestionExpert.objects.select_related("question").filter(pk__in=ids, person=giver, passed_at=None):
        question = question_for_update(seat.question_id)
        if question.is_open:
            _seat(question, to=receiver, of=giver, now=now)
            _audit("support.pass", question, by=by, now=now, after={"from": giver.pk, "to": receiver.pk})


def _seat(question: SupportQuestion, *, to: "User", of: "User", now: datetime) -> None:
    """Put a question to somebody else; who has it already keeps it."""
    seat, is_new = QuestionExpert.objects.get_or_create(question=question, person=to, defaults={"asked_at": now})
    if not is_new and seat.passed_at is None and to.pk != of.pk and is_asked(question, to):
        raise UnableToKeepEntry(("SAME_EXPERT", {"person": to}))
    QuestionExpert.objects.filter(question=question, person=of).update(passed_at=now)
    QuestionExpert.objects.filter(pk=seat.pk).update(passed_at=None)
    telling.close_for(question, of, by=of, now=now)
    telling.ask_experts(question, now=now)


def _need_open(question: SupportQuestion) -> None:
    if not question.is_open:
        raise UnableToKeepEntry(("NOT_OPEN", {"person": question.answered_by or question.asker}))


def _experts_for(tags: frozenset[Tag], *, asker: "User", day: "date") -> tuple[int, ...]:
    people = asked_experts(as_rules(experts_on(day)), tags=tags, asker=asker.pk)
    if not people:
        raise UnableToKeepEntry("NO_EXPERT")
    return people


def _kept_answer(question: SupportQuestion, content: Content, *, by: "User", now: datetime) -> PlaybookEntry:
    """Make an entry of the answer; of a second answer a new version of the same entry."""
    if question.entry is None:
        return add_entry(content, by=by, now=now, source=Source(telling.QUESTION, question.pk))
    return change_entry(question.entry.pk, content, seen_number=question.entry.number, by=by, now=now)


def _times(now: datetime) -> Times:
    return times(now, working_days=rule_data.working_days(as_of=business_date(now)), calendar=company_calendar())


def _content(question: SupportQuestion, kind: EntryKind) -> Content:
    """Make an entry of a question and its answer, in the language it was asked in."""
    is_chinese = question.language.startswith("zh")
    title, body, said = question.title, question.text, question.answer
    return Content(
        kind=kind,
        title=Text(zh=title) if is_chinese else Text(en=title),
        body=Text(zh=body) if is_chinese else Text(en=body),
        answer=Text(zh=said) if is_chinese else Text(en=said),
        tags=tags_of(question.topics),
        node=question.node_id,
    )


def _audit(
    action: str,
    question: SupportQuestion,
    *,
    by: "User | None",
    now: datetime,
    after: "dict[str, object] | None" = None,
    reason: str = "",
) -> None:
    subject = Subject(telling.QUESTION, question.pk)
    record_audit(action, by=by, at=now, subject=subject, after=after, reason=reason)
