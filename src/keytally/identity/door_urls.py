"""Addresses of the door itself; allauth looks some of them up by its own names. Nothing else of allauth is routed."""

from allauth.socialaccount.providers.dingtalk import views as dingtalk
from allauth.socialaccount.providers.feishu import views as feishu
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path

from keytally.identity import provider as wecom
from keytally.identity.views import entrance
from keytally.identity.views.entrance import through

urlpatterns = [
    path("log-in/", entrance.log_in, name="log_in"),
    # allauth sends people whose log-in took too long to this name.
    path("log-in/", entrance.log_in, name="account_login"),
    path("log-in/code/", entrance.second_factor, name="mfa_authenticate"),
    path("log-in/second-factor/", entrance.new_factor, name="new_factor"),
    path("log-in/forgotten/", entrance.forgotten, name="forgotten"),
    path("log-in/password/<str:token>/", entrance.set_password, name="set_password"),
    path("log-in/wecom/", through(wecom.oauth2_login), name="wecom_login"),
    path("log-in/wecom/back/", through(wecom.oauth2_callback), name="wecom_callback"),
    path("log-in/dingtalk/", through(dingtalk.oauth2_login), name="dingtalk_login"),
    path("log-in/dingtalk/back/", through(dingtalk.oauth2_callback), name="dingtalk_callback"),
    path("log-in/feishu/", through(feishu.oauth2_login), name="feishu_login"),
    path("log-in/feishu/back/", through(feishu.oauth2_callback), name="feishu_callback"),
    path("log-in/openid/<slug:provider_id>/", through(openid.login), name="openid_connect_login"),
    path("log-in/openid/<slug:provider_id>/back/", through(openid.callback), name="openid_connect_callback"),
    path("log-out/", entrance.log_out, name="log_out"),
]
