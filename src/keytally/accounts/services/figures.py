"""Take dated measures in, judge where there is no data, and score (K01, K02)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.models import AccountMeasure, AccountNode, ScoreJudgement, ScoreRecord
from keytally.accounts.queries.scores import known_of_all
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rule_data import weights
from keytally.accounts.rules.four_bigs import Part, Score, score
from keytally.accounts.subjects import account
from keytally.core.services import record_audit
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from keytally.core.models import User


IMPORTED = "import"


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of an account for a period, from a source."""

    node: int
    measure: str
    period: Period
    figure: int
    source: str
    currency: str = ""


@transaction.atomic
def record_measures(measured: Iterable[Measured], *, now: datetime) -> int:
    """Keep figures, in place of earlier ones of the same source and period; answers how many.

    What a capability pushes takes the place of what was imported, so that no month counts twice.
    """
    rows = [
        AccountMeasure(
            node_id=one.node,
            measure=one.measure,
            starts_on=one.period.starts_on,
            ends_before=one.period.ends_before,
            figure=one.figure,
            currency=one.currency,
            source=one.source,
            recorded_at=now,
        )
        for one in measured
    ]
    AccountMeasure.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["node", "measure", "starts_on", "ends_before", "currency", "source"],
        update_fields=["figure", "recorded_at"],
    )
    _drop_imported(rows)
    return len(rows)


@transaction.atomic
def judge_part(
    node: AccountNode, *, part: Part, points: int, reason: str, by: "User", on: date, now: datetime
) -> ScoreJudgement:
    """Give a part of the score points with a reason."""
    if not 0 <= points <= 100:
        raise UnableToKeepAccount("POINTS_OVER_100")
    if not reason.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    kept = ScoreJudgement.objects.create(
        node=node, part=part, points=points, reason=reason.strip(), judged_on=on, judged_by=by
    )
    after = {"part": part, "points": points}
    record_audit("account.judge", by=by, at=now, subject=account(node.pk), reason=kept.reason, after=after)
    return kept


@transaction.atomic
def score_accounts(*, as_of: date) -> int:
    """Score every chain on a day and keep what is new; answers how many scores were kept."""
    known = known_of_all(as_of=as_of)
    chosen = weights(as_of=as_of)
    latest = _latest(known)
    kept = []
    for node, account_known in known.items():
        others = [other for number, other in known.items() if number != node]
        found = score(account_known, others=others, weights=chosen)
        parts = as_json(found)
        before = latest.get(node)
        if before is None or (before.points, before.parts) != (found.points, parts):
            kept.append(
                ScoreRecord(node_id=node, scored_on=as_of, points=found.points, coverage=found.coverage, parts=parts)
            )
    ScoreRecord.objects.bulk_create(kept, batch_size=500)
    return len(kept)


def as_json(found: Score) -> list[dict[str, object]]:
    """Write the parts of a score as they are kept."""
    return [
        {
            "part": one.part.value,
            "points": one.points,
            "weight": one.weight,
            "source": one.source,
            "percentiles": [list(pair) for pair in one.percentiles],
            "reason": one.reason,
        }
        for one in found.parts
    ]


def _latest(nodes: Iterable[int]) -> dict[int, ScoreRecord]:
    records = ScoreRecord.objects.filter(node__in=list(nodes)).order_by("scored_on", "pk")
    return {record.node_id: record for record in records}


def _drop_imported(pushed: Sequence[AccountMeasure]) -> None:
    """Take imported figures away whose month somebody else now pushes."""
    imported = AccountMeasure.objects.filter(source=IMPORTED)
    keys = {_key(one) for one in pushed if one.source != IMPORTED}
    if not keys or not imported.exists():
        return
    months = {starts_on for _node, _measure, starts_on, *_rest in keys}
    old = imported.filter(starts_on__gte=min(months), starts_on__lte=max(months))
    gone = [one.pk for one in old.iterator() if _key(one) in keys]
    for place in range(0, len(gone), 500):
        AccountMeasure.objects.filter(pk__in=gone[place : place + 500]).delete()


def _key(one: AccountMeasure) -> tuple[int, str, date, date, str]:
    return one.node_id, one.measure, one.starts_on, one.ends_before, one.currency
