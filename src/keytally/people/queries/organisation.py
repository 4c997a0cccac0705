"""The organisation as of a date, read once for as long as nothing changes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from keytally.core.models import RoleGrant
from keytally.core.once import once
from keytally.core.roles import ACTING_ROLES
from keytally.core.scope import Reach
from keytally.people.models import Delegation, Holding, OrganisationVersion, Position, PositionRole, ReportingLine, Unit
from keytally.people.rules.organisation import (
    DelegationRecord,
    HoldingRecord,
    LineKind,
    LineRecord,
    Organisation,
    PositionRecord,
    UnitKind,
    UnitRecord,
    organise,
)
from keytally.people.rules.template import default_template

if TYPE_CHECKING:
    from keytally.core.models import User

_KEPT = 16
# Any day may be asked for; nobody stood in for anybody outside of these.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)
_NOBODY = organise(units=[], positions=[], lines=[], holdings=[], delegations=[], groups={})
_kept: dict[tuple[UUID, date], Organisation] = {}
_lock = Lock()


def organisation(*, as_of: date) -> Organisation:
    """Read the organisation as of a date: one query while nothing has changed, six after a change."""
    version = once("organisation_version", OrganisationVersion.objects.values_list("version", flat=True).first)
    if version is None:
        # Every change begins with a version, so there is nothing to read.
        return _NOBODY
    found = _kept.get((version, as_of))
    if found is None:
        found = _read(as_of)
        _keep((version, as_of), found)
    return found


def reach(person: "User", as_of: date) -> Reach:
    """Tell whose things a person sees and decides; core asks through `core.scope.reach_of`.

    Who stands in for somebody at any hour of the day sees all day what waits for them.
    """
    return once(("reach", person.pk, as_of), lambda: _reach(person, as_of))


def _reach(person: "User", as_of: date) -> Reach:
    whole = organisation(as_of=as_of)
    decides = whole.subtree(person.pk)
    midnight = datetime.combine(as_of, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
    away = frozenset(whole.stands_in_for(person.pk, midnight, midnight + timedelta(days=1)))
    return Reach(sees=decides | whole.dotted_reads(person.pk), decides=decides, stands_in_for=away)


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role of positions as this company calls it."""

    code: str
    name_zh: str
    name_en: str

    @property
    def name(self) -> str:
        """Name it in the reader's language."""
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


def position_roles() -> dict[str, RoleName]:
    """List the roles a position may have: those of the template, then the company's own, which may rename them."""
    own = PositionRole.objects.order_by("code").values_list("code", "name_zh", "name_en")
    return template_roles() | {row[0]: RoleName(*row) for row in own}


def template_roles() -> dict[str, RoleName]:
    """List the roles of the template as it names them."""
    return {role.code: RoleName(role.code, role.name_zh, role.name_en) for role in default_template().roles.values()}


def running(as_of: date) -> Q:
    """Keep what holds on a date."""
    return Q(starts_on__lte=as_of) & (Q(ends_before__isnull=True) | Q(ends_before__gt=as_of))


def positions(*, as_of: date) -> QuerySet[Position]:
    """List the positions of a date with their units."""
    return Position.objects.filter(running(as_of)).select_related("unit").order_by("unit__code", "code")


def _read(as_of: date) -> Organisation:
    now = running(as_of)
    units = Unit.objects.filter(now).values_list("id", "kind", "parent_id")
    places = Position.objects.filter(now).order_by("code").values_list("id", "role", "unit_id", "city")
    lines = ReportingLine.objects.filter(now).order_by("id").values_list("position_id", "boss_id", "kind", "city")
    roles = RoleGrant.objects.filter(person=OuterRef("person"), role__in=ACTING_ROLES)
    holdings = (
        Holding.objects.filter(now)
        .annotate(may_act=Q(Exists(roles), person__is_active=True))
        .order_by("starts_on", "id")
        .values_list("position_id", "person_id", "may_act")
    )
    return organise(
        units=[UnitRecord(number, UnitKind(kind), parent) for number, kind, parent in units],
        positions=sorted((PositionRecord(*place) for place in places), key=_by_rank),
        lines=[LineRecord(place, boss, LineKind(kind), city) for place, boss, kind, city in lines],
        holdings=[HoldingRecord(*holding) for holding in holdings],
        delegations=_delegations(as_of),
        groups={code: group.roles for code, group in default_template().groups.items()},
    )


def _by_rank(place: PositionRecord) -> int:
    """Put positions in the order of the template's roles; those of one role stay in the order of their codes."""
    ranks = _ranks()
    return ranks.get(place.role, len(ranks))


@cache
def _ranks() -> dict[str, int]:
    return {code: number for number, code in enumerate(default_template().roles)}


def _delegations(as_of: date) -> Iterator[DelegationRecord]:
    """Read those that touch the day anywhere on earth, so that an instant of the day finds its own."""
    noon = datetime.combine(min(max(as_of, _FIRST_DAY), _LAST_DAY), time(12), tzinfo=UTC)
    around = timedelta(hours=36)
    rows = Delegation.objects.filter(starts_at__lt=noon + around, ends_at__gt=noon - around).order_by("starts_at", "id")
    for row in rows.values_list("person_id", "delegate_id", "starts_at", "ends_at"):
        yield DelegationRecord(*row)


def _keep(key: tuple[UUID, date], found: Organisation) -> None:
    with _lock:
        _kept[key] = found
        while len(_kept) > _KEPT:
            _kept.pop(next(iter(_kept)))
