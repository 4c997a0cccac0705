import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.site import routes

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
PACKAGE = Path(routes.__file__).parent.parent
TEMPLATES = sorted(PACKAGE.glob("*/templates/**/*.html"))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/log-in/", "/nowhere/", "/jobs/", "/users/", "/me/"])
def test_the_content_security_policy_is_strict_on_every_page(path):
    client = Client()
    client.force_login(add_person("all", name="All", password=None, roles=list(Role), by=None, now=NOW))
    policy = client.get(path).headers["Content-Security-Policy"]
    rules = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_code_or_an_outside_address(template):
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"""(?:src|href|action)=["']?(?:https?:)?//""", text)


def test_every_icon_that_is_drawn_is_in_the_bundle():
    checkout = PACKAGE.parent.parent
    listed = set(re.findall(r'"([a-z0-9-]+)"', (checkout / "frontend" / "icons.json").read_text(encoding="utf-8")))
    drawn = {name for path in TEMPLATES for name in re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8"))}
    python = [path for path in PACKAGE.rglob("*.py") if "tests" not in path.parts]
    drawn |= {name for path in python for name in re.findall(r'icon="([^"]+)"', path.read_text(encoding="utf-8"))}
    assert drawn <= listed
    assert listed <= drawn


def test_the_lock_file_names_no_host():
    lock = PACKAGE.parent.parent / "package-lock.json"
    assert "://" not in lock.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/log-in/", {"username": "a", "password": "b"}).status_code == 403


def asked(code, **environment):
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"from keytally.site import settings as s; {code}"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], **environment},
        check=False,
    )
    return result.stdout.strip() or result.stderr.strip().splitlines()[-1]


COOKIES = "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0)"


def test_cookies_are_secure_as_soon_as_others_can_reach_the_site(tmp_path):
    var = str(tmp_path)
    assert asked(COOKIES, KEYTALLY_VAR=var) == "False False False False"
    outside = {"KEYTALLY_VAR": var, "ALLOWED_HOSTS": "ka.example.com", "SECRET_KEY": "x" * 50}
    assert asked(COOKIES, **outside) == "True True True True"


def test_an_installation_that_others_reach_must_bring_its_own_secret(tmp_path):
    answer = asked("print(s.SECRET_KEY)", KEYTALLY_VAR=str(tmp_path), ALLOWED_HOSTS="ka.example.com")
    assert "SECRET_KEY is not set" in answer
    assert not (tmp_path / "secret_key").exists()


def test_the_demo_keeps_its_secret_to_itself(tmp_path):
    first = asked("print(s.SECRET_KEY)", KEYTALLY_VAR=str(tmp_path))
    assert first == asked("print(s.SECRET_KEY)", KEYTALLY_VAR=str(tmp_path))
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_passwords_never_reach_the_log():
    from keytally.site.logs import LOGGING

    assert "dict_tracebacks" not in repr(LOGGING)
    assert settings.LOGGING is LOGGING
