"""Reads of password links."""

from datetime import datetime

from django.conf import settings
from django.core import signing

from keytally.core.models import User
from keytally.identity.models import PasswordLink


def open_link(token: str, *, now: datetime) -> PasswordLink | None:
    """Find the link of an address, if it still opens the door to someone who may log in."""
    try:
        nonce = signing.loads(token, salt=settings.PASSWORD_LINK_SALT)
    except signing.BadSignature:
        return None
    return (
        PasswordLink.objects.select_related("person")
        .filter(nonce=nonce, used_at=None, revoked_at=None, expires_at__gt=now, person__is_active=True)
        .first()
    )


def current_link(person: User, *, now: datetime) -> PasswordLink | None:
    """Find the link that a person has not used yet."""
    links = PasswordLink.objects.filter(person=person, used_at=None, revoked_at=None, expires_at__gt=now)
    return links.order_by("-id").first()
