"""Operations about the organisation: positions and who holds them, as of a day; read only."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from keytally.core.access import day_of
from keytally.identity.operations import Page, PageQuery, operation, page_of
from keytally.people.models import Position
from keytally.people.queries import members
from keytally.people.queries import organisation as queries
from keytally.people.rules.organisation import Organisation

router = Router(tags=["people"])


class PositionOut(Schema):
    """A position of a day: where it stands, to whom it reports, and the people, by id, who hold it."""

    id: int
    code: str
    name_zh: str
    name_en: str
    role: str
    unit: str
    solid_boss: int | None
    dotted_bosses: list[int]
    holders: list[int]


class PersonOut(Schema):
    """Someone who holds a position: the roles of their positions, each with the day since when."""

    id: int
    username: str
    name: str
    roles: dict[str, date]


class PeopleOut(Schema):
    """Everyone who holds a position that day."""

    items: list[PersonOut]


class DayQuery(Schema):
    """Of which day; without one, today."""

    as_of: date | None = None


class PositionsQuery(PageQuery, DayQuery):
    """Which positions, as of which day."""


@operation(
    router, "GET", "/positions", permission="people.view", response=Page[PositionOut], summary="List the positions"
)
def positions(request: HttpRequest, query: Query[PositionsQuery]) -> dict[str, Any]:
    as_of = query.as_of or day_of(request)
    whole = queries.organisation(as_of=as_of)
    return page_of(queries.positions(as_of=as_of), query=query, show=lambda row: _shown(row, whole))


@operation(
    router,
    "GET",
    "/positions/{int:position_id}",
    permission="people.view",
    response=PositionOut,
    summary="Look at one position",
)
def position(request: HttpRequest, position_id: int, query: Query[DayQuery]) -> dict[str, Any]:
    as_of = query.as_of or day_of(request)
    found = queries.positions(as_of=as_of).filter(pk=position_id).first()
    if found is None:
        raise Http404
    return _shown(found, queries.organisation(as_of=as_of))


@operation(router, "GET", "/people", permission="people.view", response=PeopleOut, summary="List who holds a position")
def people(request: HttpRequest, query: Query[DayQuery]) -> dict[str, Any]:
    found = members.members(as_of=query.as_of or day_of(request))
    return {
        "items": [
            {"id": one.person.pk, "username": one.person.username, "name": one.person.name, "roles": dict(one.roles)}
            for one in found
        ]
    }


def _shown(row: Position, whole: Organisation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "role": row.role,
        "unit": row.unit.code,
        "solid_boss": whole.solid_boss(row.pk),
        "dotted_bosses": list(whole.dotted_bosses(row.pk)),
        "holders": list(whole.holders(row.pk)),
    }
