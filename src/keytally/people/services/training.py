"""Writes of training: courses and their questions, tests sat, training attended."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import (
    ExtraAttempt,
    TrainingAnswer,
    TrainingAttempt,
    TrainingCourse,
    TrainingQuestion,
    TrainingRecord,
)
from keytally.people.queries import training as queries
from keytally.people.rules.training import Choice, Level, Proof, Question, question_faults, score

if TYPE_CHECKING:
    from keytally.core.models import User

COURSE_KIND = queries.COURSE_KIND
State = TrainingCourse.State


class UnableToTrain(Exception):
    """Something about training is refused; the arguments are the codes of the reasons."""


@dataclass(frozen=True, slots=True)
class CourseFacts:
    """A course as somebody writes it."""

    code: str
    name_zh: str
    name_en: str
    level: Level
    roles: tuple[str, ...] = ()
    text_zh: str = ""
    text_en: str = ""
    minutes: int = 30
    trainer: "User | None" = None
    pass_mark_percent: int = 80
    valid_months: int = 0
    attempts_allowed: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as somebody writes it."""

    text_zh: str
    text_en: str
    is_right: bool = False


@transaction.atomic
def add_course(facts: CourseFacts, *, by: "User", now: datetime) -> TrainingCourse:
    """Add a course as a draft, or raise `UnableToTrain`."""
    if TrainingCourse.objects.filter(code__iexact=facts.code).exists():
        raise UnableToTrain("CODE_TAKEN")
    course = TrainingCourse.objects.create(**_columns(facts), added_by=by, added_at=now)
    _record("training.add", course, by=by, now=now, after=_shown(facts))
    return course


@transaction.atomic
def change_course(course: TrainingCourse, *, facts: CourseFacts, by: "User", now: datetime) -> None:
    """Change a course; results there are keep the paper they were sat with."""
    if TrainingCourse.objects.filter(code__iexact=facts.code).exclude(pk=course.pk).exists():
        raise UnableToTrain("CODE_TAKEN")
    for name, value in _columns(facts).items():
        setattr(course, name, value)
    course.save()
    _record("training.change", course, by=by, now=now, after=_shown(facts))


@transaction.atomic
def open_course(course: TrainingCourse, *, by: "User", now: datetime) -> None:
    """Ask the course of its audience from today, or raise `UnableToTrain` with what it lacks."""
    found = list(queries.questions(course))
    lacks = []
    if not course.roles:
        lacks.append("NO_AUDIENCE")
    if course.level == Level.MASTER and not found:
        lacks.append("NO_QUESTIONS")
    if lacks:
        raise UnableToTrain(*lacks)
    course.state, course.asked_since = State.OPEN, course.asked_since or business_date(now)
    course.save(update_fields=["state", "asked_since"])
    _record("training.open", course, by=by, now=now)


@transaction.atomic
def close_course(course: TrainingCourse, *, by: "User", now: datetime, reason: str) -> None:
    """Ask the course of nobody any more; its results stay."""
    course.state = State.CLOSED
    course.save(update_fields=["state"])
    _record("training.close", course, by=by, now=now, reason=reason)


@transaction.atomic
def keep_question(
    course: TrainingCourse,
    *,
    question: TrainingQuestion | None,
    choice: Choice,
    text_zh: str,
    text_en: str,
    answers: Sequence[Answer],
    by: "User",
    now: datetime,
) -> TrainingQuestion:
    """Add a question or write one anew with its answers, or raise `UnableToTrain` with every reason."""
    _need_sound(choice, answers=answers)
    if question is None:
        last = course.questions.order_by("-place").values_list("place", flat=True).first() or 0
        question = TrainingQuestion(course=course, place=last + 1)
    question.choice, question.text_zh, question.text_en = choice.value, text_zh, text_en
    question.save()
    question.answers.all().delete()
    TrainingAnswer.objects.bulk_create(
        TrainingAnswer(
            question=question, place=place, text_zh=each.text_zh, text_en=each.text_en, is_right=each.is_right
        )
        for place, each in enumerate(answers, start=1)
    )
    after = {"zh": text_zh, "en": text_en, "right": [each.text_zh for each in answers if each.is_right]}
    _record("training.question", course, by=by, now=now, after=after)
    return question


@transaction.atomic
def drop_question(question: TrainingQuestion, *, by: "User", now: datetime) -> None:
    """Ask a question no longer; papers that were sat keep it."""
    before = {"zh": question.text_zh, "en": question.text_en}
    _record("training.question_dropped", question.course, by=by, now=now, before=before)
    question.delete()


@transaction.atomic
def start_attempt(course: TrainingCourse, *, person: "User", now: datetime) -> TrainingAttempt:
    """Hand out the paper, or the one the person has not handed in yet, or raise `UnableToTrain`."""
    begun = queries.open_attempt(course, person=person)
    if begun is not None:
        return begun
    if not queries.may_sit(course, person=person):
        raise UnableToTrain("NO_ATTEMPT_LEFT")
    printed = [_printed(question) for question in queries.questions(course)]
    paper = {"pass_mark_percent": course.pass_mark_percent, "questions": printed}
    try:
        with transaction.atomic():
            return TrainingAttempt.objects.create(
                course=course, person=person, started_at=now, paper=paper, asked_count=len(printed)
            )
    except IntegrityError:
        return TrainingAttempt.objects.get(course=course, person=person, handed_in_at=None)


