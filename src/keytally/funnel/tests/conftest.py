"""The cast: a chain and a store, a rep, her manager, a national manager who may override, a director, an auditor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from keytally.accounts.models import AccountNode
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.classes import classify, lay_out_classes
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.funnel.rules.stages import CustomerSize, Stage, TeamRole
from keytally.funnel.services.evidence import NewEvidence, record_evidence
from keytally.funnel.services.opening import NewOpportunity, open_opportunity

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
TODAY = date(2026, 8, 3)


def person(username, role, *, language="en"):
    return add_person(
        username, name=username.title(), password="a-long-enough-password", roles=[role], by=None, now=NOW,
        language=language,
    )  # fmt: skip


@dataclass
class Cast:
    """Who and what the tests are about."""

    chain: AccountNode
    store: AccountNode
    rep: object
    manager: object
    national: object
    director: object
    auditor: object
    finance: object


@pytest.fixture
def cast(db):
    lay_out_classes()
    people = {
        "rep": person("lina", Role.SALES_REP),
        "manager": person("chen", Role.ACCOUNT_MANAGER),
        "national": person("zhao", Role.NATIONAL_MANAGER),
        "director": person("liu", Role.SALES_DIRECTOR),
        "auditor": person("tom", Role.AUDITOR),
        "finance": person("grace", Role.FINANCE_DIRECTOR),
    }
    chain = add_account(
        NewAccount(kind=NodeKind.CHAIN, name_zh="永盛超市", owner=people["manager"], facts={"name_en": "Yongsheng"}),
        by=people["director"], on=TODAY, now=NOW,
    )  # fmt: skip
    store = add_account(
        NewAccount(kind=NodeKind.STORE, name_zh="永盛中山店", parent=chain, owner=people["rep"]),
        by=people["director"], on=TODAY, now=NOW,
    )  # fmt: skip
    classify(chain, axis="size", values=["SMALL_MEDIUM"], by=people["director"], now=NOW)
    return Cast(chain=chain, store=store, **people)


def opened(cast, *, evidence=(), now=NOW, owner=None, **facts):
    wanted = NewOpportunity(
        account=facts.pop("account", cast.chain),
        name=facts.pop("name", "Shelf programme"),
        owner=owner or cast.manager,
        opened_on=facts.pop("opened_on", now.date()),
        evidence=[NewEvidence(code, now.date(), note="said so") for code in evidence],
        amount_minor=facts.pop("amount_minor", 1_000_000_00),
        **facts,
    )
    return open_opportunity(wanted=wanted, by=cast.manager, now=now)


def shows(opportunity, *criteria, by=None, now=NOW, **facts):
    for code in criteria:
        record_evidence(
            opportunity_id=opportunity.pk,
            evidence=NewEvidence(code, facts.get("happened_on", now.date()), note="seen", **{
                key: value for key, value in facts.items() if key != "happened_on"
            }),
            by=by,
            now=now,
        )  # fmt: skip


# What opens each gate for a small or medium customer, by evidence that is typed.
OPENS = {
    Stage.TARGET: ("accepts_material", "contact_made"),
    Stage.INTENT: ("visited", "need_stated"),
    Stage.PROJECT: ("our_team_formed", "our_standard_met", "team_and_process", "core_need"),
    Stage.RECOGNITION: ("tender_won",),
    Stage.NEGOTIATION: ("price_objection",),
    Stage.CLOSING: ("contract_signed",),
}
__all__ = ["NOW", "OPENS", "TODAY", "Cast", "CustomerSize", "TeamRole", "opened", "person", "shows", "timedelta"]
