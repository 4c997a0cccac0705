"""Two chains that both have stores become one: all below moves with its days and codes, and goes back by one click."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connections
from django.urls import reverse

from keytally.accounts.labels import CodeSide, GrantKind
from keytally.accounts.models import (
    AccountAncestor,
    AccountCode,
    AccountMerge,
    AccountNode,
    AccountPlacement,
    Contact,
    PartyRoles,
    SearchEntry,
)
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries.pages import above
from keytally.accounts.queries.reach import visible_to
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.keepers import grant
from keytally.accounts.services.merging import merge, undo_merge
from keytally.accounts.services.nodes import place_account
from keytally.accounts.services.parties import set_parties
from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.reconciliation.queries.settlement import meeting_points, store_codes

from .conftest import NOW, TODAY, add, person
from .test_imports import folders, imported

__all__ = ["folders"]
LATER = NOW + timedelta(days=3)


@pytest.fixture
def twin(cast, director):
    """A second chain of the same name: a company with a store, a store, a head office that pays, and their codes."""
    chain = add(NodeKind.CHAIN, "永盛连锁", owner=director)
    company = add(NodeKind.COMPANY, "永盛连锁华南", parent=chain)
    head = add(NodeKind.HEAD_OFFICE, "永盛连锁总部", parent=chain)
    south = add(NodeKind.STORE, "永盛天河店", parent=company, opened_on=date(2024, 5, 1))
    today = add(NodeKind.STORE, "永盛海珠店", parent=chain)
    AccountPlacement.objects.filter(node__in=[company, head]).update(starts_on=date(2024, 1, 1))
    for store, code in ((south, "8001"), (cast.store, "7001")):
        add_code(store, side=CodeSide.THEIRS, code=code, by=director, now=NOW)
    parties = {"buyer": south, "ship_to": south, "bill_to": head, "starts_on": date(2025, 1, 1)}
    set_parties(south, **parties, by=director, now=NOW)
    parties = {"buyer": today, "ship_to": today, "bill_to": chain, "starts_on": date(2025, 1, 1)}
    set_parties(today, **parties, by=director, now=NOW)
    add_contact(chain, facts={"name": "王芳", "decision_role": "BUYER"}, holder=director, by=director, now=NOW)
    return {"chain": chain, "company": company, "head": head, "south": south, "today": today}


def stands():
    """All that a merge may touch, without numbers of rows that were written anew."""
    words = {entry.node_id: sorted(entry.words.split()) for entry in SearchEntry.objects.all()}
    return {
        "nodes": list(AccountNode.objects.order_by("pk").values()),
        "above": sorted(AccountAncestor.objects.values_list("node", "ancestor", "depth")),
        "placed": list(AccountPlacement.objects.order_by("pk").values()),
        "codes": list(AccountCode.objects.order_by("pk").values()),
        "parties": list(PartyRoles.objects.order_by("pk").values()),
        "words": words,
    }


def merged(cast, twin, director, *, now=LATER):
    return merge(cast.chain, alias=twin["chain"], reason="one since 2026", by=director, now=now)


def test_all_below_moves_with_its_days_codes_and_parties_and_goes_back_exactly(cast, twin, director):
    before = stands()
    done = merged(cast, twin, director)
    south = AccountNode.objects.get(pk=twin["south"].pk)
    company = AccountNode.objects.get(pk=twin["company"].pk)
    assert (south.parent, south.chain, company.parent, company.chain) == (company, cast.chain, cast.chain, cast.chain)
    assert [one.pk for one in above(south)] == [cast.chain.pk, company.pk]
    days = list(AccountPlacement.objects.filter(node=company).values_list("parent", "starts_on", "ends_before"))
    moved_on = TODAY + timedelta(days=3)
    assert days == [(twin["chain"].pk, date(2024, 1, 1), moved_on), (cast.chain.pk, moved_on, None)]
    assert (south.codes.get().code, south.codes.get().chain, south.codes.get().ends_before) == (
        "8001",
        cast.chain,
        None,
    )
    assert south.party_roles.get().ends_before is None
    told = AuditEntry.objects.filter(action="account.place", subject_id=company.pk).get()
    assert (told.before, told.after["parent"]) == ({"parent": twin["chain"].pk}, cast.chain.pk)
    undo_merge(done, by=director, now=LATER)
    assert stands() == before


def test_files_and_reconciliations_mean_one_chain_afterwards(cast, twin, director):
    merged(cast, twin, director)
    _kept, outcome = imported(director, "永盛连锁,8001,永盛天河店,9", header="系统,门店编码(客户),门店名称,收银台数")
    assert (outcome.rejected, AccountNode.objects.get(pk=twin["south"].pk).tills) == ([], 9)
    _kept, outcome = imported(
        director, "永盛连锁,8002,永盛番禺店,9", header="系统,门店编码(客户),门店名称,收银台数", kind=ImportKind.STORES
    )
    assert AccountNode.objects.get(name_zh="永盛番禺店").parent == cast.chain
    alias = AccountNode.objects.get(pk=twin["chain"].pk)
    assert {one.theirs for one in store_codes(alias)} == {"7001", "8001", "8002"}
    assert cast.chain.code in {one.meets for one in meeting_points(alias)}


def test_who_was_let_in_on_the_alias_sees_what_they_saw_and_no_more(cast, twin, director):
    guest = person("guest", Role.SALES_REP)
    days = {"starts_on": TODAY, "ends_before": None}
    grant(twin["chain"], person=guest, kind=GrantKind.READ, **days, reason="x", by=director, now=NOW)
    seen = set(visible_to(guest, as_of=TODAY).values_list("pk", flat=True))
    merged(cast, twin, director)
    assert set(visible_to(guest, as_of=TODAY).values_list("pk", flat=True)) == seen


def test_what_cannot_go_together_is_refused_with_its_sentence(client, cast, twin, director):
    add_code(twin["today"], side=CodeSide.THEIRS, code="7001", by=director, now=NOW)
    before = stands()
    client.force_login(director)
    said = {"kept": cast.chain.pk, "alias": twin["chain"].pk}
    page = client.post(reverse("accounts:merge"), said, follow=True).content.decode()
    assert "Both have the code 7001 in one time, one for 永盛中山店, the other for 永盛海珠店" in page
    assert stands() == before
    twin["today"].codes.all().delete()
    page = client.post(reverse("accounts:merge"), said, follow=True).content.decode()
    assert "What hung below it hangs below Yongsheng now: 3." in page
    with pytest.raises(UnableToKeepAccount, match="MERGE_KINDS_DIFFER"):
        merge(cast.chain, alias=cast.store, reason="x", by=director, now=NOW)
    with pytest.raises(UnableToKeepAccount, match="ALREADY_ALIAS"):
        merge(cast.stranger, alias=twin["chain"], reason="x", by=director, now=NOW)


def test_companies_merge_too_but_not_a_parent_into_what_lies_below_it(cast, twin, director):
    inner = add(NodeKind.COMPANY, "永盛上海", parent=cast.company)
    with pytest.raises(UnableToKeepAccount, match="PARENT_IS_BELOW"):
        merge(inner, alias=cast.company, reason="x", by=director, now=LATER)
    with pytest.raises(UnableToKeepAccount, match="MERGE_PARTY_STAYS"):
        merge(cast.company, alias=twin["company"], reason="x", by=director, now=LATER)
    add(NodeKind.STORE, "永盛徐汇店", parent=inner)
    before = stands()
    done = merge(cast.company, alias=inner, reason="x", by=director, now=LATER)
    assert AccountNode.objects.get(name_zh="永盛徐汇店").parent == cast.company
    undo_merge(done, by=director, now=LATER)
    assert stands() == before


def test_undoing_keeps_what_came_since_where_it_belongs(cast, twin, director):
    done = merged(cast, twin, director)
    fresh = add(NodeKind.STORE, "永盛白云店", parent=AccountNode.objects.get(pk=twin["company"].pk))
    south = AccountNode.objects.get(pk=twin["south"].pk)
    for node, code in ((fresh, "8003"), (south, "8004"), (cast.other_store, "7009")):
        add_code(node, side=CodeSide.THEIRS, code=code, by=director, now=LATER)
    add_contact(south, facts={"name": "李雷", "decision_role": "BUYER"}, holder=None, by=director, now=LATER)
    undo_merge(done, by=director, now=LATER)
    fresh.refresh_from_db()
    assert (fresh.chain, [one.pk for one in above(fresh)]) == (twin["chain"], [twin["chain"].pk, twin["company"].pk])
    chains = dict(AccountCode.objects.values_list("code", "chain"))
    new, old = cast.chain.pk, twin["chain"].pk
    assert chains == {"8001": old, "8003": old, "8004": old, "7001": new, "7009": new}
    assert Contact.objects.get(name="李雷").node == south


def placed(cast, twin, director):
    node = AccountNode.objects.get(pk=twin["company"].pk)
    on = TODAY + timedelta(days=9)
    place_account(node, parent=cast.company, starts_on=on, by=director, on=on, now=LATER, reason="x")


def tied(cast, twin, director):
    south = AccountNode.objects.get(pk=twin["south"].pk)
    parties = {"buyer": south, "ship_to": south, "bill_to": cast.head, "starts_on": TODAY}
    set_parties(south, **parties, by=director, now=LATER)


def further(cast, twin, director):
    merge(cast.store, alias=AccountNode.objects.get(pk=twin["south"].pk), reason="x", by=director, now=LATER)


def gone(cast, twin, director):
    merge(cast.stranger, alias=AccountNode.objects.get(pk=cast.chain.pk), reason="x", by=director, now=LATER)


@pytest.mark.parametrize(
    ("change", "code"),
    [(placed, "MOVED_SINCE"), (tied, "PARTY_SINCE"), (further, "MERGED_FURTHER"), (gone, "MERGED_FURTHER")],
)
def test_undoing_is_refused_with_the_reason_where_it_would_lose_what_came_since(cast, twin, director, change, code):
    done = merged(cast, twin, director)
    change(cast, twin, director)
    before = stands()
    with pytest.raises(UnableToKeepAccount, match=code):
        undo_merge(done, by=director, now=LATER)
    assert stands() == before


def test_a_merge_of_what_was_merged_goes_back_step_by_step(cast, twin, director):
    before = stands()
    first = merged(cast, twin, director)
    between = stands()
    second = merge(cast.stranger, alias=AccountNode.objects.get(pk=cast.chain.pk), reason="x", by=director, now=LATER)
    assert AccountNode.objects.get(pk=twin["south"].pk).chain == cast.stranger
    undo_merge(second, by=director, now=LATER)
    assert stands() == between
    undo_merge(first, by=director, now=LATER)
    assert stands() == before


@pytest.mark.django_db(transaction=True)
def test_two_people_who_merge_or_undo_at_once_do_it_once(cast, twin, director):
    faults = []

    def at_once(*works):
        def run(work):
            try:
                work()
            except UnableToKeepAccount as refusal:
                faults.append(refusal.codes)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    before = stands()
    at_once(*[lambda: merged(cast, twin, director)] * 2)
    assert (AccountMerge.objects.count(), faults) == (1, [("ALREADY_ALIAS",)])
    done = AccountMerge.objects.get()
    at_once(*[lambda: undo_merge(done, by=director, now=LATER)] * 2)
    assert faults[1:] == [("ALREADY_UNDONE",)]
    assert stands() == before
    at_once(
        lambda: merged(cast, twin, director),
        lambda: merge(twin["chain"], alias=cast.chain, reason="x", by=director, now=LATER),
    )
    assert faults[2:] == [("ALREADY_ALIAS",)]
