"""Reads of log-ins: who is in, by which identity."""

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from keytally.core.models import User


def sessions_of(person: User) -> "QuerySet[UserSession]":
    """List where a person is logged in, last seen first."""
    alive = Session.objects.values("session_key")
    found: QuerySet[UserSession] = UserSession.objects.filter(user=person, session_key__in=alive)
    return found.order_by("-last_seen_at", "-id")


def identities_of(person: User) -> QuerySet[SocialAccount]:
    """List who a person is at other systems."""
    found: QuerySet[SocialAccount] = SocialAccount.objects.filter(user=person)
    return found.order_by("provider", "id")


def person_of_mail(addresses: list[str]) -> User | None:
    """Find the one person whose address an administrator entered; two with the same are nobody."""
    found = [person for address in addresses for person in User.objects.filter(email__iexact=address, is_active=True)]
    return found[0] if len({person.pk for person in found}) == 1 else None
