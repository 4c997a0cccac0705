"""Getting in, in a real browser: an invitation, a second factor, log-in sessions and a token, in both languages."""

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.identity.services import factors, links
from keytally.identity.tests.fakes import CLIENT, SECRET, FakeOpenID
from keytally.site.log_in_settings import form_origins

PASSWORD = "tally-to-the-cent"
IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
AUDIT = (Path(__file__).parents[2] / "src/keytally/site/tests/accessibility.js").read_text(encoding="utf-8")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("bundle")]
# The journeys are made once at a desk and once on a phone; every page on the way is looked at in both widths.
CASES = [("zh", 390), ("en", 1440)]
WIDTHS = (1440, 390)


class Visitor:
    """Somebody at the door; takes pictures where they are asked for."""

    def __init__(self, page, live_server, language, width):
        self.page, self.url, self.language, self.width = page, live_server.url, language, width
        self.found = []
        self.resize(width)
        page.on("console", lambda said: self.found.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.found.append(str(error)))

    def go(self, path):
        self.page.goto(f"{self.url}{path}")

    def resize(self, width):
        self.page.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})

    def look(self, name=""):
        for width in WIDTHS:
            self.resize(width)
            assert self.page.evaluate(AUDIT) == [], (self.page.url, width)
            fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert self.page.evaluate(fits), (self.page.url, width)
            if name and os.environ.get("KEYTALLY_SCREENSHOTS") == "1":
                self.page.screenshot(path=IMAGES / f"log-in-{name}-{self.language}-{width}.png", full_page=True)
        self.resize(self.width)

    def log_in(self, username, password=PASSWORD):
        self.go("/log-in/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", password)
        self.page.keyboard.press("Enter")

    def press(self, zh, en):
        self.page.get_by_role("button", name=zh if self.language == "zh" else en, exact=True).click()


def code_now(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


@pytest.fixture
def administrator(transactional_db):
    cache.clear()
    now = datetime.now(UTC)
    return add_person("admin", name="周强", password=PASSWORD, roles=[Role.ADMINISTRATOR], by=None, now=now)


@pytest.fixture
def visitor(browser, live_server, request):
    language, width = request.param
    context = browser.new_context(locale="zh-CN" if language == "zh" else "en-US")
    context.set_default_timeout(15_000)
    yield Visitor(context.new_page(), live_server, language, width)
    context.close()


@pytest.mark.parametrize("visitor", CASES, indirect=True)
def test_an_invited_person_gets_in_with_a_second_factor(visitor, administrator):
    now = datetime.now(UTC)
    factors.set_factor_rules([Role.ACCOUNT_MANAGER], by=administrator, now=now, reason="policy")
    language = "zh-hans" if visitor.language == "zh" else "en"
    _person, link = links.invite(
        "manager",
        name="陈静",
        email="",
        language=language,
        roles=[Role.ACCOUNT_MANAGER],
        by=administrator,
        now=now,
    )
    page = visitor.page
    visitor.go(links.link_path(link))
    page.fill("#id_new", "my-own-long-password")
    page.fill("#id_again", "my-own-long-password")
    visitor.look("password")
    visitor.press("设置密码", "Set the password")
    page.wait_for_url("**/log-in/")
    visitor.look()
    visitor.go("/log-in/")
    visitor.look("page")
    visitor.log_in("manager", "my-own-long-password")
    page.wait_for_url("**/log-in/second-factor/")
    assert page.evaluate("document.querySelector('img.qr').naturalWidth > 0")
    visitor.look("new-factor")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.fill("#id_code", "000000")
    page.keyboard.press("Enter")
    page.locator(".field-error").wait_for()
    visitor.look()
    page.fill("#id_code", code_now(secret))
    page.keyboard.press("Enter")
    page.locator(".codes").wait_for()
    codes = page.locator(".codes code").all_inner_texts()
    visitor.look("recovery-codes")
    visitor.press("我已保存", "I have kept them")
    page.locator("details.menu summary").wait_for()

    visitor.go("/me/second-factor/")
    visitor.look()
    page.locator("details.menu summary").click()
    page.locator(".menu-panel button[type=submit]").click()
    page.wait_for_url("**/log-in/")

    visitor.log_in("manager", "my-own-long-password")
    page.wait_for_url("**/log-in/code/")
    visitor.look("code")
    page.fill("#id_code", codes[0])
    page.keyboard.press("Enter")
    page.locator("details.menu summary").wait_for()
    # The deliberate wrong code is answered 422, which the browser mentions.
    assert [said for said in visitor.found if "422" not in said] == []


@pytest.mark.parametrize("visitor", CASES, indirect=True)
def test_people_see_their_log_ins_and_make_a_token(visitor, administrator):
    administrator.language = "zh-hans" if visitor.language == "zh" else "en"
    administrator.save()
    visitor.log_in("admin")
    visitor.page.locator("details.menu summary").wait_for()
    visitor.go("/me/sessions/")
    visitor.page.get_by_text(re.compile("Chrome")).first.wait_for()
    visitor.look("sessions")
    for path in ("/me/", "/me/identities/", "/users/", "/users/add/", "/users/log-in-rules/"):
        visitor.go(path)
        visitor.look("rules" if "rules" in path else "")
    visitor.go(f"/users/{administrator.pk}/log-in/")
    visitor.look("of-a-person")
    visitor.go("/me/tokens/")
    visitor.look()
    visitor.page.fill("#id_name", "SAP")
    visitor.page.locator("input[name=permissions]").first.check()
    visitor.press("创建令牌", "Make the token")
    assert visitor.page.locator("code.secret").inner_text().startswith("kt_")
    visitor.look("token")
    assert visitor.found == []


@pytest.fixture
def openid(settings):
    with FakeOpenID(mail="zhou@example.com").running() as fake:
        app = {"provider_id": "company", "name": "Company", "client_id": CLIENT, "secret": SECRET}
        apps = [{**app, "settings": {"server_url": fake.url}}]
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": apps}}
        settings.LOG_IN_FORM_ORIGINS = form_origins(settings.SOCIALACCOUNT_PROVIDERS)
        yield fake


@pytest.mark.parametrize("visitor", [("zh", 390), ("en", 1440)], indirect=True)
def test_the_policy_lets_the_form_lead_to_the_other_system_and_back(visitor, administrator, openid):
    administrator.email = "zhou@example.com"
    administrator.save()
    visitor.go("/log-in/?next=/me/identities/")
    visitor.look("other-systems")
    visitor.press("用Company登录", "Log in with Company")
    visitor.page.wait_for_url("**/me/identities/")
    visitor.page.get_by_text("sub-1").wait_for()
    visitor.look()
    assert visitor.found == []


@pytest.mark.parametrize("visitor", [("en", 1440)], indirect=True)
def test_the_policy_keeps_the_form_from_leading_anywhere_else(visitor, administrator, openid, settings):
    settings.LOG_IN_FORM_ORIGINS = []
    visitor.go("/log-in/")
    with visitor.page.expect_event("console", lambda said: "form-action" in said.text):
        visitor.press("", "Log in with Company")
    assert visitor.page.url.endswith("/log-in/")
