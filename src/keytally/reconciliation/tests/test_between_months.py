"""Three months of one chain in the application: stores add up, open lines are found once, corrections teach."""

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keytally.accounts.demo_chains import CHAINS
from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountCode
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import codes, nodes, parties
from keytally.core.clock import business_date
from keytally.jobs.models import Job
from keytally.reconciliation import demo, demo_months, queries, services
from keytally.reconciliation.demo_course import (
    ANNEX,
    DEDUCTION,
    LOST_GOODS,
    LOST_PAYMENT,
    TIE,
    Aside,
    Course,
    take_course,
)
from keytally.reconciliation.demo_ledgers.year import STORE_MAP
from keytally.reconciliation.engine.history import lines_of_classes
from keytally.reconciliation.models import CarriedLine, Decision, LearnedRule, MetLine, Reconciliation, ResidualCase
from keytally.reconciliation.queries import carried
from keytally.reconciliation.queries.board import BoardFilter, board
from keytally.reconciliation.queries.stores import StoreFilter, StoreSort, stores_asked_of, stores_of
from keytally.reconciliation.rules.carry_over import OpenLine, RollForward, meetings, months_between
from keytally.reconciliation.rules.code_layers import CodeRow, layered
from keytally.reconciliation.rules.lessons import Lesson, LessonKind, Side, lessons
from keytally.reconciliation.rules.month_board import Standing
from keytally.reconciliation.tasks import reconcile_files
from keytally.worklist.models import WorkItem

NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)
TODAY = date(2026, 8, 3)
AFTER = datetime(2026, 8, 20, 9, tzinfo=UTC)
STORES = 24


FIGURES = st.tuples(
    st.sampled_from(("ours", "theirs")),
    st.sampled_from(("450001", "450002", "PO-450001", None)),
    st.sampled_from(("A", "B", None)),
    st.sampled_from((6, 12)),
)


def lines_of(name, drawn):
    """Name drawn lines; a dozen of an alphabet so small that look-alikes are common."""
    return [
        OpenLine(f"{name}{place}", side, None, order, good, "CNY", quantity, 100 * quantity)
        for place, (side, order, good, quantity) in enumerate(drawn)
    ]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(FIGURES, max_size=9), st.lists(FIGURES, max_size=9))
def test_no_line_is_ever_in_two_meetings(earlier, later):
    before, now = lines_of("c", earlier), lines_of("f", later)
    made = meetings(before, now)
    for name, given_lines in (("carried", before), ("found", now)):
        keys = [key for one in made for key in getattr(one, name)]
        assert len(keys) == len(set(keys))
        assert set(keys) <= {line.key for line in given_lines}
    by_key = {line.key: line for line in (*before, *now)}
    for one in made:
        sides = {by_key[key].side for key in one.carried}, {by_key[key].side for key in one.found}
        assert len(sides[0]) == len(sides[1]) == 1
        assert sides[0] != sides[1]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(st.lists(st.integers(-(10**12), 10**12), max_size=20), st.integers(0, 20))
def test_what_came_over_is_what_was_found_and_what_stays(amounts, found):
    sums = RollForward(sum(amounts), sum(amounts[:found]))
    assert sums.opening_minor == sums.found_minor + sums.closing_minor
    assert sums.closing_minor == sum(amounts[found:])


def test_a_line_meets_by_number_before_it_meets_by_its_goods():
    ours = OpenLine("o", "ours", None, "450001", "A", "CNY", 6, 600)
    named = OpenLine("n", "theirs", None, "PO-450001", "A", "CNY", 5, 500)
    alike = OpenLine("a", "theirs", None, "459999", "A", "CNY", 6, 600)
    (one,) = meetings([ours], [alike, named])
    assert (one.found, one.gap_minor) == (("n",), 100)
    assert meetings([ours], [alike])[0].ground == "GOODS"
    assert meetings([ours], [alike, OpenLine("b", "theirs", None, None, "A", "CNY", 6, 600)]) == []
    assert months_between("2025-12", "2026-02") == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "taught"),
    [
        (Side("S1", "A", ()), Side("9001", "A", ()), [Lesson(LessonKind.STORE_CODE, "9001", "S1")]),
        (Side("S1", "A", ()), Side("S1", "80017", ()), [Lesson(LessonKind.ITEM_CODE, "80017", "A")]),
        (Side("S1", "A", ()), Side("known", "A", ()), []),
        (
            Side("S1", "A", ("450726000123",)),
            Side("S1", "A", ("26450726000123",)),
            [Lesson(LessonKind.NUMBER_SHAPE, "^[0-9]{2}([0-9]{12})$", "450726000123")],
        ),
        (Side("S1", "A", ("450726000123",)), Side("S1", "A", ("PO-450726000123",)), []),
        (Side("S1", "A", ("450726000123",)), Side("S1", "A", ("450726000132",)), []),
    ],
)
def test_a_pair_teaches_what_no_table_knows(ours, theirs, taught):
    assert lessons(ours, theirs, stores={"known": "S2"}, items={}) == taught


