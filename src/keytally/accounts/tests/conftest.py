"""The cast: a chain with a head office, a warehouse and two stores, a rep, her manager, a director, an auditor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from keytally.accounts.models import AccountNode
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.classes import lay_out_classes
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.roles import Role
from keytally.core.services import add_person

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
TODAY = date(2026, 8, 3)
PASSWORD = "a-long-enough-password"


def person(username, role, *, language="en", name=""):
    return add_person(
        username,
        name=name or username.title(),
        password=PASSWORD,
        roles=[role] if isinstance(role, Role) else role,
        by=None,
        now=NOW,
        language=language,
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
def auditor(db):
    return person("tom", Role.AUDITOR)


@dataclass
class Cast:
    """The accounts of the tests."""

    chain: AccountNode
    company: AccountNode
    head: AccountNode
    dc: AccountNode
    store: AccountNode
    other_store: AccountNode
    stranger: AccountNode


def add(kind, name, *, parent=None, owner=None, **facts):
    wanted = NewAccount(kind=kind, name_zh=name, parent=parent, owner=owner, facts=facts)
    return add_account(wanted, by=owner, on=TODAY, now=NOW)


@pytest.fixture
def cast(director):
    lay_out_classes()
    chain = add(NodeKind.CHAIN, "永盛超市", owner=director, name_en="Yongsheng")
    company = add(NodeKind.COMPANY, "永盛华东", parent=chain)
    return Cast(
        chain=chain,
        company=company,
        head=add(NodeKind.HEAD_OFFICE, "永盛总部", parent=chain),
        dc=add(NodeKind.DC, "永盛嘉定仓", parent=chain),
        store=add(NodeKind.STORE, "永盛中山店", parent=company, address="上海市长宁区中山西路1号"),
        other_store=add(NodeKind.STORE, "永盛重庆路店", parent=company, address="上海市黄浦区重庆南路2号"),
        stranger=add(NodeKind.CHAIN, "大润万家", owner=director),
    )
