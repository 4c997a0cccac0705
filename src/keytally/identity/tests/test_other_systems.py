from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.dingtalk.views import DingTalkOAuth2Adapter
from allauth.socialaccount.providers.feishu.client import FeishuOAuth2Client
from allauth.socialaccount.providers.feishu.views import FeishuOAuth2Adapter
from django.test import Client

from keytally.core.models import AuditEntry, User
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.site.log_in_settings import form_origins

from .conftest import NOW, PASSWORD, code_now, is_in, log_in
from .fakes import CLIENT, SECRET, FakeDingTalk, FakeFeishu, FakeOpenID, FakeWeCom


def set_up(settings, provider, *, mark="", name="", client=CLIENT, **more):
    app = {"client_id": client, "secret": SECRET, "name": name or provider, "settings": more}
    if mark:
        app["provider_id"] = mark
    settings.SOCIALACCOUNT_PROVIDERS = {provider: {"OAUTH_PKCE_ENABLED": mark != "", "APPS": [app]}}
    settings.LOG_IN_FORM_ORIGINS = form_origins(settings.SOCIALACCOUNT_PROVIDERS)


@pytest.fixture
def openid(settings):
    with FakeOpenID().running() as fake:
        set_up(settings, "openid_connect", mark="company", name="Company", server_url=fake.url)
        yield fake


@pytest.fixture
def wecom(settings):
    with FakeWeCom().running() as fake:
        pages = {
            "qr_url": f"{fake.url}/wwlogin/sso/login",
            "in_the_app_url": f"{fake.url}/connect/oauth2/authorize",
        }
        set_up(settings, "wecom", client=FakeWeCom.CORP, agent_id=FakeWeCom.AGENT, api_url=fake.url, **pages)
        yield fake


def through(client, path):
    """Follow a browser out to the other system and back."""
    out = client.post(path)
    assert out.status_code == 302, out.content
    back = requests.get(out.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    parts = urlsplit(back)
    return client.get(parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()})


OPENID = "/log-in/openid/company/"
WECOM = "/log-in/wecom/"


def test_openid_lets_in_an_invited_person_by_verified_mail(rep, openid):
    client = Client()
    response = through(client, f"{OPENID}?next=/me/sessions/")
    assert response.headers["Location"] == "/me/sessions/"
    assert is_in(client)
    assert client.get("/me/").wsgi_request.user == rep
    assert SocialAccount.objects.get().uid == "sub-1"
    assert AuditEntry.objects.get(action="person.identity_linked").subject_id == rep.pk
    assert rep.check_password(PASSWORD)


def test_openid_knows_a_linked_person_whatever_the_mail_says(rep, openid):
    through(Client(), OPENID)
    openid.member |= {"email": "other@example.com", "email_verified": False}
    client = Client()
    through(client, OPENID)
    assert is_in(client)
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("member", "why"),
    [
        ({"email_verified": False}, "the address is not proven"),
        ({"email": "nobody@example.com"}, "nobody here has the address"),
        ({"email": ""}, "there is no address"),
    ],
)
@pytest.mark.parametrize(("language", "words"), [("en", "ask the administrator"), ("zh-CN", "管理员")])
def test_openid_lets_in_nobody_else_and_says_whom_to_ask(rep, openid, member, why, language, words):
    openid.member |= member
    client = Client(headers={"accept-language": language})
    response = through(client, OPENID)
    assert response.status_code == 403, why
    assert words in response.content.decode().lower()
    assert not is_in(client)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert AuditEntry.objects.filter(action="log_in.uninvited").exists()


def test_an_address_that_two_people_have_belongs_to_nobody(rep, openid):
    add_person("two", name="Two", password=None, roles=[], by=None, now=NOW, email="LI.NA@example.com")
    assert through(Client(), OPENID).status_code == 403


def test_whoever_left_is_not_let_in_by_another_system_either(rep, openid):
    through(Client(), OPENID)
    rep.is_active = False
    rep.save()
    client = Client()
    assert through(client, OPENID).status_code == 403
    assert not is_in(client)


def test_the_second_factor_is_asked_behind_another_system_too(rep, with_factor, openid):
    client = Client()
    assert through(client, OPENID).headers["Location"] == "/log-in/code/"
    assert not is_in(client)
    client.post("/log-in/code/", {"code": code_now()})
    assert is_in(client)


@pytest.mark.parametrize(
    "back",
    [
        {"code": "made-up", "state": "made-up"},
        {"code": "made-up"},
        {"error": "access_denied"},
        {},
    ],
)
def test_an_answer_that_was_not_asked_for_opens_nothing(rep, openid, back):
    client = Client(headers={"accept-language": "en"})
    response = client.get(f"{OPENID}back/", back)
    assert response.status_code == 401
    assert "The log-in was not completed" in response.content.decode()
    assert not is_in(client)


