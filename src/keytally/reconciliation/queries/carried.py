"""What did earlier months leave open, what of it does a month's run offer, and what became of it?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from keytally.reconciliation.models import CarriedLine, CarryOffer, Reconciliation, RefusedOffer
from keytally.reconciliation.rules.carry_over import RollForward, age_in_days, months_between


@dataclass(frozen=True, slots=True)
class Aged:
    """A carried line with its age."""

    line: CarriedLine
    months: int
    days: int | None

    @property
    def signed_minor(self) -> int:
        """Its amount, ours as it is and theirs turned around."""
        return self.line.amount_minor if self.line.side == "ours" else -self.line.amount_minor


@dataclass(frozen=True, slots=True)
class Offer:
    """Carried lines and lines of this month that seem to be the same thing."""

    number: int
    ground: str
    gap_minor: int
    currency: str
    carried: tuple[Aged, ...]
    found: tuple[CarryOffer, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """An offer that a person refused: what it was, by whom, when and why."""

    stroke: str
    carried: tuple[str, ...]
    found: tuple[str, ...]
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What a month began with, what it offers, what was found in it, and what stays open."""

    offers: Sequence[Offer]
    refused: Sequence[Refused]
    open_lines: Sequence[Aged]
    found_lines: Sequence[Aged]
    sums: Mapping[str, RollForward]


def previous(found: Reconciliation) -> Reconciliation | None:
    """Find the last earlier month of the same account that has a result."""
    if found.account is None or not found.month:
        return None
    rows = Reconciliation.objects.filter(account=found.account, month__lt=found.month, run_number__gt=0)
    return rows.exclude(month="").order_by("-month", "-pk").first()


def waiting_lines(found: Reconciliation) -> QuerySet[CarriedLine]:
    """List what earlier months left open that no month has found."""
    return _of_account(found).filter(state=CarriedLine.State.OPEN)


def _of_account(found: Reconciliation) -> QuerySet[CarriedLine]:
    if found.account is None or not found.month:
        return CarriedLine.objects.none()
    return CarriedLine.objects.filter(account=found.account, month__lt=found.month).select_related("origin", "found_by")


def lines_of(found: Reconciliation) -> QuerySet[CarriedLine]:
    """List the lines carried over into a month; one found in an earlier month does not stand here."""
    here = Q(state=CarriedLine.State.OPEN) | Q(state=CarriedLine.State.FOUND, found_in__month__gte=found.month)
    return _of_account(found).filter(here)


def carry_over(found: Reconciliation, *, as_of: date) -> CarryOver:
    """Gather what is carried over into a month, what of it is offered, and what was found or refused."""
    aged = [_aged(line, found, as_of=as_of) for line in lines_of(found)]
    found_here = [one for one in aged if one.line.found_in_id == found.pk]
    by_number = {one.line.pk: one for one in aged}
    offered = CarryOffer.objects.filter(reconciliation=found)
    return CarryOver(
        offers=_offers(offered, by_number),
        refused=refused_offers(found),
        open_lines=[one for one in aged if one.line.found_in_id != found.pk],
        found_lines=found_here,
        sums={
            currency: RollForward(
                sum(one.signed_minor for one in aged if one.line.currency == currency),
                sum(one.signed_minor for one in found_here if one.line.currency == currency),
            )
            for currency in sorted({one.line.currency for one in aged})
        },
    )


def _aged(line: CarriedLine, found: Reconciliation, *, as_of: date) -> Aged:
    return Aged(line, months_between(line.month, found.month), age_in_days(line.line_on, as_of=as_of))


def _offers(rows: QuerySet[CarryOffer], aged: Mapping[int, Aged]) -> list[Offer]:
    """Group the rows of offers; one whose carried lines are found or gone is no offer any more."""
    grouped: dict[int, list[CarryOffer]] = {}
    for row in rows:
        grouped.setdefault(row.offer, []).append(row)
    offers = []
    for number, members in grouped.items():
        carried = tuple(
            aged[row.carried_id] for row in members if row.carried_id is not None and row.carried_id in aged
        )
        if carried and all(one.line.state == CarriedLine.State.OPEN for one in carried):
            found = tuple(row for row in members if row.carried_id is None)
            first = members[0]
            offers.append(Offer(number, first.ground, first.gap_minor, carried[0].line.currency, carried, found))
    return offers


def has_carry_over(found: Reconciliation) -> bool:
    """Tell whether anything is carried over into a month."""
    return _of_account(found).exists()


def refused_pairs(found: Reconciliation) -> set[tuple[str, str]]:
    """Name the pairs of lines that are not offered again, as the rules of meeting name them."""
    refused = RefusedOffer.objects.filter(reconciliation=found, withdrawn_at=None)
    return {
        (str(carried), f"{side}:{line_id}")
        for carried, side, line_id in refused.values_list("carried", "side", "line_id")
    }


def refused_offers(found: Reconciliation) -> list[Refused]:
    """List the offers of a month that were refused and not taken back, the latest first."""
    rows = RefusedOffer.objects.filter(reconciliation=found, withdrawn_at=None).select_related("carried", "refused_by")
    grouped: dict[str, list[RefusedOffer]] = {}
    for row in rows:
        grouped.setdefault(row.stroke, []).append(row)
    return [
        Refused(
            stroke,
            tuple(dict.fromkeys(f"{one.carried.month} · {one.carried}" for one in members)),
            tuple(dict.fromkeys(str(one) for one in members)),
            str(members[0].refused_by),
            members[0].refused_at,
            members[0].reason,
        )
        for stroke, members in grouped.items()
    ]
