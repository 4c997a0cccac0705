"""Writes of position descriptions: a change is a new version from a day, never earlier than today."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import PositionDescription
from keytally.people.queries import duties as queries
from keytally.people.rules.duties import Description, Fault, content_of, faults, with_codes

if TYPE_CHECKING:
    from keytally.core.models import User

SUBJECT_KIND = "position_description"


class UnableToKeep(Exception):
    """A description cannot be kept; `faults` says why."""

    def __init__(self, *found: Fault) -> None:
        super().__init__(*found)
        self.faults = found


@transaction.atomic
def change_description(
    wanted: Description, *, starts_on: date, by: "User", now: datetime, reason: str
) -> PositionDescription:
    """Keep a description from a day on, or raise `UnableToKeep` with every reason."""
    taken = queries.codes_ever_used(wanted.code)
    described = Description(
        code=wanted.code,
        title_zh=wanted.title_zh.strip(),
        title_en=wanted.title_en.strip(),
        row=wanted.row,
        roles=wanted.roles,
        duties=with_codes(wanted.duties, prefix=wanted.code.upper().replace("_", "-")[:24], taken=taken),
    )
    known = queries.description(wanted.code, as_of=starts_on)
    before = content_of(known.description) if known else None
    found = (*faults(described), *_untimely(starts_on, now=now))
    if not found and before == content_of(described):
        found = (Fault("NOTHING_CHANGED"),)
    if found:
        raise UnableToKeep(*found)
    return _keep(described, starts_on=starts_on, by=by, now=now, reason=reason)


def _keep(described: Description, *, starts_on: date, by: "User", now: datetime, reason: str) -> PositionDescription:
    last = queries.history(described.code).values_list("number", flat=True).first() or 0
    kept = PositionDescription.objects.create(
        code=described.code,
        number=last + 1,
        starts_on=starts_on,
        content=content_of(described),
        reason=reason,
        made_by=by,
        made_at=now,
    )
    record_audit(
        "description.change",
        by=by,
        at=now,
        subject=Subject(SUBJECT_KIND, kept.pk),
        reason=reason,
        after={"code": kept.code, "number": kept.number, "starts_on": str(starts_on)},
    )
    return kept


def _untimely(starts_on: date, *, now: datetime) -> tuple[Fault, ...]:
    return (Fault("STARTS_IN_THE_PAST"),) if starts_on < business_date(now) else ()
