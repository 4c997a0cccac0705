"""The cast: an opportunity of a chain, a rep, her manager, a national manager, and three issues on the table."""

from datetime import UTC, date, datetime

import pytest

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.classes import classify, lay_out_classes
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.services.evidence import NewEvidence
from keytally.funnel.services.opening import NewOpportunity, open_opportunity
from keytally.negotiation.models import Negotiation
from keytally.negotiation.rules.readiness import Way
from keytally.negotiation.services import preparing
from keytally.negotiation.services.preparing import IssueFacts

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
TODAY = date(2026, 8, 3)
PASSWORD = "a-long-enough-password"
PRICE = IssueFacts("价格", 1000, 970, 940, 900, 930, 970, 60, 30, unit="元", decimals=1, step=5)
DAYS = IssueFacts("账期", 30, 45, 60, 90, 60, 30, 10, 50, unit="天", step=15)
RIGHTS = IssueFacts("独家", 0, 1, 2, 2, 1, 0, 30, 20, options=[["无", 100, 0], ["区域", 70, 60], ["全国", 0, 100]])


def person(username, *roles, language="en", name=""):
    return add_person(
        username, name=name or username.title(), password=PASSWORD, roles=roles, by=None, now=NOW, language=language
    )


def about(owner, *, manager=None, name="永盛年度合同"):
    lay_out_classes()
    wanted = NewAccount(kind=NodeKind.CHAIN, name_zh="永盛超市", owner=owner, facts={"name_en": "Yongsheng"})
    chain = add_account(wanted, by=owner, on=TODAY, now=NOW)
    classify(chain, axis="size", values=["SMALL_MEDIUM"], by=owner, now=NOW)
    evidence = [NewEvidence(code, TODAY, note="x") for code in ("accepts_material", "contact_made")]
    wanted = NewOpportunity(chain, name, owner, TODAY, amount_minor=1_000_000_00, evidence=evidence)
    return open_opportunity(wanted=wanted, by=owner, now=NOW)


@pytest.fixture
def rep(db):
    return person("lina", Role.SALES_REP)


@pytest.fixture
def manager(db):
    return person("chen", Role.SALES_DIRECTOR)


@pytest.fixture
def opportunity(rep):
    return about(rep)


@pytest.fixture
def prepared(opportunity, manager) -> Negotiation:
    found = preparing.open_negotiation(opportunity, by=manager, now=NOW)
    for facts in (PRICE, DAYS, RIGHTS):
        preparing.keep_issue(found.pk, facts, by=manager, now=NOW)
    return found


def ready(found, by):
    preparing.keep_person(found.pk, name="王总", decides=True, confirmed_on=TODAY, by=by, now=NOW)
    facts = {"way": Way.SEVERAL_ROUNDS, "route": "IN_TURN", "suppliers": 2, "starts_on": TODAY}
    facts |= {"finishes_on": date(2026, 8, 20), "dates_confirmed": True}
    preparing.keep_preconditions(found.pk, facts=facts, by=by, now=NOW)


@pytest.fixture
def running(prepared, manager) -> Negotiation:
    ready(prepared, manager)
    return preparing.begin(prepared.pk, by=manager, now=NOW, as_of=TODAY, may_override=False)
