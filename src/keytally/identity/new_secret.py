"""The secret of a second factor while it is being set up: kept in the session, shown as a QR code."""

import base64
from typing import TYPE_CHECKING

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.http import HttpRequest

if TYPE_CHECKING:
    from keytally.core.models import User


_KEY = "new_factor_secret"


def secret_of(request: HttpRequest) -> str:
    """Take the secret of this browser's set-up, made at its first page."""
    if _KEY not in request.session:
        request.session[_KEY] = generate_totp_secret()
    return str(request.session[_KEY])


def drop_secret(request: HttpRequest) -> None:
    """Forget it once it is kept elsewhere."""
    request.session.pop(_KEY, None)


def qr_code(person: "User", *, secret: str) -> dict[str, str]:
    """Draw what the authenticator scans, and the same to type."""
    adapter = get_adapter()
    drawn = adapter.build_totp_svg(adapter.build_totp_url(person, secret))
    image = f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"
    return {"qr_image": image, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}
