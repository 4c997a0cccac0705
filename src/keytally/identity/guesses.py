"""Is this the right code, and has too often a wrong one been tried?"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from allauth.mfa.totp.internal.auth import validate_totp_code
from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.core.cache import cache
from django.http import HttpRequest

from keytally.identity.addresses import client_address
from keytally.identity.services import factors, log_ins

if TYPE_CHECKING:
    from keytally.core.models import User

_RESETS_AN_HOUR = 10


def is_right_code(request: HttpRequest, *, person: "User", code: str) -> bool:
    """Tell whether a code is right; wrong ones count toward the same lock as wrong passwords."""
    credentials = {"username": person.username}
    if not AxesProxyHandler.is_allowed(request, credentials):
        request.axes_locked_out = True  # type: ignore[attr-defined]  # how axes tells its middleware
    elif person.is_active and factors.accepts_code(person, code=code):
        return True
    else:
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
    record(request, username=person.username, step="code")
    return False


def proves_secret(request: HttpRequest, *, secret: str, code: str) -> bool:
    """Tell whether the authenticator that shows this code holds the new secret."""
    return bool(request.session.session_key) and bool(validate_totp_code(secret, code))


def record(request: HttpRequest, *, username: str, step: str) -> None:
    """Write down a wrong guess, and whether it locked the log-in."""
    log_ins.record_failure(
        username,
        step=step,
        address=client_address(request),
        is_locked=bool(getattr(request, "axes_locked_out", False)),
        now=datetime.now(UTC),
    )


def may_ask_reset(request: HttpRequest) -> bool:
    """Tell whether this address may still ask for links; the page says the same either way."""
    key = f"reset:{client_address(request)}"
    cache.add(key, 0, timeout=3600)
    return cache.incr(key) <= _RESETS_AN_HOUR