def test_a_stronger_table_of_codes_decides_from_its_day_on():
    learned = [CodeRow("S9", "9001", first=date(2026, 7, 1))]
    uploaded = [CodeRow("S1", "9001"), CodeRow("S2", "9002")]
    assert layered([learned, uploaded]) == [
        learned[0],
        CodeRow("S1", "9001", "", None, date(2026, 6, 30)),
        uploaded[1],
    ]
    assert layered([uploaded, learned]) == uploaded


@pytest.fixture
def chain(accountant):
    """Haixi, which settles by head office; its stores have a code of theirs and parties."""
    return lay_out_chain(accountant, "HX", stores=STORES)


def lay_out_chain(accountant, short, *, stores, prefix="S"):
    def add(kind, name, code, parent):
        wanted = nodes.NewAccount(kind=kind, name_zh=name, parent=parent, code=code, owner=accountant, facts={})
        return nodes.add_account(wanted, by=accountant, on=date(2025, 1, 1), now=NOW)

    name = next(one.name for one in CHAINS if one.code == short)
    top = add(NodeKind.CHAIN, name, short, None)
    head = add(NodeKind.HEAD_OFFICE, f"{name}总部", f"{short}-HO", top)
    for number in range(stores):
        store = add(NodeKind.STORE, f"{name}{number}店", f"{prefix}{number:05d}", top)
        codes.add_code(
            store, side=CodeSide.THEIRS, code=f"{short}{1000 + number}", starts_on=None, by=accountant, now=NOW
        )
        parties.set_parties(
            store, buyer=store, ship_to=store, bill_to=head, starts_on=date(2025, 1, 1), by=accountant, now=NOW
        )
    return top


@pytest.fixture
def months(chain, accountant, tmp_path):
    for files in demo_months.write_files(today=TODAY)[-3:]:
        found = demo_months.open_month(files, by=accountant, now=NOW)
        run_again(found, tmp_path)
    return list(Reconciliation.objects.filter(account=chain).order_by("month"))


def run_again(found, tmp_path):
    reconcile_files(Aside({"reconciliation_id": found.pk}, tmp_path / "again"))
    found.refresh_from_db()


def test_three_months_of_a_chain(months, accountant, client, tmp_path):
    _, second, third = months
    assert [one.month for one in months] == ["2026-05", "2026-06", "2026-07"]
    stores_add_up(third)
    open_lines_are_found_once(second, third, accountant)
    deductions_wait(third, accountant)
    pages_show_it(third, accountant, client)
    a_run_again_offers_nothing_twice(second, tmp_path)


def stores_add_up(found):
    shown = stores_of(found)
    assert [one.adds_up for one in shown.sums] == [True]
    assert shown.sums[0].stores >= STORES - 2
    assert {row.name for row in shown.rows if row.balance.is_store} <= {f"海西{number}店" for number in range(STORES)}
    assert len(stores_of(found, wanted=StoreFilter(only_gaps=True)).rows) < len(shown.rows)
    for sort in StoreSort:
        up, down = (
            stores_of(found, wanted=StoreFilter(sort=sort, is_descending=is_descending)).rows
            for is_descending in (False, True)
        )
        assert len(up) == len(down) == len(shown.rows)
        assert {row.balance.store for row in up} == {row.balance.store for row in shown.rows}
    ours = [row.balance.ours_minor for row in stores_of(found, wanted=stores_asked_of({"sort": "ours"})).rows]
    assert ours == sorted(ours, reverse=True)


def open_lines_are_found_once(second, third, by):
    before = carried.carry_over(second, as_of=TODAY)
    assert len(before.offers) >= 3
    assert all(one.gap_minor == 0 for one in before.offers)
    refused_for_good(second, before.offers[0], by)
    for offer in before.offers:
        services.find_again(second.pk, offer=offer.number, by=by, now=NOW)
        with pytest.raises(services.FoundAlready):
            services.find_again(second.pk, offer=offer.number, by=by, now=NOW)
    after = carried.carry_over(second, as_of=TODAY)
    assert after.offers == []
    (sums,) = after.sums.values()
    assert sums.found_minor == sum(one.signed_minor for one in after.found_lines)
    assert sums.closing_minor == sum(one.signed_minor for one in after.open_lines)
    met = set(MetLine.objects.filter(reconciliation=second).values_list("side", "line_id"))
    assert met
    again = {(one.line.side, one.line.line_id) for one in carried.carry_over(third, as_of=TODAY).open_lines}
    found = {(one.line.side, one.line.line_id) for one in after.found_lines}
    assert not again & found
    one = CarriedLine.objects.filter(found_in=second).first()
    services.let_go(second.pk, line=one.pk, by=by, now=NOW)
    assert CarriedLine.objects.get(pk=one.pk).state == CarriedLine.State.OPEN
    offers = carried.carry_over(second, as_of=TODAY).offers
    for offer in offers:
        services.find_again(second.pk, offer=offer.number, by=by, now=NOW)


