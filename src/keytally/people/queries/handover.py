"""Reads of handovers: who may see which, what a person holds now, and what a confirmation would do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from keytally.core import scope
from keytally.core.belongings import Belonging, belonging_kind, belonging_kinds
from keytally.core.models import User
from keytally.core.sensitivity import DOTS
from keytally.core.subjects import seen_among
from keytally.people.models import Handover, HandoverItem
from keytally.people.rules.handover import Key, Plan, plan

HANDOVER_KIND = "handover"
VIEW, PROPOSE, END_ACCESS = "handover.view", "handover.propose", "handover.end_access"
State = Handover.State

Held = Mapping[Key, Belonging]


@dataclass(frozen=True, slots=True)
class HeldGroup:
    """All that a person holds of one kind."""

    kind: str
    label: Promise | str
    things: tuple[Belonging, ...]


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of a handover's list: the thing, the remark on it, and whether it is new or gone."""

    key: Key
    kind_label: Promise | str
    label: str
    remark: str = ""
    outcome: str = ""
    has_appeared: bool = False
    is_gone: bool = False


def visible_handovers(person: User, as_of: date) -> QuerySet[Handover]:
    """List the handovers a person may see on a day: as giver, as receiver, as who proposed it, or of their people."""
    handovers = Handover.objects.select_related("giver", "receiver", "proposed_by")
    if not person.may(VIEW):
        return handovers.none()
    own = Q(giver=person) | Q(receiver=person) | Q(proposed_by=person)
    if sees_everyone(person):
        return handovers.order_by("-pk")
    near = scope.visible(User.objects.all(), person=person, permission=VIEW, as_of=as_of, owner="pk")
    return handovers.filter(own | Q(giver__in=near) | Q(receiver__in=near)).order_by("-pk")


def sees_everyone(person: User) -> bool:
    """Tell whether a person sees the handovers of the whole company."""
    return scope.scope_of(person, VIEW) is scope.Scope.COMPANY


def givers(person: User, *, as_of: date, permission: str = PROPOSE) -> QuerySet[User]:
    """List the people whose belongings a person may hand over, by name; standing in for somebody does not suffice."""
    people = User.objects.all()
    if scope.scope_of(person, permission) is scope.Scope.OWN:
        people = people.filter(pk=person.pk)
    return scope.visible(people, person=person, permission=permission, as_of=as_of, owner="pk").order_by("name", "pk")


def receivers() -> QuerySet[User]:
    """List the people who may receive: everyone who may log in, by name."""
    return User.objects.filter(is_active=True).order_by("name", "username")


def may_withdraw(handover: Handover, *, person: User, as_of: date) -> bool:
    """Tell whether a person may take a proposal back: whoever proposed it, the giver, and who decides for the giver."""
    if handover.state != State.PROPOSED or not person.may(PROPOSE):
        return False
    return handover.proposed_by_id == person.pk or givers(person, as_of=as_of).filter(pk=handover.giver_id).exists()


def waiting_for(person: User) -> QuerySet[Handover]:
    """List the handovers that a person has to confirm, the oldest first."""
    proposed = Handover.objects.filter(receiver=person, state=State.PROPOSED)
    return proposed.select_related("giver", "proposed_by").order_by("pk")


def holds(person: User) -> list[HeldGroup]:
    """List all that a person holds now, kind by kind, as the capabilities tell it."""
    groups = (HeldGroup(kind.kind, kind.label, tuple(kind.held_by(person))) for kind in belonging_kinds())
    return [group for group in groups if group.things]


def held(person: User) -> Held:
    """List all that a person holds now by its key."""
    return {Key(group.kind, thing.id): thing for group in holds(person) for thing in group.things}


def handover_for_update(number: int) -> Handover:
    """Lock a handover for the transaction."""
    return Handover.objects.select_for_update(of=("self",)).select_related("giver", "receiver").get(pk=number)


def plan_of(handover: Handover, *, now_held: Iterable[Key]) -> Plan:
    """Compare a proposal with what the giver holds now."""
    proposed = [Key(item.kind, item.thing_id) for item in handover.items.all()]
    return plan(proposed=proposed, held=now_held, takes_everything=handover.takes_everything)


