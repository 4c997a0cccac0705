"""Whom does another system vouch for, and do we know them?"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NoReturn

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from keytally.core.access import person_in
from keytally.identity.addresses import client_address
from keytally.identity.confirmation import is_confirmed
from keytally.identity.queries.log_ins import person_of_mail
from keytally.identity.services.identities import UnableToLink, link_identity
from keytally.identity.services.log_ins import record_refused_identity

log = structlog.get_logger(__name__)

# What a system that is trusted with mail addresses calls the one that the company gave.
_COMPANY_MAIL = {"feishu": "enterprise_email", "dingtalk": "email"}


class IdentityAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets in whom we know by a linked identity or a vouched address, and nobody else."""

    def is_open_for_signup(self, _request: HttpRequest, _login: SocialLogin) -> bool:
        """Refuse everyone who was not invited."""
        return False

    def get_connect_redirect_url(self, _request: HttpRequest, _account: object) -> str:
        """Go back to the person's own identities."""
        return reverse("users:identities")

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Attach the identity to a person, or show the page that says whom to ask."""
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            self._connect(request, sociallogin)
        if not sociallogin.is_existing:
            self._attach(request, sociallogin)
        if not sociallogin.user.is_active:
            self._refuse(request, sociallogin)

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:  # noqa: ANN401 - allauth's own signature
        """Say in our words that the other system did not vouch."""
        log.warning(
            "identity_error", provider=str(provider), error=str(told.get("error")), fault=repr(told.get("exception"))
        )
        raise ImmediateHttpResponse(_page(request, code="FAILED", provider=_name(provider), status=401))

    def _attach(self, request: HttpRequest, login: SocialLogin) -> None:
        person = person_of_mail(list(_vouched_mails(login)))
        if person is None:
            self._refuse(request, login)
        account = login.account
        login.account = link_identity(
            person, provider=account.provider, uid=account.uid, by=person, now=datetime.now(UTC)
        )
        login.user = person

    def _connect(self, request: HttpRequest, login: SocialLogin) -> NoReturn:
        person, provider, now = person_in(request), _name(login.provider), datetime.now(UTC)
        if person is None:
            self._refuse(request, login)
        if not is_confirmed(request):
            raise ImmediateHttpResponse(_page(request, code="UNCONFIRMED", provider=provider, status=403))
        try:
            link_identity(person, provider=login.account.provider, uid=login.account.uid, by=person, now=now)
        except UnableToLink:
            raise ImmediateHttpResponse(_page(request, code="TAKEN", provider=provider, status=409)) from None
        messages.success(request, _("You may log in through %(provider)s from now on.") % {"provider": provider})
        raise ImmediateHttpResponse(redirect("users:identities"))

    def _refuse(self, request: HttpRequest, login: SocialLogin) -> NoReturn:
        provider = _name(login.provider)
        record_refused_identity(provider, address=client_address(request), now=datetime.now(UTC))
        raise ImmediateHttpResponse(_page(request, code="UNINVITED", provider=provider, status=403))


def _vouched_mails(login: SocialLogin) -> Iterator[str]:
    """List the addresses that the other system proved, or that we trust it to have proven."""
    app = login.provider.app
    trusts = bool(app and app.settings.get("trusts_mail"))
    yield from (address.email for address in login.email_addresses if address.verified or trusts)
    mail = login.account.extra_data.get(_COMPANY_MAIL.get(login.account.provider, ""), "")
    if trusts and mail:
        yield mail


def _name(provider: object) -> str:
    return str(getattr(provider, "name", provider))


def _page(request: HttpRequest, *, code: str, provider: str, status: int) -> Any:  # noqa: ANN401 - a response
    shown = {"code": code, "provider": provider}
    return render(request, "identity/not_let_in.html", shown, status=status)
