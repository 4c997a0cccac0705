"""Who holds a position on a day, in which roles, and since when?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from keytally.core.models import User
from keytally.core.scope import visible
from keytally.people.languages import in_language
from keytally.people.models import Holding
from keytally.people.queries.organisation import position_roles, running

FOLLOW = "members.follow"


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who holds a position: the codes of their roles, each with the day since when."""

    person: User
    roles: Mapping[str, date]

    @property
    def since(self) -> date:
        """Give the first day of the position held longest."""
        return min(self.roles.values())


def members(*, as_of: date) -> list[Member]:
    """List everyone who may log in and holds a position, by name."""
    return _members(_holdings(as_of))


def followed_members(viewer: User, *, as_of: date) -> list[Member]:
    """List the members whose reading and training a person may follow."""
    return _members(visible(_holdings(as_of), person=viewer, permission=FOLLOW, as_of=as_of, owner="person"))


def followed_people(viewer: User, *, as_of: date) -> QuerySet[User]:
    """List the people whose reading, training and handovers a person may follow: always themselves."""
    people = User.objects.filter(pk=viewer.pk) | visible(
        User.objects.all(), person=viewer, permission=FOLLOW, as_of=as_of, owner="pk"
    )
    return people.order_by("name", "pk")


def roles_of(person: User, *, as_of: date) -> dict[str, date]:
    """List the roles of a person's positions, each with the day since when."""
    rows = Holding.objects.filter(running(as_of), person=person).order_by("-starts_on")
    return dict(rows.values_list("position__role", "starts_on"))


def role_names() -> dict[str, str]:
    """Name every role of positions in the reader's language."""
    return {code: in_language(role.name_zh, role.name_en) for code, role in position_roles().items()}


def _holdings(as_of: date) -> QuerySet[Holding]:
    return Holding.objects.filter(running(as_of), person__is_active=True)


def _members(holdings: QuerySet[Holding]) -> list[Member]:
    held: dict[User, dict[str, date]] = {}
    for holding in holdings.select_related("person", "position").order_by("person__name", "person_id", "starts_on"):
        held.setdefault(holding.person, {}).setdefault(holding.position.role, holding.starts_on)
    return [Member(person, roles) for person, roles in held.items()]
