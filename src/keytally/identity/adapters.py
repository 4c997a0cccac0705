"""How allauth does its work in this house: who may get in, what is written down, where a secret is locked away."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from keytally.identity.addresses import client_address
from keytally.identity.confirmation import confirm
from keytally.identity.services import log_ins

if TYPE_CHECKING:
    from keytally.core.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Logs people in step by step, and nobody signs up by themselves."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Refuse everyone who was not invited."""
        return False

    def get_login_stages(self) -> list[str]:
        """Ask for the second factor, or have one set up where a role needs it."""
        return ["keytally.identity.stages.SecondFactorStage", "keytally.identity.stages.NewFactorStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Name the address as everything else here does."""
        return client_address(request)

    def respond_user_inactive(self, _request: HttpRequest, _user: "User") -> HttpResponse:
        """Send a leaver back; the log-in page tells what to do."""
        return redirect("log_in")

    def login(self, request: HttpRequest, user: "User") -> None:
        """Let the person in and write it down."""
        now = datetime.now(UTC)
        user.backend = BACKEND
        super().login(request, user)
        confirm(request)
        log_ins.record_log_in(user, address=client_address(request), now=now)

    def add_message(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - allauth's own signature
        """Say nothing: our views say it in our words."""

    def send_notification_mail(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - allauth's own signature
        """Send nothing: our services do, through the outbox."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps the secrets of second factors encrypted under the installation's key."""

    def get_totp_label(self, user: "User") -> str:
        """Show the user name in the authenticator."""
        return user.username

    def encrypt(self, text: str) -> str:
        """Lock a secret away."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Take a secret out again, also one locked under the key before."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    keys = (str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    digests = (hashlib.sha256(b"second factor" + key.encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
