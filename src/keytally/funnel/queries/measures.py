"""What do the four measures need, counted by the database: nothing is loaded one by one, nothing is sampled?"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least

from keytally.funnel.models import Opportunity, StageEntry
from keytally.funnel.queries.measures_slice import Slice, is_everything, measured
from keytally.funnel.queries.packing import WENT, flag, packed, stage_place, unpacked, went_place
from keytally.funnel.rules.slope import OFF, ON
from keytally.funnel.rules.stages import STAGES, Stage, State
from keytally.funnel.rules.survival import OPEN, Spell

if TYPE_CHECKING:
    from keytally.core.models import User


class Days(Func):
    """The days from the second day to the first."""

    arity = 2
    output_field = IntegerField()
    template = "(%(expressions)s)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - Django's own signature
        """Subtract days where a date is text."""
        template, joiner = "CAST(julianday(%(expressions)s) AS INTEGER)", ") - julianday("
        sql, parameters = self.as_sql(compiler, connection, template=template, arg_joiner=joiner)
        return sql, tuple(parameters)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in a stage: all of it, and what no longer qualifies."""

    count: int = 0
    amount_minor: int = 0
    without_amount: int = 0
    unqualified: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended in the window: by how, the amount won, and how many of the won have an amount."""

    won: int = 0
    lost: int = 0
    stopped: int = 0
    won_minor: int = 0
    won_with_amount: int = 0
    history: int = 0

    @property
    def decided(self) -> int:
        """How many ended in any way."""
        return self.won + self.lost + self.stopped


@dataclass(frozen=True, slots=True)
class Stays:
    """Stays in a stage: how long they lasted, how those that came in for the first time went on, how many began."""

    lasted: tuple[Spell, ...]
    went: tuple[Spell, ...]
    arrived: int


def standing(person: "User", wanted: Slice) -> dict[Stage, Standing]:
    """Count and sum what is open and stood in each stage on the day; what no longer qualifies is told apart."""
    qualifies = counting(wanted)
    rows = (
        open_on(person, wanted)
        .values("entries__stage")
        .annotate(
            count=Count("pk", filter=qualifies),
            amount=Sum("amount_minor", filter=qualifies),
            bare=Count("pk", filter=qualifies & Q(amount_minor=None)),
            out=Count("pk", filter=~qualifies),
        )
        .order_by()
    )
    found = {
        Stage(row["entries__stage"]): Standing(row["count"], int(row["amount"] or 0), row["bare"], row["out"])
        for row in rows
    }
    return {stage: found.get(stage, Standing()) for stage in STAGES}


def open_on(person: "User", wanted: Slice, *, stage: Stage | None = None) -> QuerySet[Opportunity]:
    """Keep what stood in a stage, or in one of them, on the day of the slice, once each, joined with that entry."""
    day = wanted.as_of
    stood = Q(entries__entered_on__lte=day) & (Q(entries__left_on=None) | Q(entries__left_on__gt=day))
    if stage:
        stood &= Q(entries__stage=stage)
    still = Q(closed_on=None) | Q(closed_on__gt=day)
    return measured(person, wanted).filter(stood, still, is_history=False)


def counting(wanted: Slice) -> Q:
    """Write the condition under which an opportunity counts; of a past day nobody kept who qualified, and all do."""
    return Q(pk__isnull=False) if wanted.is_past else qualifying(wanted.as_of)


def qualifying(day: date) -> Q:
    """Write the condition under which an opportunity belongs where it stands on a day."""
    return Q(is_qualified=True) & (Q(qualifies_before=None) | Q(qualifies_before__gt=day))


def stays(person: "User", wanted: Slice) -> dict[Stage, Stays]:
    """Group the stays that began in the window by stage, days and how they went on; in one pass over the entries."""
    key = packed(
        (days_stayed(wanted.as_of), 0),
        (stage_place(), len(STAGES)),
        (went_place(wanted.as_of), len(WENT)),
        (flag(over_by(wanted.as_of)), 2),
        (flag(again(wanted.starts_on)), 2),
        (flag(Q(number=1)), 2),
    )
    lasted: dict[str, list[Spell]] = {}
    went: dict[str, list[Spell]] = {}
    arrived: dict[str, int] = {}
    rows = entered(person, wanted).annotate(key=key).values_list("key").annotate(count=Count("pk")).order_by()
    for number, count in rows:
        days, place, how, is_over, is_again, is_first = unpacked(number, len(STAGES), len(WENT), 2, 2, 2)
        stage = STAGES[place]
        lasted.setdefault(stage, []).append(Spell(days, "LEFT" if is_over else OPEN, count))
        if not is_again:
            went.setdefault(stage, []).append(Spell(days, WENT[how], count))
        if is_first:
            arrived[stage] = arrived.get(stage, 0) + count
    return {
        stage: Stays(tuple(lasted.get(stage, ())), tuple(went.get(stage, ())), arrived.get(stage, 0))
        for stage in STAGES
    }


def entered(person: "User", wanted: Slice) -> QuerySet[StageEntry]:
    """Keep the stage entries of the window."""
    window = wanted.window
    entries = StageEntry.objects.filter(
        stage__in=STAGES, currency=wanted.currency, entered_on__gte=window.starts_on, entered_on__lt=window.ends_before
    )
    if is_everything(person, wanted):
        return entries
    return entries.filter(opportunity__in=measured(person, wanted).order_by().values("pk"))


def cycles(person: "User", wanted: Slice) -> list[Spell]:
    """Group what was opened in the window by days from opening to the end, and by how it ended."""
    day = wanted.as_of
    ended = Q(closed_on__lte=day)
    opened = measured(person, wanted).filter(
        opened_on__gte=wanted.window.starts_on, opened_on__lt=wanted.window.ends_before
    )
    seen = Case(
        When(ended, then=F("closed_on")),
        # What another system left open was seen until its file was written.
        When(is_history=True, then=Least(F("touched_on"), day_value(day))),
        default=day_value(day),
        output_field=DateField(),
    )
    rows = (
        opened.annotate(days=Days(seen, F("opened_on")), ending=Case(When(ended, then=F("state")), default=Value(OPEN)))
        .values_list("days", "ending")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return [Spell(max(0, days), ending, count) for days, ending, count in rows]


def ended(person: "User", wanted: Slice) -> Ended:
    """Count what ended in the window, and sum what was won."""
    closed = measured(person, wanted).filter(
        closed_on__gte=wanted.window.starts_on, closed_on__lt=wanted.window.ends_before
    )
    won = Q(state=State.WON)
    found = closed.aggregate(
        won=Count("pk", filter=won),
        lost=Count("pk", filter=Q(state=State.LOST)),
        stopped=Count("pk", filter=Q(state=State.STOPPED)),
        won_minor=Sum("amount_minor", filter=won),
        won_with_amount=Count("pk", filter=won & Q(amount_minor__gt=0)),
        history=Count("pk", filter=Q(is_history=True)),
    )
    return Ended(**{name: int(value or 0) for name, value in found.items()})


def open_history(person: "User", wanted: Slice) -> int:
    """Count what is in progress in imported history on the day: it sells, too, and stands in no stage."""
    day = wanted.as_of
    still = Q(closed_on=None) | Q(closed_on__gt=day)
    return measured(person, wanted).filter(still, is_history=True, stage="", opened_on__lte=day).count()


def annotated(entries: QuerySet[StageEntry], wanted: Slice) -> QuerySet[Any]:
    """Say of each entry how it went on by the day, and whether it is one more of the same opportunity."""
    day = wanted.as_of
    went = Case(
        When(onward_on__lte=day, then=Value(ON)),
        When(dropped_on__lte=day, then=Value(OFF)),
        default=Value(OPEN),
        output_field=CharField(max_length=8),
    )
    return entries.annotate(is_again=yes(again(wanted.starts_on)), went=went)


def again(starts_on: date) -> Q:
    """Write the condition of an entry whose opportunity had entered the same stage since a day before: one more."""
    return Q(same_stage_on__gte=starts_on)


def day_value(day: date) -> Value:
    """Write a day as the database takes it."""
    return Value(day, output_field=DateField())


def left_by(day: date) -> Case:
    """Give the day on which a stay ended, if it had by then."""
    return Case(When(over_by(day), then=F("left_on")), default=Value(None), output_field=DateField())


def days_stayed(day: date) -> Days:
    """Count the days of a stay, up to a day."""
    return Days(Coalesce(left_by(day), day_value(day)), F("entered_on"))


def over_by(day: date) -> Q:
    """Write the condition of a stay that had ended by a day."""
    return Q(left_on__lte=day)


def yes(condition: Q) -> Case:
    """Turn a condition into something to group by."""
    return Case(When(condition, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())
