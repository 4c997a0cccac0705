"""How did the four measures move over the last months? Three queries, however many months."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from keytally.funnel.models import StageEntry
from keytally.funnel.queries.measures import Days, Month, annotated, day_value, entered, left_by, over_by, yes
from keytally.funnel.queries.measures_slice import Slice, is_everything, measured
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
    left = Case(When(left_on__lte=wanted.as_of, then=Month("left_on")), default=Value(""))
    grouped = (
        entries.annotate(came=Month("entered_on"), left=left)
        .values_list("stage", "came", "left")
        .annotate(count=Count("pk"), amount=Sum("amount_minor"))
        .order_by()
    )
    found: dict[tuple[str, int], tuple[int, int]] = {}
    names = [f"{first:%Y-%m}" for first, _day in months]
    for stage, came, gone, count, amount in grouped:
        for place, name in enumerate(names):
            if came <= name and (not gone or gone > name):
                counted, summed = found.get((stage, place), (0, 0))
                found[stage, place] = (counted + count, summed + int(amount or 0))
    return found


def _stays(
    person: "User", wanted: Slice, since: date
) -> tuple[dict[tuple[str, date], list[Spell]], dict[tuple[str, date], list[Spell]]]:
    """Group what came in by the month in which it did, as it is known today."""
    long = Slice(**{**_fields(wanted), "starts_on": since})
    entries = annotated(entered(person, long), long).annotate(
        month=Month("entered_on"),
        days=Days(Coalesce(left_by(wanted.as_of), day_value(wanted.as_of)), F("entered_on")),
        is_over=yes(over_by(wanted.as_of)),
    )
    went: dict[tuple[str, date], list[Spell]] = {}
    lasted: dict[tuple[str, date], list[Spell]] = {}
    keys = ("stage", "month", "days", "is_over", "is_again", "went")
    for stage, month, days, is_over, is_again, how, count in (
        entries.values_list(*keys).annotate(count=Count("pk")).order_by()
    ):
        key = (stage, _first_day(month))
        lasted.setdefault(key, []).append(Spell(days, "LEFT" if is_over else OPEN, count))
        if not is_again:
            went.setdefault(key, []).append(Spell(days, how, count))
    return went, lasted


def _ended(person: "User", wanted: Slice, since: date) -> dict[date, dict[str, int]]:
    won = Q(state=State.WON)
    rows = (
        measured(person, wanted)
        .filter(closed_on__gte=since, closed_on__lte=wanted.as_of)
        .annotate(month=Month("closed_on"))
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
        _first_day(month): {"won": won, "decided": decided, "won_minor": int(minor or 0)}
        for month, won, decided, minor in rows.values_list("month", "won", "decided", "won_minor")
    }


def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def _fields(wanted: Slice) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in wanted.__dataclass_fields__}
