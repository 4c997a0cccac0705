"""Reads of training: courses, what is due for whom, attempts and results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, QuerySet

from keytally.people.models import (
    ExtraAttempt,
    TrainingAnswer,
    TrainingAttempt,
    TrainingCourse,
    TrainingQuestion,
    TrainingRecord,
)
from keytally.people.queries.members import Member, followed_members, followed_people, members, roles_of
from keytally.people.rules.training import Choice, Due, Level, Proof, Question, Standing, may_attempt, standing

if TYPE_CHECKING:
    from keytally.core.models import User

COURSE_KIND = "training_course"
State = TrainingCourse.State

Proofs = Mapping[tuple[int, int], list[tuple[Proof, date]]]


@dataclass(frozen=True, slots=True)
class CourseStanding:
    """A course and where somebody stands with it; `is_asked` where their position asks for it."""

    course: TrainingCourse
    standing: Standing
    is_asked: bool


@dataclass(frozen=True, slots=True)
class MemberTraining:
    """A member and where they stand with each course that their position asks for."""

    member: Member
    courses: tuple[CourseStanding, ...]

    @property
    def overdue(self) -> int:
        """Count the courses that are overdue."""
        return sum(row.standing.due is Due.OVERDUE for row in self.courses)


def visible_courses(person: "User", _as_of: date | None = None) -> QuerySet[TrainingCourse]:
    """List the courses a person may see: whoever writes them the drafts too."""
    courses = TrainingCourse.objects.select_related("trainer").order_by("code")
    if person.may("training.change"):
        return courses
    return courses.exclude(state=State.DRAFT) if person.may("training.view") else courses.none()


def listed_courses(person: "User") -> QuerySet[TrainingCourse]:
    """List the courses a person may see with the number of their questions."""
    return visible_courses(person).annotate(question_count=Count("questions"))


def questions(course: TrainingCourse) -> list[TrainingQuestion]:
    """List a course's questions with their answers, in order."""
    answers = Prefetch("answers", queryset=TrainingAnswer.objects.order_by("place", "pk"))
    return list(course.questions.order_by("place", "pk").prefetch_related(answers))


def as_rule(question: TrainingQuestion) -> Question:
    """Give a question as the rules know it."""
    answers = list(question.answers.all())
    return Question(
        id=question.pk,
        choice=Choice(question.choice),
        answers=tuple(answer.pk for answer in answers),
        right=frozenset(answer.pk for answer in answers if answer.is_right),
    )


def open_attempt(course: TrainingCourse, *, person: "User") -> TrainingAttempt | None:
    """Find the test a person is sitting."""
    return TrainingAttempt.objects.filter(course=course, person=person, handed_in_at=None).first()


def attempts(course: TrainingCourse, *, person: "User") -> QuerySet[TrainingAttempt]:
    """List the tests a person handed in, the newest first."""
    handed_in = TrainingAttempt.objects.filter(course=course, person=person, handed_in_at__isnull=False)
    return handed_in.order_by("-pk")


def visible_attempts(person: "User", as_of: date) -> QuerySet[TrainingAttempt]:
    """List the tests a person may look at: their own, and those handed in by the people whom they follow."""
    theirs = Q(person__in=followed_people(person, as_of=as_of), handed_in_at__isnull=False)
    return TrainingAttempt.objects.filter(Q(person=person) | theirs).select_related("course", "person")


def results_of(person: "User") -> QuerySet[TrainingAttempt]:
    """List the tests that a person handed in, the newest first."""
    handed_in = TrainingAttempt.objects.filter(person=person, handed_in_at__isnull=False)
    return handed_in.select_related("course").order_by("-pk")


def may_sit(course: TrainingCourse, *, person: "User") -> bool:
    """Tell whether a person may sit the test now."""
    if course.state != State.OPEN or not course.questions.exists():
        return False
    used = attempts(course, person=person).count()
    granted = ExtraAttempt.objects.filter(course=course, person=person).count()
    return may_attempt(allowed=course.attempts_allowed, used=used, granted=granted)


