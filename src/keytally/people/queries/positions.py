"""Positions and people as their pages show them: lists by filter, and one of each with its history."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Subquery

from keytally.core.models import User
from keytally.core.search import pinyin
from keytally.people.models import Delegation, Holding, Position, PositionRole, ReportingLine, Unit
from keytally.people.queries.chart import people_names
from keytally.people.queries.organisation import RoleName, organisation, position_roles, running
from keytally.people.rules.organisation import Organisation
from keytally.people.rules.template import RoleTemplate, default_template

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Filter:
    """Which positions a list shows."""

    as_of: date
    text: str = ""
    role: str = ""
    unit: int | None = None
    is_vacant: bool = False


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A position in a list: who holds it, who stands above it, and how many below."""

    position: Position
    role: str
    holders: tuple[tuple[int, str], ...]
    boss: Position | None
    dotted: tuple[Position, ...]
    reports: int


def filtered_positions(wanted: Filter) -> QuerySet[Position]:
    """List the positions of a day that fit a filter; a unit stands for everything below it too."""
    found = Position.objects.filter(running(wanted.as_of)).select_related("unit").order_by("unit__code", "code")
    if wanted.role:
        found = found.filter(role=wanted.role)
    if wanted.unit is not None:
        inside = Q(unit=wanted.unit) | Q(unit__parent=wanted.unit) | Q(unit__parent__parent=wanted.unit)
        found = found.filter(inside)
    held = Holding.objects.filter(running(wanted.as_of), position=OuterRef("pk"))
    if wanted.is_vacant:
        found = found.filter(~Exists(held))
    if wanted.text:
        by_holder = held.filter(Q(person__name__icontains=wanted.text) | Q(person__username__icontains=wanted.text))
        found = found.filter(_named(wanted.text) | Exists(by_holder))
    return found


def positions_named(text: str, *, as_of: date) -> QuerySet[Position]:
    """List the positions of a day whose own name, code or city has a text in it."""
    return Position.objects.filter(running(as_of), _named(text)).order_by("unit__code", "code")


def _named(text: str) -> Q:
    by_name = Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    return by_name | Q(code__icontains=text) | Q(city__icontains=text)


def positions_to_take(wanted: Filter) -> QuerySet[Position]:
    """List the positions of a filter, each with its holders and lines of the day, for a file."""
    now = running(wanted.as_of)
    held = Prefetch("holdings", Holding.objects.filter(now).select_related("person"), to_attr="held")
    above = Prefetch("lines", ReportingLine.objects.filter(now).select_related("boss"), to_attr="above")
    own = PositionRole.objects.filter(code=OuterRef("role"))
    names = {"own_role_zh": Subquery(own.values("name_zh")), "own_role_en": Subquery(own.values("name_en"))}
    return filtered_positions(wanted).annotate(**names).prefetch_related(held, above)


def position_rows(positions: "Sequence[Position]", *, as_of: date) -> list[PositionRow]:
    """Add to positions who holds them and who stands above them."""
    whole = organisation(as_of=as_of)
    bosses = {boss for place in positions for boss in _above(whole, place.pk)}
    places = Position.objects.in_bulk(bosses)
    people = people_names(holder for place in positions for holder in whole.holders(place.pk))
    roles = {code: role.name for code, role in position_roles().items()}
    return [_row(place, whole=whole, places=places, people=people, roles=roles) for place in positions]


def _row(
    place: Position, *, whole: Organisation, places: dict[int, Position], people: dict[int, str], roles: dict[str, str]
) -> PositionRow:
    boss = whole.solid_boss(place.pk)
    return PositionRow(
        place,
        role=roles.get(place.role, place.role),
        holders=tuple((holder, people[holder]) for holder in whole.holders(place.pk) if holder in people),
        boss=places.get(boss) if boss else None,
        dotted=tuple(places[each] for each in whole.dotted_bosses(place.pk) if each in places),
        reports=len(whole.solid_reports(place.pk)),
    )


def _above(whole: Organisation, place: int) -> Iterable[int]:
    boss = whole.solid_boss(place)
    return whole.dotted_bosses(place) if boss is None else (boss, *whole.dotted_bosses(place))


def lines_above(position: Position) -> QuerySet[ReportingLine]:
    """List every line of a position over time, the newest first."""
    lines = ReportingLine.objects.filter(position=position).select_related("boss", "position")
    return lines.order_by("kind", "city", "-starts_on")


def lines_below(position: Position, *, as_of: date) -> QuerySet[ReportingLine]:
    """List the lines to a position on a day, solid ones first."""
    lines = ReportingLine.objects.filter(running(as_of), boss=position).select_related("position")
    return lines.order_by("-kind", "position__code")


def holdings_of_position(position: Position) -> QuerySet[Holding]:
    """List who held a position, the newest first."""
    return Holding.objects.filter(position=position).select_related("person", "position").order_by("-starts_on", "-pk")


