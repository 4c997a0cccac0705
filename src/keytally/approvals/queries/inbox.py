"""What waits for a person's decision, in their own right or for somebody who is away?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from keytally.approvals.models import Request, Seat, Slot
from keytally.approvals.rules.standing import Step as Standing
from keytally.approvals.rules.standing import acts_for
from keytally.approvals.rules.workflow import Mode
from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.people.queries.organisation import organisation
from keytally.people.rules.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decision that waits for a person, and whose it is when it is another's."""

    slot: Slot
    for_person: User | None

    @property
    def request(self) -> Request:
        """What is asked."""
        return self.slot.step.request

    def is_late(self, now: datetime) -> bool:
        """Tell whether its deadline is over."""
        due = self.slot.step.due_at
        return due is not None and due < now


def waiting_slots(person: User, *, now: datetime) -> QuerySet[Slot]:
    """List the decisions a person may make now, the most urgent first."""
    whole = organisation(as_of=business_date(now))
    own = Seat.objects.filter(person=person, is_waiting=True).values("slot")
    mine = Q(pk__in=own)
    away = whole.stands_in_for(person.pk, now)
    if away:
        theirs = Seat.objects.filter(person__in=away, is_waiting=True)
        mine |= Q(pk__in=_not_barred(theirs, person, whole).values("slot"))
    slots = Slot.objects.filter(mine, outcome="").select_related("step__request__requester")
    return slots.order_by(F("step__due_at").asc(nulls_last=True), "step__opened_at", "pk")


def waiting_count(person: User, *, now: datetime) -> int:
    """Count the decisions that wait for a person."""
    return waiting_slots(person, now=now).order_by().count()


def explained(slots: Sequence[Slot], person: User, *, now: datetime) -> list[Waiting]:
    """Say of each decision for whom the person would make it."""
    seats: dict[int, list[User]] = {slot.pk: [] for slot in slots}
    for seat in Seat.objects.filter(slot__in=slots).select_related("person"):
        seats[seat.slot_id].append(seat.person)
    whole = organisation(as_of=business_date(now))
    found = []
    for slot in slots:
        there = {each.pk: each for each in seats[slot.pk]}
        whose = acts_for(standing(slot, there), person.pk, organisation=whole, at=now)
        found.append(Waiting(slot, there.get(whose or 0) if whose != person.pk else None))
    return found


def stood_in_for(person: User, *, now: datetime) -> list[Waiting]:
    """List the decisions that wait for those a person stands in for."""
    if not is_standing_in(person, now=now):
        return []
    own = Seat.objects.filter(person=person, is_waiting=True).values("slot")
    return explained(list(waiting_slots(person, now=now).exclude(pk__in=own)), person, now=now)


def is_standing_in(person: User, *, now: datetime) -> bool:
    """Tell whether a person stands in for anybody."""
    return bool(organisation(as_of=business_date(now)).stands_in_for(person.pk, now))


def standing(slot: Slot, people: Iterable[int]) -> Standing:
    """Say whose decision it is, for the rule that tells who may make it."""
    return Standing(tuple(people), Mode(slot.step.mode), slot.step.request.requester_id)


def _not_barred(theirs: QuerySet[Seat], person: User, whole: Organisation) -> QuerySet[Seat]:
    """Leave out what the person asked for, and the decisions on what their managers asked for."""
    asked_by = set(theirs.order_by().values_list("request__requester", flat=True).distinct())
    managers = {requester for requester in asked_by if person.pk in whole.subtree(requester)} - {person.pk}
    barred = Q(slot__step__mode=Mode.DECIDE, request__requester__in=managers)
    own = Q(request__requester=person) & ~Q(slot__step__mode=Mode.DO)
    return theirs.exclude(barred | own)
