"""Addresses of the door itself; allauth looks some of them up by its own names. Nothing else of allauth is routed."""

from django.urls import path

from keytally.identity.views import entrance
from keytally.identity.views.entrance import outward, through

_ALLAUTH = "allauth.socialaccount.providers"

urlpatterns = [
    path("log-in/", entrance.log_in, name="log_in"),
    # allauth sends people whose log-in took too long to this name.
    path("log-in/", entrance.log_in, name="account_login"),
    path("log-in/code/", entrance.second_factor, name="second_factor"),
    path("log-in/second-factor/", entrance.new_factor, name="new_factor"),
    path("log-in/forgotten/", entrance.forgotten, name="forgotten"),
    path("log-in/password/<str:token>/", entrance.set_password, name="set_password"),
    path("log-in/wecom/", outward("keytally.identity.provider.oauth2_login"), name="wecom_login"),
    path("log-in/wecom/back/", through("keytally.identity.provider.oauth2_callback"), name="wecom_callback"),
    path("log-in/dingtalk/", outward(f"{_ALLAUTH}.dingtalk.views.oauth2_login"), name="dingtalk_login"),
    path("log-in/dingtalk/back/", through(f"{_ALLAUTH}.dingtalk.views.oauth2_callback"), name="dingtalk_callback"),
    path("log-in/feishu/", outward(f"{_ALLAUTH}.feishu.views.oauth2_login"), name="feishu_login"),
    path("log-in/feishu/back/", through(f"{_ALLAUTH}.feishu.views.oauth2_callback"), name="feishu_callback"),
    path(
        "log-in/openid/<slug:provider_id>/",
        outward(f"{_ALLAUTH}.openid_connect.views.login"),
        name="openid_connect_login",
    ),
    path(
        "log-in/openid/<slug:provider_id>/back/",
        through(f"{_ALLAUTH}.openid_connect.views.callback"),
        name="openid_connect_callback",
    ),
    path("log-out/", entrance.log_out, name="log_out"),
]