def holdings_of_person(person_id: int) -> QuerySet[Holding]:
    """List the positions a person held, the newest first."""
    holdings = Holding.objects.filter(person=person_id).select_related("position__unit")
    return holdings.order_by("-starts_on", "-pk")


def delegations_of(person_id: int) -> QuerySet[Delegation]:
    """List when others stood in for a person, the newest first."""
    return Delegation.objects.filter(person=person_id).select_related("delegate", "added_by").order_by("-starts_at")


def delegations_to(person_id: int, *, now: datetime) -> QuerySet[Delegation]:
    """List for whom a person stands in now or later."""
    known = Delegation.objects.filter(delegate=person_id, ends_at__gt=now)
    return known.select_related("person").order_by("starts_at")


def people_found(text: str) -> QuerySet[User]:
    """List people by a part of their name, those who may log in first."""
    people = User.objects.order_by("-is_active", "username")
    if text:
        people = people.filter(Q(name__icontains=text) | Q(username__icontains=text))
    return people


def people_like(text: str, *, most: int) -> list[User]:
    """Find people by a part of their name, or by its pinyin or initials."""
    found = list(people_found(text)[:most])
    if found or not (text.isascii() and text.isalpha()):
        return found
    names = User.objects.filter(is_active=True).values_list("pk", "name")
    typed = text.lower()
    chosen = [number for number, name in names if any(sound.startswith(typed) for sound in _sounds(name))]
    return list(people_found("").filter(pk__in=chosen[:most]))


@lru_cache(maxsize=8192)
def _sounds(name: str) -> tuple[str, str]:
    """Spell a name in pinyin, and by its initials."""
    syllables = pinyin(name)
    return "".join(syllables), "".join(each[:1] for each in syllables)


def person_named(username: str) -> User | None:
    """Find an active person by their user name."""
    return User.objects.filter(username__iexact=username, is_active=True).first()


def units(*, as_of: date) -> QuerySet[Unit]:
    """List the units of a day: head office, then each region with its areas."""
    return Unit.objects.filter(running(as_of)).select_related("parent").order_by("parent__code", "code")


def is_set_up() -> bool:
    """Tell whether there is an organisation at all."""
    return Unit.objects.exists()


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person in a list: the positions they hold, and who decides for them."""

    person: User
    positions: tuple[Position, ...]
    managers: tuple[tuple[int, str], ...]


def person_rows(people: "Sequence[User]", *, as_of: date) -> list[PersonRow]:
    """Add to people their positions and their nearest managers."""
    whole = organisation(as_of=as_of)
    held = {person.pk: whole.positions_of(person.pk) for person in people}
    places = Position.objects.in_bulk({place for positions in held.values() for place in positions})
    above = {person.pk: next(iter(whole.managers_above(person.pk)), ()) for person in people}
    names = people_names(manager for level in above.values() for manager in level)
    return [
        PersonRow(
            person,
            positions=tuple(places[place] for place in held[person.pk] if place in places),
            managers=tuple((manager, names[manager]) for manager in above[person.pk] if manager in names),
        )
        for person in people
    ]


def counted_units(*, as_of: date) -> list[tuple[Unit, int, int]]:
    """List the units of a day in the order of the tree, with their positions and those of them that are held."""
    whole = organisation(as_of=as_of)
    placed = Counter(place.unit for place in whole.positions.values())
    held = Counter(place.unit for place in whole.positions.values() if whole.holders(place.id))
    known = list(units(as_of=as_of))
    parts: dict[int | None, list[Unit]] = {}
    for unit in known:
        parts.setdefault(unit.parent_id, []).append(unit)
    ordered: list[Unit] = []
    waiting = parts.get(None, [])[::-1]
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting.extend(reversed(parts.get(unit.pk, [])))
    return [(unit, placed[unit.pk], held[unit.pk]) for unit in ordered]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role of positions: its name, its lines by the template, and how many positions have it."""

    name: RoleName
    template: RoleTemplate | None
    unit: str
    solid: tuple[RoleName, ...]
    dotted: tuple[RoleName, ...]
    count: int


def role_rows(*, as_of: date) -> list[RoleRow]:
    """List every role that a position may have, those of the template first."""
    names, known = position_roles(), default_template().roles
    counted = Counter(place.role for place in organisation(as_of=as_of).positions.values())
    return [_role_row(name, names=names, template=known.get(code), count=counted[code]) for code, name in names.items()]


def _role_row(name: RoleName, *, names: dict[str, RoleName], template: RoleTemplate | None, count: int) -> RoleRow:
    if template is None:
        return RoleRow(name, None, "", (), (), count)
    solid = (template.solid, *template.solid_instead, *template.solid_by_city)
    return RoleRow(
        name,
        template,
        unit=str(Unit.KINDS[template.unit]),
        solid=tuple(names[code] for code in solid if code),
        dotted=tuple(names[code] for code in template.dotted),
        count=count,
    )
