"""Through which other systems may people log in here? Read from the environment; without any, by password only.

docs/guide/log-in.md lists the variables.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Where the browser is sent when somebody chooses one of these.
_DOORS: Final[Mapping[str, str]] = {
    "dingtalk": "https://login.dingtalk.com",
    "feishu": "https://open.feishu.cn",
    "wecom": "https://login.work.weixin.qq.com",
}
_WECOM_IN_THE_APP: Final = "https://open.weixin.qq.com"
_NAMES: Final[Mapping[str, str]] = {"dingtalk": "DingTalk", "feishu": "Feishu", "wecom": "WeCom"}

Providers = dict[str, dict[str, Any]]


def social_providers(env: environ.Env) -> Providers:
    """Read which other systems vouch for people, in the shape that allauth wants."""
    found: Providers = {}
    if chosen := env.list("OIDC_PROVIDERS", default=[]):
        found["openid_connect"] = {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [_openid_app(env, provider_id=provider_id) for provider_id in chosen],
        }
    for provider, (client, secret) in _APP_KEYS.items():
        if env.str(client, default=""):
            found[provider] = {"APPS": [_app(env, provider=provider, client=client, secret=secret)]}
    if "wecom" in found:
        found["wecom"]["APPS"][0]["settings"] |= _wecom(env)
    return found


_APP_KEYS: Final[Mapping[str, tuple[str, str]]] = {
    "dingtalk": ("DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET"),
    "feishu": ("FEISHU_APP_ID", "FEISHU_APP_SECRET"),
    "wecom": ("WECOM_CORP_ID", "WECOM_SECRET"),
}


def form_origins(providers: Providers) -> list[str]:
    """List the addresses that the log-in form may lead to; none without other systems."""
    found = {_DOORS[provider] for provider in providers if provider in _DOORS}
    if "wecom" in providers:
        found.add(_WECOM_IN_THE_APP)
    for app in providers.get("openid_connect", {}).get("APPS", ()):
        found.update(_origin(app["settings"][key]) for key in ("server_url", "form_url") if app["settings"].get(key))
    return sorted(found)


def _openid_app(env: environ.Env, *, provider_id: str) -> dict[str, Any]:
    mark = f"OIDC_{provider_id.upper().replace('-', '_')}_"
    return {
        "provider_id": provider_id,
        "name": env.str(f"{mark}NAME", default=provider_id),
        "client_id": _needed(env, f"{mark}CLIENT_ID"),
        "secret": _needed(env, f"{mark}CLIENT_SECRET"),
        "settings": {
            "server_url": _needed(env, f"{mark}SERVER_URL"),
            "form_url": env.str(f"{mark}FORM_URL", default=""),
            "trusts_mail": env.bool(f"{mark}TRUST_MAIL", default=False),
        },
    }


def _app(env: environ.Env, *, provider: str, client: str, secret: str) -> dict[str, Any]:
    return {
        "client_id": _needed(env, client),
        "secret": _needed(env, secret),
        "name": _NAMES[provider],
        "settings": {"trusts_mail": env.bool(f"{provider.upper()}_TRUST_MAIL", default=False)},
    }


def _wecom(env: environ.Env) -> dict[str, str]:
    return {
        "agent_id": _needed(env, "WECOM_AGENT_ID"),
        "api_url": env.str("WECOM_API_URL", default="https://qyapi.weixin.qq.com"),
    }


def _needed(env: environ.Env, name: str) -> str:
    value: str = env.str(name, default="")
    if not value:
        message = f"{name} is not set: the log-in it belongs to is half configured; set it or take the rest away."
        raise ImproperlyConfigured(message)
    return value


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
