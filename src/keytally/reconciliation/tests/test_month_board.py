from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.core.roles import Role
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.board import BoardFilter, all_cells, board
from keytally.reconciliation.rules.month_board import Standing, months_back, settle_by, standing_of
from keytally.reconciliation.tests.conftest import NOW, person

TODAY = date(2026, 8, 3)


@pytest.mark.parametrize(
    ("states", "standing"),
    [
        ([], Standing.NOT_STARTED),
        (["DRAFT"], Standing.IN_PREPARATION),
        (["SIGNED", "SIGNED"], Standing.SIGNED),
        (["SIGNED", "EXPLAINED"], Standing.EXPLAINED),
        (["SIGNED", "OPEN", "EXPLAINED"], Standing.UNEXPLAINED),
        (["OPEN", "STOPPED"], Standing.FAILED),
    ],
)
def test_a_month_stands_where_the_part_stands_that_needs_somebody_most(states, standing):
    assert standing_of(states) is standing


def test_a_month_is_settled_by_a_day_of_the_next():
    assert settle_by("2026-07") == date(2026, 8, 15)
    assert settle_by("2025-12", day=31) == date(2026, 1, 31)
    assert months_back(date(2026, 1, 1), count=2) == ["2025-12", "2025-11"]


def chain(name, owner, *, code):
    wanted = nodes.NewAccount(kind=NodeKind.CHAIN, name_zh=name, parent=None, code=code, owner=owner, facts={})
    return nodes.add_account(wanted, by=owner, on=TODAY, now=NOW)


def settled(drafted, account, *, month, state, owner=None, summary=None):
    """Put the drafted reconciliation's twin into a month."""
    found = Reconciliation.objects.get(pk=drafted.pk)
    found.pk = None
    found.account, found.month, found.state, found.run_number = account, month, state, int(state != "DRAFT")
    found.summary, found.owner = summary or {}, owner or found.owner
    found.save()
    return found


@pytest.fixture
def two_chains(accountant, drafted):
    first, second = chain("永盛", accountant, code="YS"), chain("惠丰", accountant, code="HF")
    open_lines = {"classes": {"AMBIGUOUS": {"ours_lines": 2, "theirs_lines": 1, "amount_minor": 0}}}
    settled(drafted, first, month="2026-07", state="OPEN", summary=open_lines)
    settled(drafted, first, month="2026-06", state="SIGNED")
    return first, second


def test_it_shows_every_chain_and_month_with_what_is_left(two_chains, accountant):
    shown = board(accountant, as_of=TODAY, wanted=BoardFilter(months=3))
    cells = {(cell.chain.code, cell.month): cell for row in shown.rows for cell in row.cells}
    assert shown.months == ["2026-07", "2026-06", "2026-05"]
    assert (cells["YS", "2026-07"].standing, cells["YS", "2026-07"].unexplained) == (Standing.UNEXPLAINED, 3)
    assert (cells["YS", "2026-07"].days_left, cells["YS", "2026-07"].who) == (12, "Alice")
    assert cells["YS", "2026-06"].standing is Standing.SIGNED
    assert not cells["YS", "2026-06"].is_late
    assert (cells["HF", "2026-06"].standing, cells["HF", "2026-06"].late_days) == (Standing.NOT_STARTED, 19)
    assert shown.counts[Standing.NOT_STARTED] == 4


def test_filters_keep_the_chains_that_have_such_a_month(two_chains, accountant):
    def kept(**wanted):
        shown = board(accountant, as_of=TODAY, wanted=BoardFilter(months=3, **wanted))
        return [row.chain.code for row in shown.rows]

    assert kept(standing=Standing.SIGNED) == ["YS"]
    assert kept(text="惠") == ["HF"]
    assert kept(person=accountant.pk) == ["YS"]
    assert kept(person=accountant.pk + 999) == []


def test_a_representative_sees_only_the_chains_in_reach(two_chains, drafted, accountant):
    rep = person("rep", Role.ACCOUNT_MANAGER)
    mine = chain("海西", rep, code="HX")
    settled(drafted, mine, month="2026-07", state="EXPLAINED")
    shown = board(rep, as_of=TODAY, wanted=BoardFilter(months=3))
    assert [row.chain.code for row in shown.rows] == ["HX"]
    assert shown.rows[0].cells[0].standing is Standing.EXPLAINED


def test_the_number_of_queries_does_not_grow_with_the_chains(two_chains, drafted, accountant):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            board(accountant, as_of=TODAY, wanted=BoardFilter(months=12))
        return len(caught)

    queries()
    before = queries()
    for number in range(6):
        more = chain(f"链{number}", accountant, code=f"C{number}")
        settled(drafted, more, month="2026-05", state="EXPLAINED")
    assert queries() == before


def test_the_board_is_taken_away_with_a_row_for_every_chain_and_month(two_chains, accountant):
    assert len(all_cells(accountant, as_of=TODAY, wanted=BoardFilter(months=12))) == 24


def test_the_page_says_it_in_both_languages(two_chains, client, accountant):
    for language, words in (("en", "3 unexplained"), ("zh-hans", "月结看板")):
        accountant.language = language
        accountant.save()
        client.force_login(accountant)
        assert words in client.get("/reconciliation/board/?months=12").content.decode()


def test_a_deadline_of_its_own_counts_instead(two_chains, accountant):
    Reconciliation.objects.filter(month="2026-07").exclude(account=None).update(deadline=date(2026, 8, 1))
    shown = board(accountant, as_of=TODAY, wanted=BoardFilter(months=3))
    assert next(cell for cell in shown.rows[0].cells + shown.rows[1].cells if cell.deadline == date(2026, 8, 1)).is_late
