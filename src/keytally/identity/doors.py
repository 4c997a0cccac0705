"""Through which other systems may people log in here?"""

from dataclasses import dataclass

from allauth.socialaccount.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Promise | str] = {"wecom": _("WeCom"), "dingtalk": _("DingTalk"), "feishu": _("Feishu")}


@dataclass(frozen=True, slots=True)
class Door:
    """Another system that vouches for people: its code, what people call it, where its log-in begins."""

    code: str
    label: Promise | str
    url: str


def open_doors(request: HttpRequest) -> list[Door]:
    """List the systems that this installation has set up."""
    if not settings.SOCIALACCOUNT_PROVIDERS:
        return []
    providers = get_adapter().list_providers(request)
    return [
        Door(provider.sub_id, LABELS.get(provider.id, provider.name), provider.get_login_url(request))
        for provider in providers
    ]


def label_of(code: str, *, doors: list[Door]) -> Promise | str:
    """Name a system, also one that is no longer set up."""
    return next((door.label for door in doors if door.code == code), LABELS.get(code, code))


def may_lead_out(response: HttpResponse) -> HttpResponse:
    """Let the forms of a page lead to the systems that are set up; the policy of all other pages stays as it is."""
    if settings.LOG_IN_FORM_ORIGINS:
        response._csp_update = {"form-action": list(settings.LOG_IN_FORM_ORIGINS)}  # type: ignore[attr-defined]  # what csp's own decorator does
    return response
