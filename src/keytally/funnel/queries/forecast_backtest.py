"""How well would the chances by age have foretold our own months?"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import Least

from keytally.funnel.forecast_rules import measure_rules
from keytally.funnel.queries.measures import day_value
from keytally.funnel.queries.measures_slice import Slice, measured
from keytally.funnel.rules.calibration import Score
from keytally.funnel.rules.forecast_backtest import Fold, Life, backtest, overall
from keytally.funnel.rules.survival import OPEN

if TYPE_CHECKING:
    from keytally.core.models import User


def backtested(person: "User", wanted: Slice) -> tuple[Sequence[Fold], Score | None]:
    """Foretell every past month of a slice from what was known before it, and score that; one query for the lives."""
    rules = measure_rules(as_of=wanted.as_of)
    folds = backtest(lives(person, wanted), prior_cases=rules.prior_cases)
    return folds, overall(folds)


def lives(person: "User", wanted: Slice) -> list[Life]:
    """Group all opportunities by the day they opened, the day they ended and how."""
    day = wanted.as_of
    ended = Q(closed_on__lte=day)
    seen = Case(When(is_history=True, then=Least(F("touched_on"), day_value(day))), default=day_value(day))
    rows = (
        measured(person, wanted)
        .filter(opened_on__lte=day)
        .annotate(
            ended_on=Case(When(ended, then=F("closed_on"))),
            ending=Case(When(ended, then=F("state")), default=Value(OPEN)),
            seen_on=Case(When(ended, then=F("closed_on")), default=seen),
        )
        .values_list("opened_on", "ended_on", "ending", "seen_on")
        .annotate(count=Count("pk"))
        .order_by()
    )
    return [Life(*row) for row in rows]
