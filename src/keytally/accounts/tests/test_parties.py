"""Buyer, ship-to and bill-to: derived, dated, and the forbidden combination refused at every door (B02-B05)."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from keytally.accounts.models import PartyRoles
from keytally.accounts.queries.activation import parties_on
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import Mode, NodeKind
from keytally.accounts.services.nodes import place_account
from keytally.accounts.services.parties import set_parties

from .conftest import NOW, TODAY, add


def keep(cast, by, **parties):
    chosen = {"buyer": cast.store, "ship_to": cast.store, "bill_to": cast.store, "starts_on": date(2026, 1, 1)}
    return set_parties(cast.store, **{**chosen, **parties}, by=by, now=NOW)


def test_the_three_modes_follow_from_the_parties(cast, director):
    assert keep(cast, director).mode is Mode.A
    assert keep(cast, director, bill_to=cast.head, starts_on=date(2026, 2, 1)).mode is Mode.B
    third = keep(cast, director, ship_to=cast.dc, bill_to=cast.head, starts_on=date(2026, 3, 1))
    assert third.mode is Mode.C


def test_the_service_refuses_the_mode_that_does_not_exist(cast, director):
    with pytest.raises(UnableToKeepAccount, match="SHIP_TO_HEAD_OFFICE_BILL_TO_STORE"):
        keep(cast, director, ship_to=cast.dc)
    assert not PartyRoles.objects.exists()


def test_the_database_refuses_it_too(cast, director):
    kept = keep(cast, director)
    with pytest.raises(IntegrityError), transaction.atomic():
        PartyRoles.objects.filter(pk=kept.pk).update(ship_to_kind="HEAD_OFFICE", ship_to=cast.dc)


def test_a_party_of_another_chain_or_another_store_is_refused(cast, director):
    with pytest.raises(UnableToKeepAccount, match="PARTY_OF_ANOTHER_CHAIN"):
        keep(cast, director, bill_to=cast.stranger)
    with pytest.raises(UnableToKeepAccount, match="PARTY_IS_ANOTHER_STORE"):
        keep(cast, director, ship_to=cast.other_store)


def test_the_parties_on_a_day_are_those_in_force(cast, director):
    keep(cast, director)
    keep(cast, director, bill_to=cast.head, starts_on=date(2026, 7, 1))
    modes = [
        found.mode if (found := parties_on(cast.store.pk, as_of=day)) else None
        for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    ]
    assert modes == [None, Mode.A, Mode.A, Mode.B]


def test_history_is_not_rewritten(cast, director):
    keep(cast, director)
    with pytest.raises(UnableToKeepAccount, match="PARTIES_NOT_LATER"):
        keep(cast, director, bill_to=cast.head)


def test_the_same_parties_again_change_nothing(cast, director):
    assert keep(cast, director) == keep(cast, director, starts_on=date(2026, 5, 1))


def insert(cast, **columns):
    """Write a row by hand, past all rules."""
    store, head, dc = cast.store.pk, cast.head.pk, cast.dc.pk
    number = {"store": store, "head": head, "dc": dc, "other": cast.other_store.pk}
    row = {"buyer": "store", "ship_to": "store", "bill_to": "store"} | columns
    kinds = {f"{name}_kind": row.pop(f"{name}_kind", "STORE") for name in ("buyer", "ship_to", "bill_to")}
    said = {f"{name}_id": number[party] for name, party in row.items()} | kinds
    names, marks = ", ".join(said), ", ".join(["%s"] * len(said))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"insert into accounts_partyroles (store_id, starts_on, {names}) values ({store}, '2026-01-01', {marks})",
            [*said.values()],
        )


@pytest.mark.parametrize(
    "columns",
    [
        {"ship_to": "dc", "ship_to_kind": "HEAD_OFFICE"},
        {"ship_to": "dc"},
        {"ship_to": "dc", "ship_to_kind": "HEAD_OFFICE", "bill_to_kind": "HEAD_OFFICE"},
        {"ship_to": "other"},
        {"bill_to": "other"},
        {"buyer_kind": "HEAD_OFFICE"},
        {"buyer_kind": "WAREHOUSE"},
    ],
)
def test_no_hand_in_the_database_writes_the_forbidden_mode_not_even_by_a_wrong_kind(cast, columns):
    with pytest.raises(IntegrityError):
        insert(cast, **columns)
    assert not PartyRoles.objects.exists()


def test_the_modes_that_exist_may_be_written(cast):
    insert(cast, ship_to="dc", ship_to_kind="HEAD_OFFICE", bill_to="head", bill_to_kind="HEAD_OFFICE")
    assert PartyRoles.objects.get().mode is Mode.C


def test_no_day_has_two_answers_after_parties_ended(cast, director):
    keep(cast, director, bill_to=cast.head)
    PartyRoles.objects.update(ends_before=date(2026, 6, 1))
    with pytest.raises(UnableToKeepAccount, match="PARTIES_STILL_HELD"):
        keep(cast, director, starts_on=date(2026, 5, 31))
    assert keep(cast, director, starts_on=date(2026, 6, 1)).mode is Mode.A


def test_a_company_that_hangs_under_nothing_pays_for_its_stores(director):
    company = add(NodeKind.COMPANY, "独立公司", owner=director)
    store = add(NodeKind.STORE, "独立店", parent=company)
    kept = set_parties(
        store, buyer=store, ship_to=store, bill_to=company, starts_on=date(2026, 1, 1), by=director, now=NOW
    )
    assert (kept.mode, store.chain, company.chain) == (Mode.B, company, company)


def test_parties_of_the_chain_that_was_left_end_with_the_move(cast, director):
    keep(cast, director, bill_to=cast.head)
    cast.store.placements.update(starts_on=date(2026, 1, 1))
    place_account(
        cast.store, parent=cast.stranger, starts_on=date(2026, 8, 1), by=director, on=TODAY, now=NOW, reason="sold"
    )
    assert parties_on(cast.store.pk, as_of=date(2026, 7, 31))
    assert parties_on(cast.store.pk, as_of=date(2026, 8, 1)) is None
