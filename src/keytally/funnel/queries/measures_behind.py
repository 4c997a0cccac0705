"""Which opportunities is a figure made of?"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q, QuerySet, Sum

from keytally.funnel.models import Opportunity
from keytally.funnel.queries.measures import annotated, counting, entered, open_on
from keytally.funnel.queries.measures_slice import Slice, measured
from keytally.funnel.rules.slope import OFF, ON
from keytally.funnel.rules.stages import Stage, State
from keytally.funnel.rules.survival import OPEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keytally.core.models import User

WENT = {"entered": None, "on": ON, "off": OFF, "undecided": OPEN}
CLOSED = {"won": State.WON, "lost": State.LOST, "stopped": State.STOPPED}
FIGURES = ("standing", "unqualified", "history", *WENT, "arrived", *CLOSED, "ended", "opened")
SORTS = ("name", "amount_minor", "opened_on", "closed_on", "expected_on")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the four measures, of one stage or of all."""

    code: str
    stage: Stage | None
    sort: str = "amount_minor"
    is_descending: bool = True

    def asked(self) -> dict[str, str]:
        """Write it as the parts of an address."""
        return {
            "figure": self.code,
            "stage": self.stage or "",
            "sort": self.sort,
            "direction": "desc" if self.is_descending else "asc",
        }


def figure_of(asked: "Mapping[str, str]") -> Figure:
    """Read a figure from an address; what is none falls back to all that stands in the funnel."""
    code, stage, sort = asked.get("figure", ""), asked.get("stage", ""), asked.get("sort", "")
    return Figure(
        code if code in FIGURES else "standing",
        Stage(stage) if stage in set(Stage) else None,
        sort if sort in SORTS else "amount_minor",
        asked.get("direction") != "asc",
    )


def behind(person: "User", wanted: Slice, figure: Figure) -> QuerySet[Opportunity]:
    """List the opportunities that a figure counts, in order."""
    found = _behind(person, wanted, figure).select_related("account", "owner", "history")
    order = F(figure.sort).desc(nulls_last=True) if figure.is_descending else F(figure.sort).asc(nulls_last=True)
    return found.order_by(order, "pk")


def total_minor(found: QuerySet[Opportunity]) -> int:
    """Sum the amounts of a list."""
    return int(found.order_by().aggregate(total=Sum("amount_minor"))["total"] or 0)


def _behind(person: "User", wanted: Slice, figure: Figure) -> QuerySet[Opportunity]:
    window, seen = wanted.window, measured(person, wanted)
    if figure.code in ("standing", "unqualified"):
        there = open_on(person, wanted, stage=figure.stage)
        return there.filter(counting(wanted) if figure.code == "standing" else ~counting(wanted))
    if figure.code in CLOSED or figure.code == "ended":
        closed = seen.filter(closed_on__gte=window.starts_on, closed_on__lt=window.ends_before)
        return closed if figure.code == "ended" else closed.filter(state=CLOSED[figure.code])
    if figure.code == "history":
        still = Q(closed_on=None) | Q(closed_on__gt=wanted.as_of)
        return seen.filter(still, is_history=True, stage="", opened_on__lte=wanted.as_of)
    if figure.code == "opened":
        return seen.filter(opened_on__gte=window.starts_on, opened_on__lt=window.ends_before)
    return seen.filter(pk__in=_entries(person, wanted, figure).order_by().values("opportunity"))


def _entries(person: "User", wanted: Slice, figure: Figure) -> QuerySet[Any]:
    """Keep the entries that a figure of the slope counts, or with which opportunities began."""
    entries = annotated(entered(person, wanted), wanted)
    if figure.stage:
        entries = entries.filter(stage=figure.stage)
    if figure.code == "arrived":
        return entries.filter(number=1)
    entries = entries.filter(is_again=False)
    return entries.filter(went=WENT[figure.code]) if WENT[figure.code] is not None else entries
