"""The page of an account says what happened in words, and never what not every reader may read."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.queries.history import happenings
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services.classes import classify, set_tier
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact, change_contact
from keytally.accounts.services.nodes import change_account, set_status
from keytally.accounts.subjects import account
from keytally.core.models import AuditEntry
from keytally.core.queries import audit_of

from .conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


def told(node, *, most=12):
    return [(one.action, one.details) for one in happenings(audit_of(account(node.pk)), most=most)]


def test_classes_given_in_one_go_stand_together_by_their_names(cast, director):
    for axis, codes in (("format", ["HYPERMARKET"]), ("location", ["RESIDENTIAL"])):
        classify(cast.store, axis=axis, values=codes, by=director, now=NOW + timedelta(minutes=5))
    with override("en"):
        (action, details), *_before = told(cast.store)
    assert (action, set(details)) == ("account.classify", {"Format: Hypermarket", "Location: Residential"})
    with override("zh-hans"):
        assert any("大卖场" in one for one in told(cast.store)[0][1])


def test_what_one_minute_or_person_parts_stands_apart(cast, director, manager):
    set_status(cast.chain, status=Status.SUSPENDED, by=director, on=TODAY, now=NOW)
    set_status(cast.chain, status=Status.ACTIVE, by=manager, on=TODAY, now=NOW)
    set_status(cast.chain, status=Status.SUSPENDED, by=manager, on=TODAY, now=NOW + timedelta(minutes=1))
    assert [one[0] for one in told(cast.chain)][:3] == ["account.status"] * 3


def test_codes_tiers_and_contacts_are_named_and_changed_columns_without_what_stands_in_them(cast, director):
    add_code(cast.chain, side=CodeSide.THEIRS, code="YS-77", by=director, now=NOW)
    set_tier(cast.chain, year=2026, tier=Tier.A, by=director, now=NOW)
    facts = {"name": "王芳", "decision_role": "BUYER", "phone": "13912345678"}
    contact = add_contact(cast.chain, facts=facts, holder=None, by=director, now=NOW)
    change_contact(contact, facts={"phone": "13987654321"}, holder=None, by=director, now=NOW)
    change_account(cast.chain, facts={"phone": "021-5555", "address": "上海市黄浦区南京东路1号"}, by=director, now=NOW)
    with override("en"):
        found = dict(told(cast.chain))
    assert found["account.code"] == ("YS-77",)
    assert found["account.tier"] == ("2026 A",)
    assert found["contact.add"] == ("王芳",)
    assert found["contact.change"] == ("王芳: phone",)
    assert "139" not in str(found)
    assert "021" not in str(found)
    assert "address" in found["account.change"][0]


def test_an_entry_of_another_time_with_codes_nobody_knows_any_more_is_still_shown(cast, director):
    for action, after in (("account.status", {"status": "GONE"}), ("account.judge", None), ("account.unheard", {})):
        AuditEntry.objects.create(
            action=action, at=NOW + timedelta(days=1), person=director, subject_kind="account",
            subject_id=cast.chain.pk, after=after,
        )  # fmt: skip
    assert told(cast.chain)[:3] == [("account.unheard", ()), ("account.judge", ()), ("account.status", ("GONE",))]
