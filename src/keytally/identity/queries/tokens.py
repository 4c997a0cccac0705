"""Reads of API tokens."""

from datetime import datetime

from django.db.models import QuerySet

from keytally.core.models import User
from keytally.identity.models import ApiToken
from keytally.identity.rules import is_token_like, token_digest


def tokens_of(person: User) -> QuerySet[ApiToken]:
    """List a person's tokens, newest first."""
    return ApiToken.objects.filter(person=person).order_by("-id")


def valid_token(text: str, *, now: datetime) -> ApiToken | None:
    """Find the token behind its text while it works and its person may log in."""
    if not is_token_like(text):
        return None
    return (
        ApiToken.objects.select_related("person")
        .filter(digest=token_digest(text), revoked_at=None, expires_at__gt=now, person__is_active=True)
        .first()
    )
