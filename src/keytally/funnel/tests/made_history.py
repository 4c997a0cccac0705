"""A funnel's history with a truth that is known: the measures have to find it again."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from keytally.funnel.labels import EndReason, Source
from keytally.funnel.models import Opportunity, StageEntry
from keytally.funnel.rules.stages import STAGES, CustomerSize, Direction, State
from keytally.funnel.services.going_on import tell_going_on

# Of those that enter a stage so many go on, and stay so many days on average; together the weights of the stages.
ON = {
    "TARGET": 1 / 2,
    "INTENT": 2 / 3,
    "PROJECT": 3 / 4,
    "RECOGNITION": 4 / 5,
    "NEGOTIATION": 5 / 8,
    "CLOSING": 4 / 5,
}
MEAN_DAYS = {"TARGET": 10, "INTENT": 20, "PROJECT": 30, "RECOGNITION": 25, "NEGOTIATION": 15, "CLOSING": 10}
WEIGHTS = {"TARGET": 0.1, "INTENT": 0.2, "PROJECT": 0.3, "RECOGNITION": 0.4, "NEGOTIATION": 0.5, "CLOSING": 0.8}


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the opportunities and their entries, in the order of their making."""

    opportunities: list
    entries: list
    ways: dict = field(default_factory=dict)


def make(*, account, owner, today, days, per_day, seed=1, amount=lambda draw: draw.randrange(1, 200) * 10_000):
    """Let opportunities come in every day, go on and end by chance, until today; nothing is written yet."""
    draw = random.Random(seed)
    made = Made([], [])
    for back in range(days, -1, -1):
        for _new in range(per_day):
            _one(
                draw,
                made,
                account=account,
                owner=owner,
                opened_on=today - timedelta(days=back),
                today=today,
                amount=amount,
            )
    return made


def keep(made):
    for one in made.opportunities:
        tell_going_on(one, made.ways[id(one)])
    Opportunity.objects.bulk_create(made.opportunities, batch_size=2000)
    StageEntry.objects.bulk_create(made.entries, batch_size=5000)


def _one(draw, made, *, account, owner, opened_on, today, amount):
    opportunity = Opportunity(
        account=account,
        owner=owner,
        name=f"made {len(made.opportunities)}",
        product=draw.choice(["milk", "tea", ""]),
        amount_minor=amount(draw),
        customer_size=CustomerSize.SMALL_MEDIUM,
        opened_on=opened_on,
        stage_since=opened_on,
        touched_on=opened_on,
        source=Source.OTHER,
        is_qualified=True,
        created_at=datetime.combine(opened_on, datetime.min.time(), UTC),
    )
    made.opportunities.append(opportunity)
    day = opened_on
    for number, stage in enumerate(STAGES, start=1):
        entry = StageEntry(
            opportunity=opportunity,
            number=number,
            stage=stage,
            direction=Direction.FORWARD,
            entered_on=day,
            entered_at=datetime.combine(day, datetime.min.time(), UTC),
        )
        made.entries.append(entry)
        made.ways.setdefault(id(opportunity), []).append(entry)
        opportunity.stage, opportunity.stage_since = stage, day
        day += timedelta(days=_stay(draw, MEAN_DAYS[stage]))
        if day > today:
            opportunity.expected_on = today + timedelta(days=draw.randrange(0, 60))
            return
        entry.left_on = day
        if draw.random() >= ON[stage]:
            opportunity.state, opportunity.end_reason = State.LOST, EndReason.PRICE
            break
    else:
        opportunity.state = State.WON
    opportunity.closed_on = opportunity.touched_on = day


def _stay(draw, mean):
    """Draw whole days of at least one, every day as likely to be the last as any other."""
    days = 1
    while draw.random() >= 1 / mean:
        days += 1
    return days
