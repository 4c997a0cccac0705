"""WeCom (企业微信) as a system that vouches for people, after the pattern of allauth's own providers.

The browser is sent to WeCom's QR page, or inside WeCom's app to its OAuth page; it comes back with a code. With the
corporation's token (`gettoken`) the code becomes the member's user id (`auth/getuserinfo`), and with the member's
ticket (`auth/getuserdetail`, or `user/get` without one) a name and the address the company gave them.
"""

from typing import Any

import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView, OAuth2LoginView
from django.http import HttpRequest
from django.utils.http import urlencode

_QR_URL = "https://login.work.weixin.qq.com/wwlogin/sso/login"
_IN_THE_APP_URL = "https://open.weixin.qq.com/connect/oauth2/authorize"


class WeComClient(OAuth2Client):  # type: ignore[misc]  # allauth has no types
    """Speaks WeCom's dialect: the corporation gets the token, the member only a code."""

    def get_redirect_url(self, _authorization_url: str, _scope: list[str], extra_params: dict[str, str]) -> str:
        """Name the page that asks the member; inside the app one that needs no QR code."""
        settings = self.settings
        common = {"appid": self.consumer_key, "redirect_uri": self.callback_url, "state": self.state or ""}
        if "wxwork" in self.request.headers.get("User-Agent", ""):
            inside = {**common, "response_type": "code", "scope": "snsapi_privateinfo", "agentid": settings["agent_id"]}
            return f"{settings.get('in_the_app_url', _IN_THE_APP_URL)}?{urlencode(inside)}#wechat_redirect"
        outside = {**common, "login_type": "CorpApp", "agentid": settings["agent_id"], **extra_params}
        return f"{settings.get('qr_url', _QR_URL)}?{urlencode(outside)}"

    def get_access_token(self, code: str, pkce_code_verifier: str | None = None) -> dict[str, Any]:
        """Fetch the corporation's token; the code is kept beside it for the next step."""
        said = self.asked("/cgi-bin/gettoken", corpid=self.consumer_key, corpsecret=self.consumer_secret)
        return {"access_token": said["access_token"], "expires_in": said.get("expires_in"), "code": code}

    def asked(self, path: str, **parameters: str) -> dict[str, Any]:
        """Ask WeCom; an `errcode` other than zero is an error, although the status says 200."""
        return self._read("GET", path, params=parameters)

    def told(self, path: str, *, access_token: str, body: dict[str, str]) -> dict[str, Any]:
        """Ask WeCom with a body."""
        return self._read("POST", path, params={"access_token": access_token}, json=body)

    def _read(self, method: str, path: str, **sent: Any) -> dict[str, Any]:  # noqa: ANN401 - what requests takes
        with get_adapter().get_requests_session() as session:
            response: requests.Response = session.request(method, self.settings["api_url"] + path, **sent)
            response.raise_for_status()
            said: dict[str, Any] = response.json()
        if said.get("errcode", 0) != 0:
            message = f"WeCom refused {path}: {said.get('errcode')} {said.get('errmsg', '')}"
            raise OAuth2Error(message)
        return said

    settings: dict[str, str]


class WeComOAuth2Adapter(OAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Turns a code into a member."""

    provider_id = "wecom"
    authorize_url = _QR_URL
    access_token_url = ""
    client_class = WeComClient

    def get_client(self, request: HttpRequest, app: SocialApp) -> WeComClient:
        """Build the client with what the installation says about its corporation."""
        client: WeComClient = super().get_client(request, app)
        client.settings = app.settings
        return client

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:  # noqa: ANN401 - allauth's own signature
        """Find out which member of the corporation it is; a guest of another one is refused."""
        client = self.get_client(request, app)
        who = client.asked("/cgi-bin/auth/getuserinfo", access_token=token.token, code=kwargs["response"]["code"])
        userid = who.get("userid") or who.get("UserId")
        if not userid:
            message = "WeCom: this is not a member of the corporation."
            raise OAuth2Error(message)
        member = {"userid": userid} | self._details(client, token.token, userid, ticket=who.get("user_ticket"))
        return self.get_provider().sociallogin_from_response(request, member)

    def _details(self, client: WeComClient, access_token: str, userid: str, *, ticket: str | None) -> dict[str, Any]:
        """Read name and address; they are a convenience, the user id alone is enough to log in."""
        try:
            found = client.asked("/cgi-bin/user/get", access_token=access_token, userid=userid)
            if ticket:
                body = {"user_ticket": ticket}
                found |= client.told("/cgi-bin/auth/getuserdetail", access_token=access_token, body=body)
        except (OAuth2Error, requests.RequestException):
            return {}
        return {key: found[key] for key in ("name", "biz_mail") if found.get(key)}


class WeComAccount(ProviderAccount):  # type: ignore[misc]  # allauth has no types
    """A member as a person would name them."""

    def to_str(self) -> str:
        """Name the member."""
        data = self.account.extra_data
        return str(data.get("name") or data.get("userid") or super().to_str())


class WeComProvider(OAuth2Provider):  # type: ignore[misc]  # allauth has no types
    """A corporation in WeCom."""

    id = "wecom"
    name = "WeCom"
    account_class = WeComAccount
    oauth2_adapter_class = WeComOAuth2Adapter

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Take the user id, which an administrator of WeCom gave and can read."""
        return str(data["userid"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take what it says about the member."""
        return {"username": data["userid"], "name": data.get("name", ""), "email": data.get("biz_mail", "")}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Take the mail box that the corporation itself runs; an address typed by the member proves nothing."""
        mail = data.get("biz_mail")
        return [EmailAddress(email=mail, verified=True, primary=True)] if mail else []


provider_classes = [WeComProvider]
oauth2_login = OAuth2LoginView.adapter_view(WeComOAuth2Adapter)
oauth2_callback = OAuth2CallbackView.adapter_view(WeComOAuth2Adapter)