def refused_for_good(found, offer, by):
    """An offer that a person refused is not made again by any run, until they take that back."""
    lines = {one.line.pk for one in offer.carried}

    def offered():
        return [
            one for one in carried.carry_over(found, as_of=TODAY).offers if lines & {c.line.pk for c in one.carried}
        ]

    with pytest.raises(services.UnableToRefuse):
        services.refuse_offer(found.pk, offer=offer.number, reason="  ", by=by, now=NOW)
    services.refuse_offer(found.pk, offer=offer.number, reason="another order", by=by, now=NOW)
    assert not offered()
    services.follow(found.pk, scratch=Path("unused"), now=NOW)
    assert not offered()
    (refused,) = carried.carry_over(found, as_of=TODAY).refused
    assert (refused.by, refused.reason) == (str(by), "another order")
    services.offer_again(found.pk, stroke=refused.stroke, by=by, now=NOW)
    assert len(offered()) == 1
    with pytest.raises(services.FoundAlready):
        services.offer_again(found.pk, stroke=refused.stroke, by=by, now=NOW)


def deductions_wait(found, owner):
    cases = ResidualCase.objects.filter(reconciliation=found, line_class="DEDUCTION_UNKNOWN")
    assert cases
    assert {case.assignee for case in cases} == {owner}
    assert {case.deadline for case in cases} == {business_date(case.opened_at) + timedelta(days=15) for case in cases}
    items = WorkItem.objects.filter(kind="deduction", subject_id__in=[one.pk for one in cases], state="OPEN")
    assert len(items) == len(cases)
    assert all(one.owner == owner and one.deadline is not None for one in items)


