"""Writes of identities: who a person is at another system."""

from datetime import datetime
from typing import TYPE_CHECKING

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.identity.services.sessions import end_sessions

if TYPE_CHECKING:
    from keytally.core.models import User


class UnableToLink(Exception):
    """Someone else has this identity already."""


@transaction.atomic
def link_identity(person: "User", *, provider: str, uid: str, by: "User", now: datetime) -> SocialAccount:
    """Say that a person is this member of another system, or raise `UnableToLink`."""
    identity, is_new = SocialAccount.objects.get_or_create(provider=provider, uid=uid, defaults={"user": person})
    if identity.user_id != person.pk:
        raise UnableToLink(provider, uid)
    if is_new:
        _audit("person.identity_linked", identity, by=by, now=now)
    return identity


@transaction.atomic
def unlink_identity(identity_id: int, *, person: "User", by: "User", now: datetime) -> bool:
    """Take an identity away; log-ins through it end. Answers whether there was one."""
    identity = SocialAccount.objects.filter(pk=identity_id, user=person).first()
    if identity is None:
        return False
    _audit("person.identity_unlinked", identity, by=by, now=now)
    identity.delete()
    if by != person:
        end_sessions(person, by=by, now=now)
    return True


def _audit(action: str, identity: SocialAccount, *, by: "User", now: datetime) -> None:
    after = {"provider": identity.provider, "uid": identity.uid}
    record_audit(action, by=by, at=now, subject=Subject("person", identity.user_id), after=after)
