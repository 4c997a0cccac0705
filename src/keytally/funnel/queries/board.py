"""What stands on the board: the cards of every stage, the biggest first, and what each stage comes to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When

from keytally.funnel.models import Opportunity
from keytally.funnel.queries.lists import qualifies
from keytally.funnel.rules.stages import IN_FRONT, STAGES

COLUMNS: tuple[str, ...] = (IN_FRONT, *(stage.value for stage in STAGES))
MOST_CARDS = 300


@dataclass(frozen=True, slots=True)
class Card:
    """An opportunity as the board shows it."""

    number: int
    stage: str
    name: str
    account_zh: str
    account_en: str
    amount_minor: int | None
    currency: str
    owner: str
    expected_on: date | None
    stage_since: date
    is_qualified: bool
    met: int
    missing: int
    overrides: int
    source: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a stage comes to: how many, how many of them do not qualify any more, and amounts by currency."""

    stage: str
    count: int
    unqualified: int
    amounts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A stage with its cards; those beyond the most that a column shows are on the list."""

    head: Head
    cards: Sequence[Card]

    @property
    def hidden(self) -> int:
        """Count the cards that are not shown."""
        return self.head.count - len(self.cards)


def columns(found: QuerySet[Opportunity], *, as_of: date) -> list[Column]:
    """Fetch the board of opportunities that fit, in a constant number of queries."""
    sums = heads(found, as_of=as_of)
    return [Column(sums[stage], cards(found.filter(stage=stage), as_of=as_of)) for stage in COLUMNS]


def heads(found: QuerySet[Opportunity], *, as_of: date, stages: Collection[str] = COLUMNS) -> Mapping[str, Head]:
    """Add stages up, in one query."""
    rows = (
        found.order_by()
        .filter(stage__in=stages)
        .values("stage", "currency")
        .annotate(
            count=Count("pk"),
            amount=Sum("amount_minor"),
            good=Sum(Case(When(qualifies(as_of), then=Value(1)), default=Value(0), output_field=IntegerField())),
        )
        .order_by("stage", "currency")
    )
    by_stage: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_stage[row["stage"]].append(row)
    return {stage: _head(stage, by_stage.get(stage, [])) for stage in stages}


def cards(found: QuerySet[Opportunity], *, as_of: date, most: int = MOST_CARDS) -> list[Card]:
    """Fetch cards, the biggest first."""
    rows = found.order_by(F("amount_minor").desc(nulls_last=True), "pk").values_list(
        *("pk", "stage", "name", "account__name_zh", "account__name_en", "amount_minor", "currency"),
        *("owner__name", "expected_on", "stage_since", "is_qualified", "qualifies_before"),
        *("criteria_met", "criteria_missing", "override_count", "source"),
    )
    return [_card(row, as_of=as_of) for row in rows[:most]]


def _card(row: tuple[Any, ...], *, as_of: date) -> Card:
    *facts, good, before, met, missing, overrides, source = row
    number, stage, name, account_zh, account_en, amount, currency, owner, expected, since = facts
    return Card(
        number=number,
        stage=stage,
        name=name,
        account_zh=account_zh or "",
        account_en=account_en or "",
        amount_minor=amount,
        currency=currency,
        owner=owner or "",
        expected_on=expected,
        stage_since=since,
        is_qualified=good and (before is None or before > as_of),
        met=met,
        missing=missing,
        overrides=overrides,
        source=source,
    )


def _head(stage: str, rows: Sequence[Mapping[str, Any]]) -> Head:
    count = sum(row["count"] for row in rows)
    good = sum(int(row["good"] or 0) for row in rows)
    amounts = tuple((str(row["currency"]), int(row["amount"])) for row in rows if row["amount"] is not None)
    return Head(stage, count, count - good if stage else 0, amounts)


def needs_attention(as_of: date) -> Q:
    """Keep open opportunities in a stage that they do not qualify for."""
    return ~Q(stage=IN_FRONT) & ~qualifies(as_of)
