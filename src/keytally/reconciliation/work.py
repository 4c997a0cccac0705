"""What waits of reconciliations: files to be checked before they run, lines nobody has explained, sign-offs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries import SUBJECT_KIND, waiting_for
from keytally.reconciliation.rule_data import deadline_of, settle_by_day
from keytally.reconciliation.services.waiting import ENDS_AT
from keytally.worklist.kinds import (
    Parameters,
    Waiting,
    WorkKind,
    page_of_subject,
    register_kind,
    register_source,
)

if TYPE_CHECKING:
    from keytally.core.models import User


def page_of_line(subject: Subject, parameters: Parameters) -> str:
    """Find the page of a line by what its item carries, without asking the database."""
    address = parameters.get("address")
    return reverse("reconciliation:why", args=address) if address else page_of_subject(subject, parameters)


RECONCILIATION = register_kind(
    WorkKind(
        code="reconciliation",
        label=_("Reconciliations"),
        icon="scale",
        sentences={
            Reconciliation.State.DRAFT: _("%(name)s: check how the files were understood, then run it"),
            Reconciliation.State.MAPPED: _("%(name)s: the columns are mapped; run it"),
            Reconciliation.State.DRY_RUN: _("%(name)s: the dry run is done; run it"),
            Reconciliation.State.OPEN: _("%(name)s: explain the lines that are still open"),
            Reconciliation.State.EXPLAINED: _("%(name)s: every line is explained; sign it off"),
        },
        weight=60,
    )
)

RESIDUAL = register_kind(
    WorkKind(
        code="residual",
        label=_("Residuals"),
        icon="scale",
        sentences={"EXPLAIN": _("%(name)s: explain the line %(line)s")},
        url=page_of_line,
        weight=55,
    )
)

DEDUCTION = register_kind(
    WorkKind(
        code="deduction",
        label=_("Deductions without a document"),
        icon="scale",
        sentences={
            "ANSWER": _("%(name)s: answer the deduction of %(amount)s, which no document of ours explains: %(line)s")
        },
        url=page_of_line,
        weight=50,
    )
)


def reconciliations(person: "User", now: datetime) -> Iterator[Waiting]:
    """Find a person's own reconciliations that need them, and those they may sign off."""
    day = settle_by_day(as_of=business_date(now))
    for found in waiting_for(person, now=now):
        deadline = deadline_of(found, day=day)
        yield Waiting(
            kind=RECONCILIATION,
            subject=Subject(SUBJECT_KIND, found.pk),
            reason_code=found.state,
            opened_at=found.changed_at,
            deadline=datetime.combine(deadline, ENDS_AT, UTC) if deadline else None,
            parameters={"name": found.name},
        )


register_source("reconciliation", reconciliations)
