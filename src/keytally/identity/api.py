"""Operations about whoever calls."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from keytally.core.access import SIGNED_IN, person_of
from keytally.identity.operations import operation

router = Router(tags=["me"])


class Me(Schema):
    """The person a token acts for, and what it may do for them now."""

    id: int
    username: str
    name: str
    language: str
    time_zone: str
    roles: list[str]
    permissions: dict[str, str]


@operation(router, "GET", "/me", permission=SIGNED_IN, response=Me, summary="Who am I, and what may I do?")
def me(request: HttpRequest) -> dict[str, Any]:
    person = person_of(request)
    return {
        "id": person.pk,
        "username": person.username,
        "name": person.name,
        "language": person.language,
        "time_zone": person.time_zone,
        "roles": [role.value for role in person.roles],
        "permissions": {code: person.scopes[code].value for code in sorted(person.permissions)},
    }
