"""Item codes and shapes of numbers that people resolved: proposed, shown on past runs, kept, followed, withdrawn."""

from datetime import UTC, date, datetime

import pytest

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.reconciliation import services
from keytally.reconciliation.models import Decision, LearnedRule
from keytally.reconciliation.services.deciding import Pair, Wish, decide
from keytally.reconciliation.tests.conftest import NOW
from keytally.reconciliation.tests.test_open import opened
from keytally.reconciliation.tests.test_workbench import doc_numbers, line, run_again

AFTER = datetime(2099, 1, 1, tzinfo=UTC)
HEADER = "doc_no,order_no,store,item,date,quantity,amount"
# I2 is X99 to them, in two orders; the plain line keeps the columns readable.
ITEMS_OURS = f"""{HEADER}
A1021,P101,S1,I1,2026-07-01,10,100.00
A1132,P202,S1,I2,2026-07-02,5,50.00
A1243,P303,S1,I2,2026-07-20,7,77.00
"""
ITEMS_THEIRS = f"""{HEADER}
B7021,P101,S1,I1,2026-07-01,10,100.00
B7532,P202,S1,X99,2026-07-02,5,50.00
B7643,P303,S1,X99,2026-07-20,7,77.00
"""
# Their order numbers carry two digits of a year before ours; dates lie too far apart for anything but the number.
SHAPES_OURS = f"""{HEADER}
A1021,450726000101,S1,I1,2026-07-01,10,100.00
A1132,450726000202,S1,I2,2026-07-02,5,50.00
A1243,450726000303,S1,I2,2026-07-03,5,50.00
"""
SHAPES_THEIRS = f"""{HEADER}
B7021,450726000101,S1,I1,2026-07-01,10,100.00
B7532,26450726000202,S1,I2,2026-07-28,5,50.00
B7643,26450726000303,S1,I2,2026-07-29,5,50.00
"""


@pytest.fixture
def chain(accountant):
    wanted = nodes.NewAccount(
        kind=NodeKind.CHAIN, name_zh="永盛", parent=None, code="YS", owner=accountant, facts={}
    )  # fmt: skip
    return nodes.add_account(wanted, by=accountant, on=date(2025, 1, 1), now=NOW)


def month_of(chain, accountant, tmp_path, *, ours, theirs):
    found = opened(accountant, ours=ours, theirs=theirs, name="Yongsheng", account_id=chain.pk, month="2026-07")
    return run_again(found, tmp_path)


def accept(found, ours, theirs, *, by):
    decide(found.pk, wish=Wish([Pair(ours, theirs)], Decision.Choice.ACCEPT), by=by, now=AFTER)


def kept(found, kind, *, by):
    """Keep the one rule of a kind that a reconciliation taught, after looking at what it would have changed."""
    rule = LearnedRule.objects.get(kind=kind, learned_from=found)
    assert (rule.state, rule.previewed_at is not None) == ("PROPOSED", True)
    services.keep(rule.pk, starts_on=None, by=by, now=NOW)
    rule.refresh_from_db()
    return rule


def test_an_item_code_that_a_person_resolved_is_followed_by_the_next_run(chain, accountant, tmp_path):
    found = month_of(chain, accountant, tmp_path, ours=ITEMS_OURS, theirs=ITEMS_THEIRS)
    assert doc_numbers(found, "WRONG_ITEM") == {"A1132", "A1243", "B7532", "B7643"}
    accept(found, line(found, "A1132").id, line(found, "B7532").id, by=accountant)
    found = run_again(found, tmp_path)
    rule = kept(found, "ITEM_CODE", by=accountant)
    assert (rule.given, rule.meaning, rule.pairs) == ("X99", "I2", 1)
    (row,) = rule.preview
    assert ("WRONG_ITEM", "MATCHED") in {(one["was"], one["now"]) for one in row["changes"]}
    found = run_again(found, tmp_path)
    assert not doc_numbers(found, "WRONG_ITEM")
    assert not LearnedRule.objects.filter(state="PROPOSED").exists()

    services.withdraw(rule.pk, ends_before=date(2026, 7, 15), reason="the code was given anew", by=accountant, now=NOW)
    found = run_again(found, tmp_path)
    assert doc_numbers(found, "WRONG_ITEM") == {"A1243", "B7643"}


def test_the_shape_of_their_numbers_is_learned_from_a_pair(chain, accountant, tmp_path):
    found = month_of(chain, accountant, tmp_path, ours=SHAPES_OURS, theirs=SHAPES_THEIRS)
    apart = {"A1132", "A1243", "B7532", "B7643"}
    assert doc_numbers(found, None) == apart
    accept(found, line(found, "A1132").id, line(found, "B7532").id, by=accountant)
    found = run_again(found, tmp_path)
    rule = kept(found, "NUMBER_SHAPE", by=accountant)
    assert (rule.given, rule.meaning) == ("^[0-9]{2}([0-9]{12})$", "")
    found = run_again(found, tmp_path)
    assert not {"A1243", "B7643"} & (doc_numbers(found, "NOT_RECEIVED") | doc_numbers(found, "NOT_IN_BOOKS"))


def test_what_was_refused_is_not_proposed_again(chain, accountant, tmp_path):
    found = month_of(chain, accountant, tmp_path, ours=ITEMS_OURS, theirs=ITEMS_THEIRS)
    accept(found, line(found, "A1132").id, line(found, "B7532").id, by=accountant)
    found = run_again(found, tmp_path)
    rule = LearnedRule.objects.get()
    services.refuse(rule.pk, reason="a trial code", by=accountant, now=NOW)
    found = run_again(found, tmp_path)
    assert LearnedRule.objects.get().state == "REFUSED"
    assert doc_numbers(found, "WRONG_ITEM") == {"A1132", "A1243", "B7532", "B7643"}
    with pytest.raises(services.UnableToLearn, match="DECIDED"):
        services.keep(rule.pk, starts_on=None, by=accountant, now=NOW)
