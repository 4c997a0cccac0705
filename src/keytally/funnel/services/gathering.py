"""Keep what the finders find as evidence, and void what they find no longer."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from keytally.core.clock import business_date
from keytally.funnel.models import GateEvidence, Opportunity
from keytally.funnel.queries.finding import Found, found_for
from keytally.funnel.queries.proofs import base_key

NO_LONGER_FOUND = gettext_noop("the record that showed it does not any more")


@transaction.atomic
def gather(opportunities: Sequence[Opportunity], *, now: datetime) -> int:
    """Bring the found evidence of opportunities up to date; answers how many rows came or went."""
    today = business_date(now)
    found = found_for(opportunities, as_of=today)
    kept: dict[int, list[GateEvidence]] = defaultdict(list)
    for row in GateEvidence.objects.filter(opportunity__in=list(found)).exclude(finder="").order_by("pk"):
        kept[row.opportunity_id].append(row)
    came, gone = [], []
    for number, findings in found.items():
        fresh, stale = _differences(findings, kept.get(number, []))
        gone += stale
        came += [_row(one, kept.get(number, []), today=today, now=now) for one in fresh]
    GateEvidence.objects.filter(pk__in=[row.pk for row in gone]).update(voided_on=today, void_reason=NO_LONGER_FOUND)
    GateEvidence.objects.bulk_create([row for row in came if row.pk is None], batch_size=500)
    back = [row.pk for row in came if row.pk is not None]
    GateEvidence.objects.filter(pk__in=back).update(voided_on=None, void_reason="")
    return len(came) + len(gone)


def _differences(findings: Sequence[Found], rows: Iterable[GateEvidence]) -> tuple[list[Found], list[GateEvidence]]:
    standing = {base_key(row): row for row in rows if row.voided_on is None}
    keys = {one.key for one in findings}
    fresh = list({one.key: one for one in findings if one.key not in standing}.values())
    return fresh, [row for key, row in standing.items() if key not in keys]


def _row(one: Found, rows: Iterable[GateEvidence], *, today: date, now: datetime) -> GateEvidence:
    """Make the row of a finding; one that went and came back on the same day is taken back."""
    earlier = [row for row in rows if base_key(row) == one.key]
    same_day = next((row for row in earlier if row.voided_on == today), None)
    if same_day:
        return same_day
    return GateEvidence(
        opportunity_id=one.opportunity,
        criterion=one.criterion,
        happened_on=one.happened_on,
        ends_before=one.ends_before,
        source_kind=one.source_kind,
        subject_kind=one.subject_kind,
        subject_id=one.subject_id,
        note=one.note,
        finder=one.finder,
        idempotency_key=f"{one.key}:{len(earlier)}" if earlier else one.key,
        recorded_at=now,
    )
