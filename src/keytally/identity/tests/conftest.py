"""The people at the door, and how they get through it."""

import base64
import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.identity.services import factors

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
PASSWORD = "a-long-enough-password"
SECRET = base64.b32encode(b"twenty bytes of seed").decode()


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def rep(db):
    return add_person(
        "rep",
        name="李娜",
        password=PASSWORD,
        roles=[Role.SALES_REP],
        by=None,
        now=NOW,
        email="li.na@example.com",
        language="en",
    )


@pytest.fixture
def administrator(db):
    return add_person(
        "root", name="Root", password=PASSWORD, roles=[Role.ADMINISTRATOR], by=None, now=NOW, language="en"
    )


@pytest.fixture
def with_factor(rep):
    """The rep with a second factor; answers the recovery codes."""
    return factors.add_factor(rep, secret=SECRET, by=rep, now=NOW)


def code_now(secret=SECRET, *, ahead=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def log_in(client=None, *, username="rep", password=PASSWORD, **more):
    client = client or Client()
    client.post("/log-in/", {"username": username, "password": password, **more})
    return client


def is_in(client):
    return client.get("/me/").status_code == 200