def test_a_code_stolen_for_another_browser_opens_nothing(rep, openid):
    out = Client().post(OPENID)
    back = requests.get(out.headers["Location"], allow_redirects=False, timeout=5).headers["Location"]
    thief = Client()
    assert thief.get(back.removeprefix("http://testserver")).status_code == 401
    assert not is_in(thief)


def test_a_person_links_an_identity_after_confirming_and_unlinks_it(rep, openid):
    openid.member |= {"email": "", "sub": "mine"}
    client = log_in()
    assert through(client, "/me/identities/connect/company/").headers["Location"] == "/me/identities/"
    assert "mine" in client.get("/me/identities/").content.decode()
    through_it = Client()
    through(through_it, OPENID)
    assert is_in(through_it)
    client.post(f"/me/identities/{SocialAccount.objects.get().pk}/unlink/")
    assert through(Client(), OPENID).status_code == 403


def test_an_open_screen_is_not_enough_to_link_an_identity(rep, openid):
    client = Client(headers={"accept-language": "en"})
    client.force_login(rep)
    assert client.post("/me/identities/connect/company/").headers["Location"].startswith("/me/confirm/")
    openid.member |= {"email": "", "sub": "thief"}
    assert through(client, f"{OPENID}?process=connect").status_code == 403
    assert not SocialAccount.objects.exists()


def test_an_identity_that_someone_else_has_is_not_taken_over(rep, administrator, openid):
    through(Client(), OPENID)
    root = log_in(username="root")
    assert through(root, "/me/identities/connect/company/").status_code == 409
    assert SocialAccount.objects.get().user == rep


def test_the_log_in_page_offers_it_and_lets_the_form_lead_there_only(rep, openid):
    page = Client(headers={"accept-language": "en"}).get("/log-in/")
    assert "Log in with Company" in page.content.decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"form-action 'self' {openid.url};" in f"{policy};"
    assert openid.url not in Client().get("/log-in/forgotten/").headers["Content-Security-Policy"]


def test_wecom_lets_in_a_member_whom_an_administrator_linked(rep, administrator, wecom):
    wecom.mail = ""
    assert through(Client(), WECOM).status_code == 403
    root = log_in(username="root")
    root.post(f"/users/{rep.pk}/identities/", {"provider": "wecom", "uid": "LiNa"})
    client = Client()
    assert through(client, WECOM).status_code == 302
    assert is_in(client)
    assert wecom.paths()[-4:] == [
        "/cgi-bin/gettoken",
        "/cgi-bin/auth/getuserinfo",
        "/cgi-bin/user/get",
        "/cgi-bin/auth/getuserdetail",
    ]
    entry = AuditEntry.objects.get(action="person.identity_linked")
    assert (entry.person, entry.after) == (administrator, {"provider": "wecom", "uid": "LiNa"})


def test_wecom_lets_in_by_the_companys_own_mail_box(rep, wecom):
    client = Client()
    through(client, WECOM)
    assert is_in(client)


def test_wecom_does_not_trust_an_address_that_a_member_typed(rep, wecom):
    rep.email = "typed@example.com"
    rep.save()
    assert through(Client(), WECOM).status_code == 403


def test_wecom_sends_to_the_qr_page_and_inside_its_app_to_the_page_without_one(rep, wecom):
    outside = urlsplit(Client().post(WECOM).headers["Location"])
    said = parse_qs(outside.query)
    assert outside.path == "/wwlogin/sso/login"
    assert (said["appid"], said["agentid"], said["login_type"]) == (["ww-corp"], ["1000002"], ["CorpApp"])
    assert said["redirect_uri"] == ["http://testserver/log-in/wecom/back/"]
    inside = urlsplit(Client(headers={"user-agent": "Mozilla/5.0 wxwork/4.1"}).post(WECOM).headers["Location"])
    assert (inside.path, inside.fragment) == ("/connect/oauth2/authorize", "wechat_redirect")
    assert parse_qs(inside.query)["scope"] == ["snsapi_privateinfo"]


def test_wecom_keeps_guests_of_other_corporations_out(rep, wecom):
    wecom.is_guest = True
    assert through(Client(), WECOM).status_code == 401


def test_wecom_needs_no_details_to_know_a_linked_member(rep, administrator, wecom):
    wecom.has_details = False
    log_in(username="root").post(f"/users/{rep.pk}/identities/", {"provider": "wecom", "uid": "LiNa"})
    client = Client()
    through(client, WECOM)
    assert is_in(client)


