from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.core.clock import business_date
from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.jobs.models import Job
from keytally.reconciliation.models import Reconciliation, ResidualCase
from keytally.reconciliation.queries.board import BoardFilter, all_cells, board
from keytally.reconciliation.rule_data import deduction_days, settle_by_day
from keytally.reconciliation.rules.month_board import Part, Standing, months_back, settle_by, standing_of
from keytally.reconciliation.tests.conftest import NOW, person

TODAY = date(2026, 8, 3)


@pytest.mark.parametrize(
    ("parts", "standing"),
    [
        ([], Standing.NOT_STARTED),
        ([Part("DRAFT")], Standing.IN_PREPARATION),
        ([Part("SIGNED", rejected=2), Part("SIGNED", unexplained=3)], Standing.SIGNED),
        ([Part("SIGNED"), Part("EXPLAINED")], Standing.EXPLAINED),
        ([Part("SIGNED"), Part("OPEN", unexplained=1), Part("EXPLAINED")], Standing.UNEXPLAINED),
        ([Part("OPEN", unexplained=1, rejected=1)], Standing.UNEXPLAINED),
        ([Part("OPEN", rejected=1)], Standing.ROWS_REJECTED),
        ([Part("OPEN")], Standing.EXPLAINED),
        ([Part("OPEN", rejected=1), Part("DRAFT")], Standing.ROWS_REJECTED),
        ([Part("OPEN", unexplained=1), Part("STOPPED")], Standing.FAILED),
    ],
)
def test_a_month_stands_where_the_part_stands_that_needs_somebody_most(parts, standing):
    assert standing_of(parts) is standing


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


def test_rows_that_could_not_be_read_are_no_lines_that_nobody_explained(two_chains, drafted, accountant):
    account = chain("海西", accountant, code="HX")
    sides = {side: {"files": 1, "read": 9, "accepted": 8, "rejected": 1, "totals": 0, "amount_minor": 0}
             for side in ("ours", "theirs")}  # fmt: skip
    ties = {"AMBIGUOUS": {"ours_lines": 1, "theirs_lines": 1, "amount_minor": 0}}
    found = settled(drafted, account, month="2026-07", state="OPEN", summary={"classes": ties, "sides": sides})

    def cell():
        shown = board(accountant, as_of=TODAY, wanted=BoardFilter(months=3, text="海西"))
        return shown.rows[0].cells[0]

    assert (cell().standing, cell().unexplained, cell().rejected) == (Standing.UNEXPLAINED, 2, 2)
    for side in sides:
        ResidualCase.objects.create(
            reconciliation=found, side=side, line_id=side, line_class="AMBIGUOUS", state="ACCEPTED", reason="asked",
            opened_at=NOW, changed_at=NOW, changed_by=accountant,
        )  # fmt: skip
    assert (cell().standing, cell().unexplained, cell().rejected) == (Standing.ROWS_REJECTED, 0, 2)
    Reconciliation.objects.filter(pk=found.pk).update(summary={"classes": ties, "sides": {}})
    assert cell().standing is Standing.EXPLAINED


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


def test_while_the_demos_months_are_reconciled_the_board_says_how_far_and_comes_anew(two_chains, client, accountant):
    job = Job.objects.create(
        kind="demo_months", owner=accountant, queued_at=NOW, state="RUNNING", claim="x", rows_done=34, rows_total=88
    )
    client.force_login(accountant)
    for language, words in (("en", "34 of 88"), ("zh-hans", "已完成 34 / 88")):
        accountant.language = language
        accountant.save()
        page = client.get("/reconciliation/board/").content.decode()
        assert words in page
        assert 'hx-trigger="every 3s"' in page
    Job.objects.filter(pk=job.pk).update(state="DONE", claim="")
    assert "hx-trigger" not in client.get("/reconciliation/board/").content.decode().split('id="kt-board"')[1][:200]


def test_a_deadline_of_its_own_counts_instead(two_chains, accountant):
    Reconciliation.objects.filter(month="2026-07").exclude(account=None).update(deadline=date(2026, 8, 1))
    shown = board(accountant, as_of=TODAY, wanted=BoardFilter(months=3))
    assert next(cell for cell in shown.rows[0].cells + shown.rows[1].cells if cell.deadline == date(2026, 8, 1)).is_late


def test_the_clocks_are_changed_from_a_day_on_by_those_who_may(two_chains, client, accountant):
    address = "/reconciliation/clocks/"
    client.force_login(accountant)
    assert client.get(address).status_code == 403
    director = person("dora", Role.FINANCE_DIRECTOR)
    client.force_login(director)
    today = business_date(datetime.now(UTC))
    said = {"settle_by_day": "10", "deduction_days": "20", "starts_on": today.isoformat(), "reason": "a new contract"}
    refused = client.post(address, {**said, "settle_by_day": "32", "starts_on": "2020-01-01"})
    assert refused.status_code == 422
    assert 'value="20"' in refused.content.decode()
    assert client.post(address, {**said, "starts_on": "2020-01-01"}).status_code == 422
    assert client.post(address, said).status_code == 302
    assert (settle_by_day(as_of=today), deduction_days(as_of=today)) == (10, 20)
    assert (settle_by_day(as_of=TODAY), deduction_days(as_of=TODAY)) == (15, 15)
    assert AuditEntry.objects.get(action="rule_set.keep").reason == "a new contract"
    for language, words in (("en", "Clocks of reconciling"), ("zh-hans", "a new contract")):
        director.language = language
        director.save()
        page = client.get(address).content.decode()
        assert words in page
        assert "dora" in page.lower()
