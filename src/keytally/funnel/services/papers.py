"""Lay a file to an opportunity and say what it is."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.files import UnableToKeep
from keytally.core.services import keep_attachment
from keytally.funnel.labels import PaperKind
from keytally.funnel.models import OpportunityPaper
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.services.judging import refresh
from keytally.funnel.services.locking import held_open, tell, touch
from keytally.funnel.subjects import opportunity as subject_of

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def add_paper(
    *,
    opportunity_id: int,
    chunks: Iterable[bytes],
    name: str,
    kind: PaperKind,
    received_on: date,
    by: "User",
    now: datetime,
) -> OpportunityPaper:
    """Keep a file with an opportunity; a contract form is found as evidence at once."""
    opportunity, today = held_open(opportunity_id), business_date(now)
    if received_on > today:
        raise UnableToKeepOpportunity(("EVIDENCE_IN_FUTURE", {"day": received_on}))
    try:
        file = keep_attachment(chunks, name=name, subject=subject_of(opportunity.pk), by=by, now=now)
    except UnableToKeep as refusal:
        raise UnableToKeepOpportunity(f"FILE_{refusal.code}") from refusal
    paper = OpportunityPaper.objects.create(
        opportunity=opportunity, attachment=file, kind=kind, received_on=received_on
    )
    touch(opportunity, today=today)
    refresh(opportunity, now=now)
    tell("paper", opportunity, by=by, now=now, after={"kind": kind, "file": file.name})
    return paper
