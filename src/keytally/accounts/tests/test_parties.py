"""Buyer, ship-to and bill-to: derived, dated, and the forbidden combination refused at every door (B02-B05)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from keytally.accounts.models import PartyRoles
from keytally.accounts.queries.activation import parties_on
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import Mode
from keytally.accounts.services.parties import set_parties

from .conftest import NOW


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
