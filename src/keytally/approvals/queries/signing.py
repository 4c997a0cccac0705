"""Which versions of controlled documents are signed here, and by whom?"""

from typing import Any

from django.db.models import QuerySet

from keytally.approvals.models import Request, Seat
from keytally.core.models import User
from keytally.people.models import DocumentVersion
from keytally.people.queries.documents import VERSION_KIND, hash_of
from keytally.people.rules.documents import State


def version_hash(number: int) -> str:
    """Sum up what a version of a document says now."""
    return hash_of(DocumentVersion.objects.select_related("document").get(pk=number))


def is_in_sign_off(number: int) -> bool:
    """Tell whether a version waits to be signed."""
    return DocumentVersion.objects.filter(pk=number, state=State.IN_SIGN_OFF.value).exists()


def versions_to_sign(person: User) -> QuerySet[Any]:
    """List the versions a person signs, signed or sent for sign-off, by id."""
    seated = Seat.objects.filter(person=person).values("request")
    asked = Request.objects.filter(subject_kind=VERSION_KIND)
    return (asked.filter(pk__in=seated) | asked.filter(requester=person)).values("subject_id")


def person(number: int | None) -> User | None:
    """Find a person by number."""
    return User.objects.filter(pk=number).first() if number else None
