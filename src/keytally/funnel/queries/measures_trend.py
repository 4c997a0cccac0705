"""How did the four measures move over the last months? Three queries, however many months."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Greatest

from keytally.funnel.models import StageEntry
from keytally.funnel.queries.measures import again, days_stayed, entered, over_by
from keytally.funnel.queries.measures_slice import Slice, is_everything, measured
from keytally.funnel.queries.packing import WENT, MonthNumber, flag, packed, stage_place, unpacked, went_place
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.measures_evenness import entropy_ppm
from keytally.funnel.rules.slope import Slope, slope
from keytally.funnel.rules.stages import STAGES, Stage, State
from keytally.funnel.rules.survival import MILLION, OPEN, Curve, Spell, kaplan_meier, rounded

if TYPE_CHECKING:
    from keytally.core.models import User

MONTHS = 12
PERCENT_PPM = 10_000


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A month of the trend: what stood at its end, how what came in during it went on, what was won in it."""

    starts_on: date
    day: date
    counts: dict[Stage, int]
    amounts: dict[Stage, int]
    weighted_minor: int
    entropy_ppm: int | None
    slopes: dict[Stage, Slope]
    stay: Curve
    won: int
    decided: int
    won_minor: int

    @property
    def count(self) -> int:
        """How many stood in the funnel."""
        return sum(self.counts.values())

    @property
    def amount_minor(self) -> int:
        """What stood in the funnel was worth."""
        return sum(self.amounts.values())

    @property
    def win_rate_ppm(self) -> int | None:
        """Of what ended in the month, so much was won."""
        return rounded(self.won * MILLION, self.decided) if self.decided else None


def months_before(as_of: date) -> list[tuple[date, date]]:
    """List the last months, oldest first, each with its first day and the day that it is measured on.

    >>> months_before(date(2027, 3, 10))[-2:]
    [(datetime.date(2027, 2, 1), datetime.date(2027, 2, 28)), (datetime.date(2027, 3, 1), datetime.date(2027, 3, 10))]
    """
    found, first = [(as_of.replace(day=1), as_of)], as_of.replace(day=1)
    while len(found) < MONTHS:
        last = first - timedelta(days=1)
        first = last.replace(day=1)
        found.append((first, last))
    return found[::-1]


def trend(person: "User", wanted: Slice) -> list[MonthFigures]:
    """Measure the last twelve months; amounts count as they stand today, and who qualified then is not known."""
    months = months_before(wanted.as_of)
    stood = _stood(person, wanted, months)
    went, lasted = _stays(person, wanted, months[0][0])
    over = _ended(person, wanted, months[0][0])
    weights = gate_profile(as_of=wanted.as_of).stages
    found = []
    for place, (first, day) in enumerate(months):
        counts = {stage: stood.get((stage, place), (0, 0))[0] for stage in STAGES}
        amounts = {stage: stood.get((stage, place), (0, 0))[1] for stage in STAGES}
        weighted = sum(amounts[stage] * weights[stage].weight * PERCENT_PPM for stage in STAGES)
        found.append(
            MonthFigures(
                starts_on=first,
                day=day,
                counts=counts,
                amounts=amounts,
                weighted_minor=rounded(weighted, MILLION),
                entropy_ppm=entropy_ppm(list(amounts.values())),
                slopes={stage: slope(went.get((stage, first), [])) for stage in STAGES},
                stay=kaplan_meier([one for stage in STAGES for one in lasted.get((stage, first), [])]),
                **over.get(first, {"won": 0, "decided": 0, "won_minor": 0}),
            )
        )
    return found


def _stood(person: "User", wanted: Slice, months: list[tuple[date, date]]) -> dict[tuple[str, int], tuple[int, int]]:
    entries = StageEntry.objects.filter(
        Q(left_on=None) | Q(left_on__gt=months[0][1]), stage__in=STAGES, entered_on__lte=wanted.as_of
    )
    if is_everything(person, wanted):
        entries = entries.filter(currency=wanted.currency)
    else:
        entries = entries.filter(opportunity__in=measured(person, wanted).order_by().values("pk"))
    first, count_of = _number(months[0][0]), len(months)
    came = Greatest(MonthNumber("entered_on") - Value(first), Value(0))
    gone = Case(
        When(left_on__lte=wanted.as_of, then=MonthNumber("left_on") - Value(first)),
        default=Value(count_of),
        output_field=IntegerField(),
    )
    grouped = (
        entries.annotate(key=packed((came, 0), (gone, count_of + 1), (stage_place(), len(STAGES))))
        .values_list("key")
        .annotate(count=Count("pk"), amount=Sum("amount_minor"))
        .order_by()
    )
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for number, count, amount in grouped:
        since, until, stage = unpacked(number, count_of + 1, len(STAGES))
        for place in range(since, until):
            counted, summed = found.get((STAGES[stage], place), (0, 0))
            found[STAGES[stage], place] = (counted + count, summed + int(amount or 0))
    return found


def _stays(
    person: "User", wanted: Slice, since: date
) -> tuple[dict[tuple[str, date], list[Spell]], dict[tuple[str, date], list[Spell]]]:
    """Group what came in by the month in which it did, as it is known today."""
    long, months = Slice(**{**_fields(wanted), "starts_on": since}), months_before(wanted.as_of)
    key = packed(
        (days_stayed(wanted.as_of), 0),
        (stage_place(), len(STAGES)),
        (MonthNumber("entered_on") - Value(_number(since)), len(months)),
        (went_place(wanted.as_of), len(WENT)),
        (flag(over_by(wanted.as_of)), 2),
        (flag(again(since)), 2),
    )
    went: dict[tuple[str, date], list[Spell]] = {}
    lasted: dict[tuple[str, date], list[Spell]] = {}
    rows = entered(person, long).annotate(key=key).values_list("key").annotate(count=Count("pk")).order_by()
    for number, count in rows:
        days, stage, month, how, is_over, is_again = unpacked(number, len(STAGES), len(months), len(WENT), 2, 2)
        here = (STAGES[stage], months[month][0])
        lasted.setdefault(here, []).append(Spell(days, "LEFT" if is_over else OPEN, count))
        if not is_again:
            went.setdefault(here, []).append(Spell(days, WENT[how], count))
    return went, lasted


def _ended(person: "User", wanted: Slice, since: date) -> dict[date, dict[str, int]]:
    won, months = Q(state=State.WON), months_before(wanted.as_of)
    rows = (
        measured(person, wanted)
        .filter(closed_on__gte=since, closed_on__lte=wanted.as_of)
        .annotate(month=MonthNumber("closed_on") - Value(_number(since)))
        .values("month")
        .annotate(
            won=Count("pk", filter=won),
            decided=Count("pk"),
            won_minor=Sum(
                Case(When(won, then=F("amount_minor")), default=Value(0), output_field=IntegerField()), default=0
            ),
        )
        .order_by()
    )
    return {
        months[month][0]: {"won": won, "decided": decided, "won_minor": int(minor or 0)}
        for month, won, decided, minor in rows.values_list("month", "won", "decided", "won_minor")
    }


def _number(day: date) -> int:
    """Count the months from the year 0 to the month of a day, as `MonthNumber` does."""
    return day.year * 12 + day.month - 1


def _fields(wanted: Slice) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}
