"""May this person act on a step now, in their own right or for somebody who is away?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from keytally.approvals.rules.workflow import Mode
from keytally.people.rules.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Step:
    """Whose decision it is: the people of a slot, what is asked of them, and who asks."""

    people: tuple[int, ...]
    mode: Mode
    requester: int


def standing_in(step: Step, *, organisation: Organisation, at: datetime) -> Mapping[int, int]:
    """List who may act for somebody at an instant, each with the person they act for.

    The requester, and for decisions whoever reports to the requester, acts for nobody.
    """
    found: dict[int, int] = {}
    barred = _barred(step, organisation)
    for person in sorted(step.people):
        for delegate in organisation.delegates(person, at):
            if delegate not in step.people and delegate not in barred:
                found.setdefault(delegate, person)
    return found


def acts_for(step: Step, person: int, *, organisation: Organisation, at: datetime) -> int | None:
    """Name the person whose decision it is when this person decides: themselves, somebody who is away, or nobody."""
    if person in step.people:
        return person
    return standing_in(step, organisation=organisation, at=at).get(person)


def everyone(steps: Iterable[Step], *, organisation: Organisation, at: datetime) -> frozenset[int]:
    """List everyone who may act on some of the steps at an instant."""
    return frozenset(
        person for step in steps for person in (*step.people, *standing_in(step, organisation=organisation, at=at))
    )


def _barred(step: Step, organisation: Organisation) -> frozenset[int]:
    if step.mode is Mode.DECIDE:
        return organisation.subtree(step.requester)
    return frozenset({step.requester}) if step.mode is Mode.CONSULT else frozenset()