@transaction.atomic
def hand_in(
    attempt_id: int, *, person: "User", chosen: Mapping[int, Collection[int]], now: datetime
) -> TrainingAttempt:
    """Score a paper as it was handed out and keep the answers; a second time it changes nothing."""
    attempt = TrainingAttempt.objects.select_for_update().get(pk=attempt_id, person=person)
    if attempt.handed_in_at is not None:
        return attempt
    paper = attempt.paper
    found = score(
        [_as_rule(printed) for printed in paper["questions"]],
        chosen=chosen,
        pass_mark_percent=paper["pass_mark_percent"],
    )
    for printed in paper["questions"]:
        offered = {answer["id"] for answer in printed["answers"]}
        printed["chosen"] = sorted(offered.intersection(chosen.get(printed["id"], ())))
    attempt.handed_in_at, attempt.handed_in_on = now, business_date(now)
    attempt.right_count, attempt.asked_count, attempt.is_passed = found.right, found.asked, found.is_passed
    attempt.save()
    after = {"right": found.right, "asked": found.asked, "is_passed": found.is_passed}
    _record("training.test", attempt.course, by=person, now=now, after=after)
    return attempt


@transaction.atomic
def record_attendance(
    course: TrainingCourse, *, people: Iterable["User"], held_on: date, trainer: str, by: "User", now: datetime
) -> int:
    """Write down who attended a course on a day, each once; answers how many are new."""
    if held_on > business_date(now):
        raise UnableToTrain("HELD_IN_THE_FUTURE")
    new = 0
    for person in people:
        _kept, is_new = TrainingRecord.objects.get_or_create(
            course=course,
            person=person,
            proof=Proof.ATTENDED.value,
            held_on=held_on,
            defaults={"trainer": trainer, "added_by": by, "added_at": now},
        )
        new += is_new
    after = {"held_on": str(held_on), "trainer": trainer, "people": new}
    _record("training.attendance", course, by=by, now=now, after=after)
    return new


@transaction.atomic
def record_reading(course: TrainingCourse, *, person: "User", now: datetime) -> None:
    """Write down that a person read the course's material today."""
    if course.state != State.OPEN:
        raise UnableToTrain("NOT_OPEN")
    _kept, is_new = TrainingRecord.objects.get_or_create(
        course=course,
        person=person,
        proof=Proof.READ.value,
        held_on=business_date(now),
        defaults={"added_by": person, "added_at": now},
    )
    if is_new:
        _record("training.read", course, by=person, now=now)


@transaction.atomic
def give_attempt(course: TrainingCourse, *, person: "User", by: "User", now: datetime, reason: str) -> None:
    """Let a person sit the test once more than the course allows."""
    if person.pk == by.pk:
        raise UnableToTrain("NOT_ONESELF")
    ExtraAttempt.objects.create(course=course, person=person, given_by=by, given_at=now, reason=reason)
    _record("training.extra_attempt", course, by=by, now=now, reason=reason, after={"person": person.pk})


def _need_sound(choice: Choice, *, answers: Sequence[Answer]) -> None:
    numbers = tuple(range(len(answers)))
    right = frozenset(number for number in numbers if answers[number].is_right)
    found = question_faults(Question(0, choice, numbers, right))
    if found:
        raise UnableToTrain(*found)


def _printed(question: TrainingQuestion) -> dict[str, Any]:
    answers = [
        {"id": each.pk, "zh": each.text_zh, "en": each.text_en, "is_right": each.is_right}
        for each in question.answers.all()
    ]
    words = {"zh": question.text_zh, "en": question.text_en}
    return {"id": question.pk, "choice": question.choice, **words, "answers": answers}


def _as_rule(printed: Mapping[str, Any]) -> Question:
    answers = printed["answers"]
    return Question(
        id=printed["id"],
        choice=Choice(printed["choice"]),
        answers=tuple(answer["id"] for answer in answers),
        right=frozenset(answer["id"] for answer in answers if answer["is_right"]),
    )


def _columns(facts: CourseFacts) -> dict[str, Any]:
    columns = {name: getattr(facts, name) for name in CourseFacts.__dataclass_fields__}
    return {**columns, "level": facts.level.value, "roles": list(facts.roles)}


def _shown(facts: CourseFacts) -> dict[str, Any]:
    return {**_columns(facts), "trainer": facts.trainer.pk if facts.trainer else None}


def _record(
    action: str,
    course: TrainingCourse,
    *,
    by: "User",
    now: datetime,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    subject = Subject(COURSE_KIND, course.pk)
    record_audit(action, by=by, at=now, subject=subject, reason=reason, before=before, after=after)