def test_wecom_refusing_us_is_told_in_our_words(rep, wecom, settings):
    settings.SOCIALACCOUNT_PROVIDERS["wecom"]["APPS"][0]["secret"] = "wrong"
    client = Client(headers={"accept-language": "en"})
    response = through(client, WECOM)
    assert response.status_code == 401
    assert "was not completed" in response.content.decode()
    assert "wrong" not in response.content.decode()


@pytest.fixture
def dingtalk(settings, monkeypatch):
    with FakeDingTalk().running() as fake:
        monkeypatch.setattr(DingTalkOAuth2Adapter, "access_token_url", f"{fake.url}/v1.0/oauth2/userAccessToken")
        monkeypatch.setattr(DingTalkOAuth2Adapter, "profile_url", f"{fake.url}/v1.0/contact/users/me")
        yield fake


@pytest.fixture
def feishu(settings, monkeypatch):
    with FakeFeishu().running() as fake:
        apis = f"{fake.url}/open-apis"
        monkeypatch.setattr(FeishuOAuth2Client, "app_access_token_url", f"{apis}/auth/v3/app_access_token/internal/")
        monkeypatch.setattr(FeishuOAuth2Adapter, "access_token_url", f"{apis}/authen/v1/access_token")
        monkeypatch.setattr(FeishuOAuth2Adapter, "user_info_url", f"{apis}/authen/v1/user_info")
        yield fake


def come_back(client, provider, **said):
    state = parse_qs(urlsplit(client.post(f"/log-in/{provider}/").headers["Location"]).query)["state"][0]
    return client.get(f"/log-in/{provider}/back/", {"state": state, **said})


@pytest.mark.parametrize("trusts", [False, True])
def test_dingtalk_lets_in_by_mail_only_where_the_company_trusts_it(rep, dingtalk, settings, trusts):
    set_up(settings, "dingtalk", trusts_mail=trusts)
    client = Client()
    assert come_back(client, "dingtalk", authCode="ding-code").status_code == (302 if trusts else 403)
    assert is_in(client) is trusts


@pytest.mark.parametrize("trusts", [False, True])
def test_feishu_lets_in_by_mail_only_where_the_company_trusts_it(rep, feishu, settings, trusts):
    set_up(settings, "feishu", trusts_mail=trusts)
    client = Client()
    assert come_back(client, "feishu", code="feishu-code").status_code == (302 if trusts else 403)
    assert is_in(client) is trusts


@pytest.mark.parametrize(("provider", "uid"), [("dingtalk", "ding-1"), ("feishu", "ou-1")])
def test_a_linked_identity_needs_no_mail(rep, dingtalk, feishu, settings, provider, uid):
    set_up(settings, provider)
    SocialAccount.objects.create(user=rep, provider=provider, uid=uid)
    client = Client()
    said = {"authCode": "ding-code"} if provider == "dingtalk" else {"code": "feishu-code"}
    come_back(client, provider, **said)
    assert is_in(client)


@pytest.mark.parametrize("path", [WECOM, "/log-in/dingtalk/", "/log-in/feishu/", OPENID])
def test_a_door_that_was_not_set_up_is_not_there(db, path):
    assert Client().post(path).status_code == 404
    assert Client().get(f"{path}back/", {"code": "x", "state": "y"}).status_code == 404


@pytest.mark.parametrize("process", ["login", "redirect", "connect"])
def test_it_never_leads_to_another_site(rep, openid, process):
    response = through(Client(), f"{OPENID}?process={process}&next=https://evil.example/")
    assert "evil" not in response.headers.get("Location", "")


@pytest.mark.parametrize("path", [WECOM, OPENID])
def test_a_link_from_elsewhere_begins_no_log_in(openid, db, path):
    response = Client().get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/log-in/")


def test_an_administrator_unlinks_and_the_log_ins_end(rep, administrator, openid):
    client = Client()
    through(client, OPENID)
    root = log_in(username="root")
    root.post(f"/users/{rep.pk}/identities/{SocialAccount.objects.get().pk}/unlink/")
    assert not is_in(client)
    assert AuditEntry.objects.get(action="person.identity_unlinked").person == administrator


def test_an_identity_is_linked_to_one_person_only(rep, administrator, wecom):
    SocialAccount.objects.create(user=administrator, provider="wecom", uid="LiNa")
    root = log_in(username="root")
    response = root.post(f"/users/{rep.pk}/identities/", {"provider": "wecom", "uid": "LiNa"})
    assert response.status_code == 422
    assert "Someone else logs in with this identity" in response.content.decode()


def test_the_auditor_sees_people_and_not_their_log_ins(rep):
    add_person("auditor", name="A", password=PASSWORD, roles=[Role.AUDITOR], by=None, now=NOW)
    auditor = log_in(username="auditor")
    assert auditor.get("/users/").status_code == 200
    assert auditor.get(f"/users/{rep.pk}/log-in/").status_code == 403
