"""The tree: adding, changing, moving, codes, activation."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from keytally.accounts.labels import CodeSide, Status
from keytally.accounts.models import AccountAncestor, AccountNode, AccountPlacement
from keytally.accounts.queries.activation import missing_columns
from keytally.accounts.queries.base_file import s1_value, with_s1
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import nodes
from keytally.accounts.services.classes import classify, set_tier
from keytally.accounts.services.codes import add_code, date_code
from keytally.accounts.services.merging import merge, undo_merge
from keytally.accounts.services.nodes import (
    NewAccount,
    add_account,
    change_account,
    place_account,
    set_status,
)
from keytally.accounts.services.parties import set_parties
from keytally.accounts.subjects import account
from keytally.core.models import AuditEntry
from keytally.core.queries import audit_of

from .conftest import NOW, TODAY, add


def refused(codes):
    return pytest.raises(UnableToKeepAccount, match="|".join(codes))


def test_a_store_knows_its_chain_and_all_above_it(cast):
    above = AccountAncestor.objects.filter(node=cast.store).order_by("depth").values_list("ancestor", "depth")
    assert list(above) == [(cast.store.pk, 0), (cast.company.pk, 1), (cast.chain.pk, 2)]
    assert cast.store.chain == cast.chain


def test_the_region_is_read_from_the_address(cast):
    assert cast.store.area_code == "310105"


def test_a_store_without_a_parent_is_refused_by_service_and_database(cast, director):
    with refused(["PARENT_MISSING"]):
        add(NodeKind.STORE, "无主店", owner=director)
    with pytest.raises(IntegrityError), transaction.atomic():
        AccountNode.objects.filter(pk=cast.store.pk).update(parent=None)


def test_the_same_key_adds_one_account(cast, director):
    wanted = NewAccount(kind=NodeKind.STORE, name_zh="新店", parent=cast.chain, key="import-1-7")
    first = add_account(wanted, by=director, on=TODAY, now=NOW)
    assert add_account(wanted, by=director, on=TODAY, now=NOW) == first


def test_wrong_numbers_are_refused_with_every_reason(cast, director):
    with pytest.raises(UnableToKeepAccount) as refusal:
        change_account(cast.store, facts={"name_zh": " ", "gln": "4012345000008"}, by=director, now=NOW)
    assert refusal.value.codes == ("NAME_MISSING", "GLN_WRONG")


def test_a_change_is_audited_with_what_changed_only(cast, director):
    change_account(cast.store, facts={"tills": 12}, by=director, now=NOW, reason="counted")
    entry = audit_of(account(cast.store.pk))[0]
    assert (entry.action, entry.before, entry.after) == ("account.change", {"tills": None}, {"tills": 12})
    before = AuditEntry.objects.count()
    change_account(cast.store, facts={"tills": 12}, by=director, now=NOW)
    assert AuditEntry.objects.count() == before


def test_a_move_takes_all_below_along_and_keeps_where_it_hung(cast, director):
    day = TODAY + timedelta(days=0)
    AccountPlacement.objects.filter(node=cast.company).update(starts_on=date(2026, 1, 1))
    place_account(cast.company, parent=cast.stranger, starts_on=day, by=director, on=day, now=NOW, reason="bought")
    store = AccountNode.objects.get(pk=cast.store.pk)
    assert store.chain == cast.stranger
    assert not AccountAncestor.objects.filter(ancestor=cast.chain, node=store).exists()
    assert [one.parent_id for one in AccountPlacement.objects.filter(node=cast.company)] == [
        cast.chain.pk,
        cast.stranger.pk,
    ]


def test_a_tree_has_no_circles(cast, director):
    with refused(["PARENT_IS_BELOW"]):
        place_account(
            cast.chain, parent=cast.company, starts_on=TODAY, by=director, on=TODAY, now=NOW, reason="mistake"
        )


def test_a_code_of_theirs_is_of_one_account_of_the_chain_on_a_day(cast, director):
    add_code(cast.store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW, ends_before=date(2026, 7, 1))
    with refused(["THEIR_CODE_TAKEN"]):
        add_code(cast.other_store, side=CodeSide.THEIRS, code=" 1001", by=director, now=NOW)
    later = add_code(
        cast.other_store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW, starts_on=date(2026, 7, 1)
    )
    assert later.node == cast.other_store


def test_the_retailers_chains_number_their_stores_alike(cast, director):
    other = add(NodeKind.STORE, "别家店", parent=cast.stranger)
    add_code(cast.store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW)
    assert add_code(other, side=CodeSide.THEIRS, code="1001", by=director, now=NOW).node == other


def test_what_must_be_known_blocks_activation_not_adding(cast, director):
    with translation.override("en"), pytest.raises(UnableToKeepAccount) as refusal:
        set_status(cast.store, status=Status.ACTIVE, by=director, on=TODAY, now=NOW)
    assert refusal.value.codes == ("MISSING_BEFORE_ACTIVE",)
    assert "Format" in refusal.value.sentences()[0]


def filled(store, cast, director):
    facts = {"is_on_nka_list": True, "opened_on": date(2020, 5, 1)}
    change_account(store, facts=facts, by=director, now=NOW)
    add_code(store, side=CodeSide.THEIRS, code="7001", by=director, now=NOW)
    set_tier(cast.chain, year=2026, tier=Tier.A, by=director, now=NOW)
    nodes_of_classes = {"format": ["SUPERMARKET"], "store_class": ["S1"], "operation": ["DIRECT_STORE"]}
    for axis, values in nodes_of_classes.items():
        classify(store, axis=axis, values=values, by=director, now=NOW)
    from keytally.accounts.models import ClassificationAxis
    from keytally.accounts.services.classes import add_value

    for axis in ("region", "area", "office"):
        kept = ClassificationAxis.objects.get(code=axis)
        add_value(kept, code="EAST", name_zh="华东", name_en="East", by=director, now=NOW)
        classify(store, axis=axis, values=["EAST"], by=director, now=NOW)
    set_parties(store, buyer=store, ship_to=store, bill_to=cast.head, starts_on=date(2026, 1, 1), by=director, now=NOW)


def test_a_store_becomes_active_once_all_is_known(cast, director):
    filled(cast.store, cast, director)
    assert missing_columns(cast.store, as_of=TODAY) == ()
    set_status(cast.store, status=Status.ACTIVE, by=director, on=TODAY, now=NOW)
    assert AccountNode.objects.get(pk=cast.store.pk).status == Status.ACTIVE


def test_a_store_that_pays_itself_needs_a_tax_id_before_it_is_active(cast, director):
    filled(cast.store, cast, director)
    set_parties(
        cast.store, buyer=cast.store, ship_to=cast.store, bill_to=cast.store, starts_on=TODAY, by=director, now=NOW
    )
    assert missing_columns(cast.store, as_of=TODAY) == ("tax_id",)


def test_a_store_does_not_close_before_it_opens(cast, director):
    with refused(["CLOSES_BEFORE_IT_OPENS"]):
        days = {"opened_on": date(2026, 5, 1), "closed_on": date(2026, 4, 1)}
        change_account(cast.store, facts=days, by=director, now=NOW)


def test_next_codes_are_free(cast):
    assert not AccountNode.objects.filter(code=nodes.next_code(NodeKind.STORE)).exists()


def test_a_retailer_renumbers_and_the_old_code_goes_to_another_store(cast, director):
    kept = add_code(cast.store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW)
    assert add_code(cast.store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW) == kept
    day = date(2026, 7, 1)
    date_code(kept, starts_on=None, ends_before=day, by=director, now=NOW)
    add_code(cast.store, side=CodeSide.THEIRS, code="2001", starts_on=day, by=director, now=NOW)
    add_code(cast.other_store, side=CodeSide.THEIRS, code="1001", starts_on=day, by=director, now=NOW)
    with refused(["THEIR_CODE_TAKEN"]):
        date_code(kept, starts_on=None, ends_before=date(2026, 8, 1), by=director, now=NOW)
    with refused(["CODE_ENDS_EARLY"]):
        date_code(kept, starts_on=day, ends_before=day, by=director, now=NOW)
    with refused(["CODE_THERE"]):
        add_code(cast.store, side=CodeSide.THEIRS, code="2001", starts_on=date(2026, 8, 1), by=director, now=NOW)


def test_our_codes_old_and_new_are_of_one_account(cast, director):
    with refused(["CODE_TAKEN"]):
        add_code(cast.store, side=CodeSide.OURS, code=cast.other_store.code, by=director, now=NOW)
    add_code(cast.store, side=CodeSide.OURS, code="OLD-7", by=director, now=NOW)
    with refused(["CODE_TAKEN"]):
        wanted = NewAccount(kind=NodeKind.STORE, name_zh="新店", parent=cast.chain, code="old-7")
        add_account(wanted, by=director, on=TODAY, now=NOW)


def test_a_move_to_another_chain_ends_what_held_in_the_old_one(cast, director):
    code = add_code(cast.store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW)
    set_parties(
        cast.store,
        buyer=cast.store,
        ship_to=cast.store,
        bill_to=cast.head,
        starts_on=date(2026, 1, 1),
        by=director,
        now=NOW,
    )
    set_parties(
        cast.other_store,
        buyer=cast.other_store,
        ship_to=cast.other_store,
        bill_to=cast.other_store,
        starts_on=date(2026, 1, 1),
        by=director,
        now=NOW,
    )
    AccountPlacement.objects.filter(node=cast.company).update(starts_on=date(2026, 1, 1))
    place_account(cast.company, parent=cast.stranger, starts_on=TODAY, by=director, on=TODAY, now=NOW, reason="bought")
    code.refresh_from_db()
    assert (code.chain, code.ends_before) == (cast.chain, TODAY)
    assert cast.store.party_roles.get().ends_before == TODAY
    assert cast.other_store.party_roles.get().ends_before is None


def test_a_store_that_opens_again_is_no_longer_closed(cast, director):
    set_status(cast.store, status=Status.CLOSED, by=director, on=TODAY, now=NOW)
    assert AccountNode.objects.get(pk=cast.store.pk).closed_on == TODAY
    set_status(cast.store, status=Status.SUSPENDED, by=director, on=TODAY, now=NOW)
    assert AccountNode.objects.get(pk=cast.store.pk).closed_on is None


def test_an_address_that_lies_elsewhere_than_the_code_is_refused(cast, director):
    facts = {"address": "北京市朝阳区建国路1号", "area_code": "310105"}
    with refused(["ADDRESS_ELSEWHERE"]):
        change_account(cast.store, facts=facts, by=director, now=NOW)


def test_a_store_that_is_yet_to_open_can_be_moved(cast, director):
    store = add(NodeKind.STORE, "筹备店", parent=cast.company, opened_on=TODAY + timedelta(days=90))
    AccountPlacement.objects.filter(node=store).update(starts_on=TODAY - timedelta(days=1))
    other = add(NodeKind.STORE, "筹备二店", parent=cast.company, opened_on=TODAY + timedelta(days=90))
    assert AccountPlacement.objects.get(node=other).starts_on == TODAY
    place_account(store, parent=cast.chain, starts_on=TODAY, by=director, on=TODAY, now=NOW, reason="wrong parent")
    assert store.parent == cast.chain


def test_a_chain_within_a_group_keeps_its_own_stores_when_the_group_moves(cast, director):
    group = add(NodeKind.COMPANY, "集团", parent=cast.chain)
    banner = add(NodeKind.CHAIN, "旗下品牌", parent=group)
    store, own = add(NodeKind.STORE, "旗下店", parent=banner), add(NodeKind.STORE, "集团店", parent=group)
    AccountPlacement.objects.update(starts_on=TODAY - timedelta(days=9))
    add_code(store, side=CodeSide.THEIRS, code="9", by=director, now=NOW)
    place_account(group, parent=cast.stranger, starts_on=TODAY, by=director, on=TODAY, now=NOW, reason="sold")
    for node in (group, banner, store, own):
        node.refresh_from_db()
    assert (banner.chain, store.chain) == (banner, banner)
    assert (group.chain, own.chain) == (cast.stranger, cast.stranger)
    assert store.codes.get().ends_before is None
    parties = {"buyer": store, "ship_to": store, "bill_to": banner, "starts_on": TODAY}
    set_parties(store, **parties, by=director, now=NOW)
    done = merge(cast.company, alias=group, reason="one group", by=director, now=NOW)
    chains = (
        AccountNode.objects.filter(pk__in=[banner.pk, store.pk, own.pk]).order_by("pk").values_list("chain", flat=True)
    )
    assert [*chains] == [banner.pk, banner.pk, cast.chain.pk]
    undo_merge(done, by=director, now=NOW)
    assert [*chains.all()] == [banner.pk, banner.pk, cast.stranger.pk]


def test_two_moves_at_once_close_no_circle(cast, director):
    one, two = add(NodeKind.COMPANY, "甲公司", parent=cast.chain), add(NodeKind.COMPANY, "乙公司", parent=cast.chain)
    AccountPlacement.objects.update(starts_on=TODAY - timedelta(days=9))
    stale = AccountNode.objects.get(pk=two.pk)
    place_account(one, parent=two, starts_on=TODAY, by=director, on=TODAY, now=NOW, reason="x")
    with refused(["PARENT_IS_BELOW"]):
        place_account(stale, parent=one, starts_on=TODAY, by=director, on=TODAY, now=NOW, reason="x")


def test_a_code_and_parties_that_ended_do_not_make_a_store_active(cast, director):
    last_year = {"starts_on": TODAY - timedelta(days=400), "ends_before": TODAY}
    add_code(cast.store, side=CodeSide.THEIRS, code="7001", by=director, now=NOW, **last_year)
    set_parties(
        cast.store,
        buyer=cast.store,
        ship_to=cast.store,
        bill_to=cast.head,
        starts_on=last_year["starts_on"],
        by=director,
        now=NOW,
    )
    cast.store.party_roles.update(ends_before=TODAY)
    assert {"their_code", "buyer", "ship_to", "bill_to", "from"} <= set(missing_columns(cast.store, as_of=TODAY))
    assert "their_code" not in missing_columns(cast.store, as_of=TODAY - timedelta(days=1))


def test_the_base_file_says_the_code_in_force(cast, director):
    def said():
        (node,) = with_s1(AccountNode.objects.filter(pk=cast.store.pk), as_of=TODAY)
        return s1_value(node, "their_code")

    def renumbered(code, starts_on):
        add_code(cast.store, side=CodeSide.THEIRS, code=code, starts_on=starts_on, by=director, now=NOW)
        return said()

    assert renumbered("9", TODAY + timedelta(days=30)) == "9"
    assert renumbered("7", None) == "7"
    assert renumbered("8", TODAY) == "8"