def results(course: TrainingCourse, *, people: Iterable["User"]) -> QuerySet[TrainingAttempt]:
    """List the tests of a course that some people handed in, the newest first."""
    handed_in = TrainingAttempt.objects.filter(course=course, person__in=people, handed_in_at__isnull=False)
    return handed_in.select_related("person").order_by("-pk")


def records(course: TrainingCourse, *, people: Iterable["User"]) -> QuerySet[TrainingRecord]:
    """List who attended or read a course among some people, the newest first."""
    found = TrainingRecord.objects.filter(course=course, person__in=people)
    return found.select_related("person").order_by("-held_on", "-pk")


def training_of(person: "User", *, as_of: date) -> list[CourseStanding]:
    """List the open courses that a person's positions ask for, and those they did on their own, what is due first."""
    roles = roles_of(person, as_of=as_of)
    courses = list(TrainingCourse.objects.filter(state=State.OPEN).order_by("code"))
    proofs = _proofs(people=[person.pk])
    rows = [_standing(course, person.pk, roles=roles, proofs=proofs, as_of=as_of) for course in courses]
    return sorted(
        (row for row in rows if row.is_asked or row.standing.proof), key=lambda row: (not row.is_asked, _urgency(row))
    )


def training_followed(viewer: "User", *, as_of: date) -> list[MemberTraining]:
    """List where the members whom a person may follow stand, those with the most overdue first."""
    found = _members_training(followed_members(viewer, as_of=as_of), as_of=as_of)
    return sorted(found, key=lambda row: (-row.overdue, row.member.person.name))


def training_due(*, as_of: date) -> list[MemberTraining]:
    """List every member who has something to do, with what it is."""
    found = _members_training(members(as_of=as_of), as_of=as_of)
    undone = (
        MemberTraining(row.member, tuple(one for one in row.courses if one.standing.due is not Due.DONE))
        for row in found
    )
    return [row for row in undone if row.courses]


def _members_training(known: list[Member], *, as_of: date) -> list[MemberTraining]:
    courses = list(TrainingCourse.objects.filter(state=State.OPEN).order_by("code"))
    proofs = _proofs(people=[member.person.pk for member in known])
    return [
        MemberTraining(
            member,
            tuple(
                _standing(course, member.person.pk, roles=member.roles, proofs=proofs, as_of=as_of)
                for course in courses
                if set(course.roles) & set(member.roles)
            ),
        )
        for member in known
    ]


def _standing(
    course: TrainingCourse, person: int, *, roles: Mapping[str, date], proofs: Proofs, as_of: date
) -> CourseStanding:
    asked = [roles[role] for role in course.roles if role in roles]
    since = max(min(asked, default=as_of), course.asked_since or as_of)
    found = standing(
        level=Level(course.level),
        proofs=proofs.get((course.pk, person), ()),
        asked_since=since,
        valid_months=course.valid_months,
        as_of=as_of,
    )
    return CourseStanding(course, found, is_asked=bool(asked))


def _proofs(*, people: Iterable[int]) -> Proofs:
    found: dict[tuple[int, int], list[tuple[Proof, date]]] = {}
    numbers = list(people)
    passed = TrainingAttempt.objects.filter(person_id__in=numbers, is_passed=True, handed_in_on__isnull=False)
    for course, person, on in passed.values_list("course_id", "person_id", "handed_in_on"):
        if on is not None:
            found.setdefault((course, person), []).append((Proof.PASSED, on))
    kept = TrainingRecord.objects.filter(person_id__in=numbers)
    for course, person, proof, on in kept.values_list("course_id", "person_id", "proof", "held_on"):
        found.setdefault((course, person), []).append((Proof(proof), on))
    return found


def _urgency(row: CourseStanding) -> tuple[int, str]:
    order = (Due.OVERDUE, Due.TO_DO, Due.RENEW_SOON, Due.DONE)
    return order.index(row.standing.due), row.course.code