def others_open(handover: Handover) -> int:
    """Count the giver's other handovers that nobody has decided."""
    return Handover.objects.filter(giver=handover.giver_id, state=State.PROPOSED).exclude(pk=handover.pk).count()


def item_rows(handover: Handover) -> tuple[list[ItemRow], Plan | None]:
    """List a handover's items: while it is proposed with what appeared and what is gone, afterwards as it was."""
    kept = {Key(item.kind, item.thing_id): item for item in handover.items.order_by("kind", "pk")}
    if handover.state != State.PROPOSED:
        return [_kept_row(key, item) for key, item in kept.items()], None
    now_held = held(handover.giver)
    found = plan_of(handover, now_held=now_held)
    rows = [_proposed_row(key, kept.get(key), now_held=now_held, found=found) for key in (*found.moves, *found.gone)]
    return rows, found


def shown_rows(rows: list[ItemRow], *, handover: Handover, reader: User, as_of: date) -> list[ItemRow]:
    """Put dots in the place of things that somebody who only looks on may not see."""
    if reader.pk in (handover.giver_id, handover.receiver_id):
        return rows
    hidden = _unseen([row.key for row in rows], reader=reader, as_of=as_of)
    return [replace(row, label=_dots(row.key)) if row.key in hidden else row for row in rows]


def shown_groups(groups: list[HeldGroup], *, giver: User, reader: User, as_of: date) -> list[HeldGroup]:
    """Put dots in the place of things that whoever hands over for another may not see."""
    if reader.pk == giver.pk:
        return groups
    hidden = _unseen([Key(one.kind, thing.id) for one in groups for thing in one.things], reader=reader, as_of=as_of)
    return [
        replace(one, things=tuple(_or_dots(thing, one.kind, hidden=hidden) for thing in one.things)) for one in groups
    ]


def successor_of(giver: User) -> User | None:
    """Find who took everything over from a person last and may still log in."""
    taken = Handover.objects.filter(giver=giver, takes_everything=True, state=State.CONFIRMED, receiver__is_active=True)
    latest = taken.select_related("receiver").order_by("-decided_at", "-pk").first()
    return latest.receiver if latest else None


def leavers_with_belongings() -> list[tuple[User, list[HeldGroup]]]:
    """List the people who may no longer log in and still hold something: what nobody handed over."""
    gone = User.objects.filter(is_active=False).order_by("name", "username")
    return [(person, groups) for person in gone for groups in (holds(person),) if groups]


def _kept_row(key: Key, item: HandoverItem) -> ItemRow:
    return ItemRow(
        key=key,
        kind_label=_label(key.kind),
        label=str(item),
        remark=item.remark,
        outcome=item.get_outcome_display() if item.outcome != HandoverItem.Outcome.WAITING else "",
        has_appeared=item.has_appeared,
    )


def _proposed_row(key: Key, item: HandoverItem | None, *, now_held: Held, found: Plan) -> ItemRow:
    thing = now_held.get(key)
    return ItemRow(
        key=key,
        kind_label=_label(key.kind),
        label=str(thing.label) if thing else str(item or key.id),
        remark=item.remark if item else "",
        has_appeared=key in found.appeared,
        is_gone=thing is None,
    )


def _label(kind: str) -> Promise | str:
    known = belonging_kind(kind)
    return known.label if known else kind


def _unseen(keys: list[Key], *, reader: User, as_of: date) -> set[Key]:
    kinds = {key.kind for key in keys}
    seen = {
        Key(kind, number)
        for kind in kinds
        for number in seen_among([key.id for key in keys if key.kind == kind], person=reader, kind=kind, as_of=as_of)
    }
    return set(keys) - seen


def _or_dots(thing: Belonging, kind: str, *, hidden: set[Key]) -> Belonging:
    key = Key(kind, thing.id)
    return replace(thing, label=_dots(key)) if key in hidden else thing


def _dots(key: Key) -> str:
    return f"{DOTS} {key.id}"
