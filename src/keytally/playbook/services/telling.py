"""Who hears of a question: experts who are asked, managers when it is late, the asker when it is answered."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from keytally.core.outbox import send_mail
from keytally.core.subjects import Subject
from keytally.playbook.models import QuestionExpert, SupportQuestion
from keytally.worklist.services import close_item, open_item

if TYPE_CHECKING:
    from keytally.core.models import User

QUESTION, EXPERT = "support_question", "support_expert"
# Kinds of work.
ANSWER, LATE, OWN = "support_answer", "support_late", "support_own"


def subject_of(question: SupportQuestion) -> Subject:
    """Name a question as a subject."""
    return Subject(QUESTION, question.pk)


def waiting_experts(question: SupportQuestion) -> "list[User]":
    """List those whose answer is waited for."""
    seats = QuestionExpert.objects.filter(question=question, passed_at=None).select_related("person")
    return [seat.person for seat in seats.order_by("pk")]


def ask_experts(question: SupportQuestion, *, now: datetime, reason_code: str = "ANSWER") -> None:
    """Let a question wait for its experts; those who are asked already are only brought up to date."""
    for person in waiting_experts(question):
        open_item(
            kind=ANSWER,
            subject=subject_of(question),
            owner=person,
            deadline=question.due_at,
            reason_code=reason_code,
            parameters=_words(question),
            now=now,
        )
        _mail(question, to=person, template="asked" if reason_code == "ANSWER" else "reminder", now=now)


def tell_managers(question: SupportQuestion, managers: "Iterable[User]", *, now: datetime) -> None:
    """Let a delay wait for the managers of the experts."""
    for manager in managers:
        open_item(
            kind=LATE,
            subject=subject_of(question),
            owner=manager,
            deadline=None,
            reason_code="LATE",
            parameters=_words(question),
            now=now,
        )
        _mail(question, to=manager, template="late", now=now)


def answered(question: SupportQuestion, *, by: "User", now: datetime) -> None:
    """Close what waited for experts and managers; the answer waits for the asker."""
    for kind in (ANSWER, LATE):
        close_item(kind=kind, subject=subject_of(question), by=by, now=now)
    open_item(
        kind=OWN,
        subject=subject_of(question),
        owner=question.asker,
        deadline=None,
        reason_code="READ",
        parameters={**_words(question), "person": str(question.answered_by)},
        now=now,
    )
    _mail(question, to=question.asker, template="answered", now=now)


def close_own(question: SupportQuestion, *, by: "User", now: datetime) -> None:
    """Close what waited for the asker."""
    close_item(kind=OWN, subject=subject_of(question), by=by, now=now)


def close_for(question: SupportQuestion, person: "User", *, by: "User", now: datetime) -> None:
    """Close what waited for one expert."""
    close_item(kind=ANSWER, subject=subject_of(question), owner=person, by=by, now=now)


def close_all(question: SupportQuestion, *, by: "User", now: datetime) -> None:
    """Close everything that waits about a question."""
    for kind in (ANSWER, LATE, OWN):
        close_item(kind=kind, subject=subject_of(question), by=by, now=now)


def _words(question: SupportQuestion) -> dict[str, Any]:
    return {"title": question.title, "person": str(question.asker)}


def _mail(question: SupportQuestion, *, to: "User", template: str, now: datetime) -> None:
    context = {
        "question_id": question.pk,
        "title": question.title,
        "text": question.text,
        "asker": str(question.asker),
        "answer": question.answer,
        "answered_by": str(question.answered_by or ""),
        "due_at": question.due_at.isoformat(),
    }
    send_mail(to, template=f"playbook/mail/{template}.txt", context=context, now=now)