def pages_show_it(found, person, client):
    for language in ("en", "zh-hans"):
        person.language = language
        person.save()
        client.force_login(person)
        for page in ("", "stores/", "stores/?gaps=1&text=HX", "carry-over/"):
            answer = client.get(f"/reconciliation/{found.pk}/{page}")
            assert answer.status_code == 200
        assert client.get("/reconciliation/rules/").status_code == 200
    taken = client.post(f"/reconciliation/{found.pk}/stores/take/?sort=store&direction=asc", {"format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content))).worksheets[0]
    cells = [[cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert sum(str(row[0] or "").startswith("S000") for row in cells) == len(
        [one for one in stores_of(found).rows if one.balance.is_store]
    )


def a_run_again_offers_nothing_twice(found, tmp_path):
    before = MetLine.objects.filter(reconciliation=found).count()
    run_again(found, tmp_path)
    offered = {
        line.pk
        for offer in carried.carry_over(found, as_of=TODAY).offers
        for line in [one.line for one in offer.carried]
    }
    assert not offered & set(CarriedLine.objects.filter(state="FOUND").values_list("pk", flat=True))
    assert MetLine.objects.filter(reconciliation=found).count() == before


def test_a_corrected_store_code_becomes_a_rule_for_the_next_run(chain, accountant, client, tmp_path):
    files = next(one for one in demo_months.write_files(today=TODAY) if one.month == "2026-07")
    forget(files, code="HX1003")
    found = demo_months.open_month(files, by=accountant, now=NOW)
    run_again(found, tmp_path)
    differing = lines_by_pair(found)
    for ours, theirs in differing:
        Decision.objects.create(
            reconciliation=found, ours_id=ours, theirs_id=theirs, choice="ACCEPT", stroke="one", run_number=1,
            decided_by=accountant, decided_at=NOW,
        )  # fmt: skip
    run_again(found, tmp_path)
    rule = LearnedRule.objects.get(kind="STORE_CODE")
    assert (rule.given, rule.meaning, rule.state) == ("HX1003", "S00003", "PROPOSED")
    (row,) = rule.preview
    assert any(change["was"] == "WRONG_STORE" and change["now"] == "MATCHED" for change in row["changes"])
    client.force_login(accountant)
    assert "HX1003" in client.get("/reconciliation/rules/").content.decode()
    assert client.post(f"/reconciliation/rules/{rule.pk}/", {"action": "keep"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.state, rule.starts_on) == ("KEPT", date(2026, 7, 1))
    Decision.objects.filter(reconciliation=found).delete()
    before = found.summary["classes"].get("WRONG_STORE", {}).get("ours_lines", 0)
    run_again(found, tmp_path)
    assert found.summary["classes"].get("WRONG_STORE", {}).get("ours_lines", 0) <= before
    assert not [pair for pair in lines_by_pair(found) if pair in differing]
    services.withdraw(rule.pk, ends_before=TODAY, reason="moved", by=accountant, now=NOW)
    with pytest.raises(services.UnableToLearn):
        services.keep(rule.pk, starts_on=None, by=accountant, now=NOW)


def forget(files, *, code):
    """Let nobody know what a code of theirs means."""
    AccountCode.objects.filter(code=code).delete()
    file: Path = files.folder.parent / STORE_MAP
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.endswith(f",{code}")]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def lines_by_pair(found):
    """List the pairs whose stores differ and whose delivery went to the store whose code nobody knows."""
    file = queries.result_folder(found) / "links.parquet"
    links = duckdb.sql(f"select ours_id, theirs_id from '{file}' where class = 'WRONG_STORE'").fetchall()
    wrong = lines_of_classes(queries.pages_folder(found), {"WRONG_STORE"}, with_balance=False)
    mine = {line.id for line in wrong if line.side == "ours" and line.store == "S00003"}
    return [(ours, theirs) for ours, theirs in links if ours in mine]


def test_the_demo_company_did_something_else_with_each_month(accountant, client, tmp_path):
    """Dongyu's latest month is not begun, the one before has ties and a row not read, then a row, then signed ones."""
    lay_out_chain(accountant, "DY", stores=6)
    told, scratch = [], tmp_path / "scratch"
    done = demo_months.lay_out_months(
        accountant, NOW, codes=["DY"], scratch=scratch, on_progress=lambda *figures: told.append(figures)
    )
    assert (done, told) == (5, [(month, 5) for month in range(5)])
    assert demo_months.lay_out_months(accountant, NOW, codes=["DY"], scratch=tmp_path / "scratch") == 0
    (row,) = board(accountant, as_of=TODAY, wanted=BoardFilter(months=6)).rows
    assert [cell.standing for cell in row.cells] == [
        Standing.NOT_STARTED,
        Standing.UNEXPLAINED,
        Standing.ROWS_REJECTED,
        Standing.SIGNED,
        Standing.SIGNED,
        Standing.SIGNED,
    ]
    assert [cell.rejected for cell in row.cells] == [0, 1, 1, 0, 0, 0]
    signed, reasons = Reconciliation.objects.filter(state="SIGNED").order_by("month"), set()
    for found in signed:
        statement = queries.standing_statement(found.pk)
        run = queries.latest_run(found)
        assert found.created_at < run.began_at <= statement.signed_at < NOW
        reasons |= {one["reason"] for one in statement.figures["accepted"]}
        assert queries.mends_of(found.pk).count() == 1
    assert reasons >= {TIE, DEDUCTION, LOST_GOODS, LOST_PAYMENT}
    left = {(one.origin.month, one.line_class) for one in CarriedLine.objects.filter(state="OPEN")}
    assert {month for month, name in left if name == "PAYMENT_UNBOOKED"} == {"2026-05"}
    assert CarriedLine.objects.filter(state="FOUND", found_in__in=signed)
    deductions = WorkItem.objects.filter(kind="deduction", state="OPEN", parameters__name__icontains="2026-06")
    assert deductions.exists()
    assert not WorkItem.objects.filter(kind="deduction", state="OPEN", parameters__name__icontains="2026-04").exists()


def test_a_person_of_the_demo_resolves_an_annex_and_its_code_is_proposed(accountant, tmp_path):
    lay_out_chain(accountant, "YS", stores=STORES)
    before, last = demo_months.write_files(today=TODAY)[-2:]
    run_again(demo_months.open_month(before, by=accountant, now=NOW), tmp_path)
    found = demo_months.open_month(last, by=accountant, now=NOW)
    take_course(found, last, course=Course.RESOLVED, began=NOW, now=AFTER, scratch=tmp_path / "scratch")
    found.refresh_from_db()
    assert (found.run_number, Decision.objects.get().reason) == (2, ANNEX)
    rule = LearnedRule.objects.get()
    assert (rule.given, rule.meaning, rule.state) == ("YS9003", "S00002", "PROPOSED")
    assert [row["month"] for row in rule.preview] == [last.month, before.month]
    for row in rule.preview:
        assert ("WRONG_STORE", "MATCHED") in {(one["was"], one["now"]) for one in row["changes"]}


def test_the_demo_asks_for_its_months_once(chain, accountant):
    for _ in range(2):
        demo.lay_out_pair(accountant, NOW)
    assert Job.objects.filter(kind=demo_months.JOB_KIND).count() == 1
