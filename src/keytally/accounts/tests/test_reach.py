"""What the page of an account asks in memory and what a list asks of the database are one rule."""

from datetime import timedelta

import pytest

from keytally.accounts.labels import GrantKind
from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import CHANGE, GRANT, RELATE, VIEW, reaches, visible_to
from keytally.accounts.services.keepers import give_over, grant
from keytally.accounts.tests.conftest import NOW, TODAY

LATER = TODAY + timedelta(days=10)


def let_in(node, person, kind, starts_on, ends_before, *, by):
    span = {"starts_on": starts_on, "ends_before": ends_before}
    grant(node, person=person, kind=kind, **span, reason="stands in", by=by, now=NOW)


@pytest.fixture
def everybody(cast, rep, manager, director, auditor):
    give_over(cast.store, to=rep, by=director, now=NOW, reason="hers now")
    let_in(cast.company, rep, GrantKind.READ, TODAY, LATER, by=director)
    let_in(cast.head, manager, GrantKind.CHANGE, TODAY - timedelta(days=9), TODAY, by=director)
    let_in(cast.other_store, manager, GrantKind.CHANGE, TODAY, None, by=director)
    let_in(cast.chain, manager, GrantKind.READ, LATER, None, by=director)
    AccountNode.objects.filter(pk=cast.stranger.pk).update(owner=None)
    return rep, manager, director, auditor


@pytest.mark.parametrize("permission", [VIEW, RELATE, CHANGE, GRANT])
@pytest.mark.parametrize("day", [TODAY, LATER])
def test_a_node_is_reached_exactly_when_the_list_shows_it(everybody, day, permission):
    seen = 0
    for person in everybody:
        listed = set(visible_to(person, as_of=day, permission=permission).values_list("pk", flat=True))
        nodes = AccountNode.objects.all()
        assert {one.pk for one in nodes if reaches(person, one, as_of=day, permission=permission)} == listed
        seen += len(listed)
    assert seen
