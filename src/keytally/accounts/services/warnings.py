"""Tell the owners in time: a rung is about to fall (F14), a promise is due (J02), a visit is planned."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from keytally.accounts.labels import PromiseState
from keytally.accounts.models import AccountPromise, Contact, Visit
from keytally.accounts.rule_data import decay
from keytally.accounts.rules.ladder import Proof, Rung, standing
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.subjects import CONTACT, PROMISE, VISIT
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.worklist.services import close_item, open_item

FALLING, DUE, PLANNED = "accounts.rung_falls", "accounts.promise_due", "accounts.visit_planned"
DAYS_BEFORE_DUE = 7


def warn_of_falls(*, now: datetime) -> int:
    """Tell whoever holds a relationship that its rung is about to fall, once for each fall; answers how many."""
    today, told = business_date(now), 0
    chosen = decay(as_of=today)
    contacts = Contact.objects.filter(left_on=None, evidence__isnull=False).distinct()
    contacts = contacts.select_related("holder", "node__owner").prefetch_related("evidence").order_by("pk")
    for contact in contacts.iterator(chunk_size=500):
        owner = contact.holder or contact.node.owner
        proofs = [Proof(one.on, Rung(one.rung)) for one in contact.evidence.all()]
        found = standing(proofs, as_of=today, decay=chosen)
        if owner is None or found.falls_on is None or not found.is_warned or contact.warned_for == found.falls_on:
            continue
        with transaction.atomic():
            open_item(
                kind=FALLING,
                subject=Subject(CONTACT, contact.pk),
                owner=owner,
                deadline=_end_of(found.falls_on - timedelta(days=1)),
                reason_code="FALLS",
                parameters={"name": contact.name, "account": contact.node.name_zh, "day": found.falls_on.isoformat()},
                now=now,
            )
            Contact.objects.filter(pk=contact.pk).update(warned_for=found.falls_on)
        told += 1
    return told


def warn_of_promises(*, now: datetime) -> int:
    """Let promises that are due within a week, or late, wait for those who keep them; answers how many."""
    until = business_date(now) + timedelta(days=DAYS_BEFORE_DUE)
    due = AccountPromise.objects.filter(state=PromiseState.OPEN, due_on__lte=until).select_related("owner", "node")
    for promise in due:
        open_item(
            kind=DUE,
            subject=Subject(PROMISE, promise.pk),
            owner=promise.owner,
            deadline=_end_of(promise.due_on),
            reason_code="DUE",
            parameters={"promised": promise.promised, "account": promise.node.name_zh},
            now=now,
        )
    return len(due)


def remind_of_visits(*, now: datetime) -> int:
    """Let visits planned for today, or whose day passed unanswered, wait for the visitor; answers how many."""
    today = business_date(now)
    planned = Visit.objects.filter(state=VisitState.PLANNED, on__lte=today).select_related("visitor", "node")
    for visit in planned:
        open_item(
            kind=PLANNED,
            subject=Subject(VISIT, visit.pk),
            owner=visit.visitor,
            deadline=_end_of(visit.on),
            reason_code="PLANNED",
            parameters={"account": visit.node.name_zh, "aim": visit.aim},
            now=now,
        )
    return len(planned)


def visit_answered(visit: Visit, *, now: datetime) -> None:
    """End what waits of a planned visit."""
    close_item(kind=PLANNED, subject=Subject(VISIT, visit.pk), now=now)


def evidence_came(contact: Contact, *, now: datetime) -> None:
    """End the warning about a contact, because something happened."""
    close_item(kind=FALLING, subject=Subject(CONTACT, contact.pk), now=now)


def promise_answered(promise: AccountPromise, *, now: datetime) -> None:
    """End what waits of a promise."""
    close_item(kind=DUE, subject=Subject(PROMISE, promise.pk), now=now)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(18), tzinfo=ZoneInfo(settings.TIME_ZONE))
