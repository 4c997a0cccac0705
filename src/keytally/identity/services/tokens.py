"""Writes of API tokens: make one, use it, end it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.identity.models import ApiToken
from keytally.identity.rules import new_token, token_digest

if TYPE_CHECKING:
    from keytally.core.models import User

USED_EVERY = timedelta(minutes=1)


class UnableToMakeToken(Exception):
    """What was asked for is wider or longer than it may be; the argument is the code of the reason."""


@transaction.atomic
def make_token(
    person: "User", *, name: str, permissions: Iterable[str], days: int, now: datetime
) -> tuple[ApiToken, str]:
    """Make a token for a person's own program, or raise `UnableToMakeToken`; its text is answered this once."""
    wanted = sorted(set(permissions))
    if not set(wanted) <= person.permissions:
        raise UnableToMakeToken("WIDER_THAN_PERSON")
    if not 1 <= days <= settings.API_TOKEN_DAYS_AT_MOST:
        raise UnableToMakeToken("TOO_LONG")
    text = new_token()
    token = ApiToken.objects.create(
        person=person,
        name=name,
        prefix=text[:9],
        digest=token_digest(text),
        permissions=wanted,
        added_at=now,
        expires_at=now + timedelta(days=days),
    )
    after = {"name": name, "permissions": wanted, "expires_at": token.expires_at.isoformat()}
    record_audit("person.token_made", by=person, at=now, subject=Subject("person", person.pk), after=after)
    return token, text


@transaction.atomic
def revoke_token(token_id: int, *, person: "User", by: "User", now: datetime) -> bool:
    """End a token at once; answers whether there was one."""
    token = ApiToken.objects.filter(pk=token_id, person=person, revoked_at=None).first()
    if token is None:
        return False
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record_audit(
        "person.token_revoked", by=by, at=now, subject=Subject("person", person.pk), after={"name": token.name}
    )
    return True


def use_token(token: ApiToken, *, address: str, now: datetime) -> None:
    """Keep when and from where a token was last used, at most once a minute."""
    if token.last_used_at is None or token.last_used_at < now - USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=address)
