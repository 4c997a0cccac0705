"""The cast: a rep, her manager, two experts, an auditor, and two chains."""

from datetime import UTC, date, datetime

import pytest

from keytally.accounts.models import AccountNode
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.classes import lay_out_classes
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import Content, EntryKind, Text
from keytally.playbook.services import entries, support

# A Monday, ten in Shanghai.
NOW = datetime(2026, 8, 3, 2, tzinfo=UTC)
TODAY = date(2026, 8, 3)
PASSWORD = "a-long-enough-password"


def person(username, *roles, language="en", name=""):
    return add_person(
        username, name=name or username.title(), password=PASSWORD, roles=roles, by=None, now=NOW, language=language
    )


@pytest.fixture
def rep(db):
    return person("lina", Role.SALES_REP)


@pytest.fixture
def manager(db):
    return person("chen", Role.ACCOUNT_MANAGER)


@pytest.fixture
def director(db):
    return person("grace", Role.SALES_DIRECTOR)


@pytest.fixture
def chain(rep) -> AccountNode:
    lay_out_classes()
    wanted = NewAccount(kind=NodeKind.CHAIN, name_zh="永盛超市", owner=rep, facts={"name_en": "Yongsheng"})
    return add_account(wanted, by=rep, on=TODAY, now=NOW)


@pytest.fixture
def expert(manager, director):
    support.name_expert(manager, desk=Desk.SALES, topics=[], starts_on=TODAY, by=director, now=NOW)
    return manager


def write(by, *, kind=EntryKind.LESSON, zh="账期换端架", en="", tags=(), body="先问清对方的压力", node=None, **said):
    content = Content(kind=kind, title=Text(zh, en), body=Text(zh=body), tags=frozenset(tags), node=node, **said)
    return entries.add_entry(content, by=by, now=NOW)
