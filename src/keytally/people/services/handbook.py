"""Writes of the handbook: a new edition from a day, and what members acknowledge."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people import defaults
from keytally.people.models import HandbookAcknowledgement, HandbookEdition
from keytally.people.queries import handbook as queries
from keytally.people.rules.handbook import Section, content_of, faults

if TYPE_CHECKING:
    from keytally.core.models import User

SUBJECT_KIND = "handbook_edition"


class UnableToKeep(Exception):
    """An edition cannot be kept; the arguments are the codes of the reasons."""


class UnableToAcknowledge(Exception):
    """The edition that was read is not the one that holds."""


@transaction.atomic
def change_handbook(
    sections: Sequence[Section], *, starts_on: date, asks_again: bool, by: "User", now: datetime, reason: str
) -> HandbookEdition:
    """Keep a new edition from a day on, or raise `UnableToKeep` with every reason."""
    found = list(faults(sections))
    if starts_on < business_date(now):
        found.append("STARTS_IN_THE_PAST")
    if not found and tuple(sections) == queries.handbook(as_of=starts_on).sections:
        found.append("NOTHING_CHANGED")
    if found:
        raise UnableToKeep(*found)
    keep_shipped(now=now)
    last = HandbookEdition.objects.order_by("-number").values_list("number", flat=True)[0]
    edition = HandbookEdition.objects.create(
        number=last + 1,
        starts_on=starts_on,
        sections=[content_of(section) for section in sections],
        asks_again=asks_again,
        reason=reason,
        made_by=by,
        made_at=now,
    )
    record_audit(
        "handbook.change",
        by=by,
        at=now,
        subject=Subject(SUBJECT_KIND, edition.pk),
        reason=reason,
        after={"number": edition.number, "starts_on": str(starts_on), "asks_again": asks_again},
    )
    return edition


@transaction.atomic
def acknowledge(person: "User", *, number: int, now: datetime) -> HandbookAcknowledgement:
    """Write down that a person read the edition that holds, or raise `UnableToAcknowledge` if they read another."""
    if number != queries.handbook(as_of=business_date(now)).number:
        raise UnableToAcknowledge(number)
    edition = HandbookEdition.objects.filter(number=number).first() or keep_shipped(now=now)
    found, is_new = HandbookAcknowledgement.objects.get_or_create(
        edition=edition, person=person, defaults={"acknowledged_at": now}
    )
    if is_new:
        subject = Subject(SUBJECT_KIND, edition.pk)
        record_audit("handbook.acknowledge", by=person, at=now, subject=subject, after={"number": number})
    return found


def keep_shipped(*, now: datetime) -> HandbookEdition:
    """Keep the shipped edition as number 1, so that what was acknowledged can be shown whatever is shipped later."""
    kept, _is_new = HandbookEdition.objects.get_or_create(
        number=queries.FIRST_NUMBER,
        defaults={
            "starts_on": queries.SHIPPED.starts_on,
            "sections": [content_of(section) for section in defaults.sections()],
            "asks_again": True,
            "made_at": now,
        },
    )
    return kept
