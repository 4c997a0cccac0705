"""What moves when one person hands over to another, and is nothing lost on the way? Spec 13, docs/rules/handover.md."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A belonging: a thing that a capability keeps for somebody, by its kind and its number there."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a confirmation would do now; the parts never overlap, and `moves` with `stays` are all that is held now."""

    moves: tuple[Key, ...]
    # Of `moves`, those that appeared after the proposal.
    appeared: tuple[Key, ...]
    # Proposed, but the giver does not hold them any more.
    gone: tuple[Key, ...]
    stays: tuple[Key, ...]

    @property
    def fingerprint(self) -> str:
        """Tell one list of moves from another, so that nobody confirms a list other than the one they saw."""
        text = ";".join(f"{key.kind}:{key.id}" for key in self.moves)
        return hashlib.sha256(text.encode()).hexdigest()


def plan(*, proposed: Iterable[Key], held: Iterable[Key], takes_everything: bool) -> Plan:
    """Compare what was proposed with what the giver holds now.

    A handover of everything takes what appeared in between too; one of chosen things leaves it where it is and says so.
    """
    asked, now = set(proposed), set(held)
    moving = now if takes_everything else now & asked
    return Plan(
        moves=tuple(sorted(moving)),
        appeared=tuple(sorted(moving - asked)),
        gone=tuple(sorted(asked - now)),
        stays=tuple(sorted(now - moving)),
    )


@dataclass(frozen=True, slots=True)
class Wish:
    """A handover as somebody proposes it."""

    giver: int
    receiver: int
    takes_everything: bool
    ends_access: bool
    items: int


def faults(wish: Wish, *, receiver_may_log_in: bool, is_open_already: bool) -> tuple[str, ...]:
    """List why a handover cannot be proposed; none means it can."""
    found = []
    if wish.giver == wish.receiver:
        found.append("SAME_PERSON")
    if not receiver_may_log_in:
        found.append("RECEIVER_GONE")
    if not wish.items and not wish.ends_access:
        found.append("NOTHING_CHOSEN")
    if wish.ends_access and not wish.takes_everything:
        found.append("LEAVER_KEEPS_SOMETHING")
    if wish.takes_everything and is_open_already:
        found.append("EVERYTHING_PROPOSED_ALREADY")
    return tuple(found)


def objections(
    found: Plan, *, fingerprint: str, receiver_may_log_in: bool, ends_access: bool, others_open: int
) -> tuple[str, ...]:
    """List why a handover cannot be confirmed as the receiver saw it; none means it can."""
    reasons = []
    if fingerprint != found.fingerprint:
        reasons.append("LIST_CHANGED")
    if not receiver_may_log_in:
        reasons.append("RECEIVER_GONE")
    if ends_access and others_open:
        reasons.append("ANOTHER_IS_OPEN")
    return tuple(reasons)
