"""Writes of password links: invite a person, let one who forgot set a new password, redeem a link once."""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from keytally.core.outbox import send_mail
from keytally.core.services import Grants, add_person, record_audit, set_password
from keytally.core.subjects import Subject
from keytally.identity.models import PasswordLink
from keytally.identity.queries.links import open_link
from keytally.identity.queries.people import people_with_mail
from keytally.identity.services.sessions import end_sessions

if TYPE_CHECKING:
    from keytally.core.models import User

RESET_FOR = timedelta(hours=2)
_TEMPLATES = {
    PasswordLink.Purpose.INVITATION: "identity/mail/invitation.txt",
    PasswordLink.Purpose.RESET: "identity/mail/reset.txt",
}


class UnableToUseLink(Exception):
    """The link was used, was replaced, or its time is over."""


@transaction.atomic
def invite(
    username: str, *, name: str, email: str, language: str, roles: Grants, by: "User", now: datetime
) -> "tuple[User, PasswordLink]":
    """Add a person without a password and give them a link to set their own."""
    person = add_person(username, name=name, password=None, roles=roles, by=by, now=now, email=email, language=language)
    return person, give_link(person, by=by, now=now)


@transaction.atomic
def give_link(person: "User", *, by: "User", now: datetime) -> PasswordLink:
    """Give a person a new link; earlier ones end. Who never had a password is invited, others get a new one."""
    purpose = PasswordLink.Purpose.RESET if person.has_usable_password() else PasswordLink.Purpose.INVITATION
    link = _give(person, purpose=purpose, by=by, now=now, lasting=timedelta(days=settings.INVITATION_DAYS))
    record_audit(
        "person.link",
        by=by,
        at=now,
        subject=Subject("person", person.pk),
        after={"purpose": purpose, "expires_at": link.expires_at.isoformat()},
    )
    return link


@transaction.atomic
def ask_reset(email: str, *, now: datetime) -> int:
    """Send a link to everyone who logs in with this address; the answer is for tests, never for the page."""
    people = people_with_mail(email)
    for person in people:
        purpose = PasswordLink.Purpose.RESET if person.has_usable_password() else PasswordLink.Purpose.INVITATION
        _give(person, purpose=purpose, by=None, now=now, lasting=RESET_FOR)
        record_audit("person.reset_asked", by=None, at=now, subject=Subject("person", person.pk))
    return len(people)


@transaction.atomic
def redeem(token: str, *, password: str, now: datetime) -> "User":
    """Set the password of the link's person, end their other log-ins, or raise `UnableToUseLink`."""
    link = open_link(token, now=now)
    if link is None or not PasswordLink.objects.filter(pk=link.pk, used_at=None).update(used_at=now):
        raise UnableToUseLink
    _revoke(link.person, now=now)
    set_password(link.person, password=password, by=link.person, now=now)
    end_sessions(link.person, by=link.person, now=now)
    return link.person


@transaction.atomic
def revoke_links(person: "User", *, by: "User", now: datetime) -> int:
    """End a person's links that nobody used; answers how many."""
    count = _revoke(person, now=now)
    if count:
        record_audit("person.link_revoked", by=by, at=now, subject=Subject("person", person.pk))
    return count


def link_path(link: PasswordLink) -> str:
    """Name the address of a link; without the installation's key nobody can make one up."""
    return reverse("set_password", args=[signing.dumps(link.nonce, salt=settings.PASSWORD_LINK_SALT)])


def _give(
    person: "User", *, purpose: PasswordLink.Purpose, by: "User | None", now: datetime, lasting: timedelta
) -> PasswordLink:
    _revoke(person, now=now)
    link = PasswordLink.objects.create(
        person=person,
        purpose=purpose,
        nonce=secrets.token_urlsafe(24),
        added_by=by,
        added_at=now,
        expires_at=now + lasting,
    )
    if person.email:
        context = {"path": link_path(link), "expires_at": link.expires_at.isoformat()}
        send_mail(person, template=_TEMPLATES[purpose], context=context, now=now, is_secret=True)
    return link


def _revoke(person: "User", *, now: datetime) -> int:
    return PasswordLink.objects.filter(person=person, used_at=None, revoked_at=None).update(revoked_at=now)
