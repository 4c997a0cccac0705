"""Which questions may a person see, who is an expert, and what is late?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet

from keytally.core.scope import visible
from keytally.playbook.models import QuestionExpert, SupportExpert, SupportQuestion
from keytally.playbook.rules.clock import Expert
from keytally.playbook.rules.tags import Axis, Tag

if TYPE_CHECKING:
    from keytally.core.models import User

VIEW = "playbook.questions"
STATES = SupportQuestion.State
NOT_ENDED = (STATES.OPEN, STATES.ANSWERED)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list of questions is asked for."""

    state: str = ""
    whose: str = ""

    def query(self) -> str:
        """Write the address of this list."""
        return urlencode({name: value for name, value in (("state", self.state), ("whose", self.whose)) if value})


def asked_of(given: Mapping[str, str]) -> Asked:
    """Read what the list is asked for; what is no value is left out."""
    state, whose = given.get("state", ""), given.get("whose", "")
    return Asked(
        state=state if state in set(STATES) or state == "LATE" else "",
        whose=whose if whose in ("MINE", "TO_ME") else "",
    )


def visible_to(person: "User", as_of: date) -> QuerySet[SupportQuestion]:
    """Keep the questions a person may see: in their reach, or put to them as an expert."""
    if not person.may(VIEW):
        return SupportQuestion.objects.none()
    reached = visible(SupportQuestion.objects.all(), person=person, permission=VIEW, as_of=as_of, owner="asker")
    put_to = QuestionExpert.objects.filter(question=OuterRef("pk"), person=person)
    return SupportQuestion.objects.filter(Q(pk__in=reached.values("pk")) | Exists(put_to))


def filtered(person: "User", asked: Asked, *, as_of: date, now: datetime) -> QuerySet[SupportQuestion]:
    """List the questions that fit, those that wait longest first, then the newest."""
    found = visible_to(person, as_of).select_related("asker", "answered_by", "entry")
    found = found.prefetch_related("experts__person")
    if asked.state == "LATE":
        found = found.filter(state=STATES.OPEN, due_at__lt=now)
    elif asked.state:
        found = found.filter(state=asked.state)
    if asked.whose == "MINE":
        found = found.filter(asker=person)
    elif asked.whose == "TO_ME":
        found = found.filter(experts__person=person, experts__passed_at=None)
    return found.order_by("-asked_at", "-pk")


def question_of(number: int, *, person: "User", as_of: date) -> SupportQuestion | None:
    """Find a question by its number if the person may see it."""
    found = visible_to(person, as_of).select_related("asker", "node", "answered_by", "entry")
    return found.prefetch_related("experts__person").filter(pk=number).first()


def question_for_update(number: int) -> SupportQuestion:
    """Take a question to change it, one at a time."""
    return SupportQuestion.objects.select_for_update().get(pk=number)


def is_asked(question: SupportQuestion, person: "User") -> bool:
    """Tell whether a person is one of the experts whose answer is waited for."""
    return QuestionExpert.objects.filter(question=question, person=person, passed_at=None).exists()


def experts_on(day: date) -> list[SupportExpert]:
    """List the experts of a day who may log in, by desk."""
    running = Q(ends_before=None) | Q(ends_before__gt=day)
    found = SupportExpert.objects.filter(running, starts_on__lte=day, person__is_active=True)
    return list(found.select_related("person").order_by("desk", "pk"))


def as_rules(experts: "list[SupportExpert]") -> list[Expert]:
    """Read experts as the rules take them."""
    return [Expert(one.person_id, tags_of(one.topics)) for one in experts]


def tags_of(topics: "list[list[str]]") -> frozenset[Tag]:
    """Read topics as they are kept."""
    return frozenset((Axis(axis), code) for axis, code in topics)


def due_to_escalate(now: datetime) -> QuerySet[SupportQuestion]:
    """List the open questions on which a reminder or an escalation is due."""
    due = Q(remind_at__lte=now, reminded_at=None)
    due |= Q(due_at__lte=now, manager_told_at=None) | Q(senior_at__lte=now, senior_told_at=None)
    return SupportQuestion.objects.filter(due, state=STATES.OPEN).order_by("due_at", "pk")


def seats_of(person: "User") -> QuerySet[QuestionExpert]:
    """List the open questions that are put to a person."""
    found = QuestionExpert.objects.filter(person=person, passed_at=None, question__state=STATES.OPEN)
    return found.select_related("question").order_by("question__due_at")


def asked_by(person: "User") -> QuerySet[SupportQuestion]:
    """List a person's questions that have not ended."""
    return SupportQuestion.objects.filter(asker=person, state__in=NOT_ENDED).order_by("due_at")
