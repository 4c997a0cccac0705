"""Two people work on one reconciliation: decide, run again, assign, mend, sign off, open again."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation

from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.reconciliation import queries, services, work
from keytally.reconciliation.engine.counterparts import candidates_of, search_counterparts
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.models import AccountStatement, Decision, Reconciliation, ResidualCase, RowMend
from keytally.reconciliation.services import cases, deciding, fixing, signing
from keytally.reconciliation.services.cases import LineKey
from keytally.reconciliation.services.deciding import Pair, Wish
from keytally.reconciliation.tasks import count_files, reconcile_files
from keytally.reconciliation.tests.conftest import NOW, Context, person
from keytally.reconciliation.tests.test_open import opened
from keytally.worklist.models import WorkItem

# A1132 has two equally good counterparts; A1243 is not received; A1354 is two lines of theirs with other numbers.
OURS = """doc_no,order_no,store,item,date,quantity,amount
A1021,P1,S1,I1,2026-07-01,10,100.00
A1132,,S1,I1,2026-07-02,5,50.00
A1243,P313,S1,I2,2026-07-03,7,77.00
A1354,P424,S2,I3,2026-07-04,9,90.00
"""
THEIRS = """doc_no,order_no,store,item,date,quantity,amount
B7021,P1,S1,I1,2026-07-01,10,100.00
B7532,,S1,I1,2026-07-01,5,50.00
B7853,,S1,I1,2026-07-03,5,50.00
B7964,Q887,S2,I3,2026-07-10,4,40.00
B7605,Q998,S2,I3,2026-07-11,5,50.00
B7416,Q559,S1,I2,2026-07-30,7,待核
"""
# After every run of these tests, whose clock is the machine's.
AFTER = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def bench(accountant, tmp_path):
    found = opened(accountant, ours=OURS, theirs=THEIRS, name="Yongsheng")
    return run_again(found, tmp_path)


@pytest.fixture
def second(db):
    return person("carol", Role.FINANCE_DIRECTOR)


def run_again(found, tmp_path):
    services.run(found, by=found.owner, now=NOW)
    reconcile_files(Context({"reconciliation_id": found.pk}, tmp_path))
    found.refresh_from_db()
    return found


def lines(found, **wanted):
    return residual_page(queries.pages_folder(found), wanted=Wanted(**wanted), page_size=200).rows


def line(found, doc_no):
    return next(row for row in lines(found) if row.line.doc_no == doc_no)


def doc_numbers(found, line_class):
    return {row.line.doc_no for row in lines(found, line_class=line_class)}


def accept(found, ours, *theirs, by, choice=Decision.Choice.ACCEPT, **more):
    pairs = [Pair(line(found, ours).id, line(found, one).id) for one in theirs]
    return deciding.decide(found.pk, wish=Wish(pairs, choice, **more), by=by, now=AFTER)


def test_a_tie_is_decided_by_a_person_and_the_decision_outlives_every_run(bench, accountant, tmp_path):
    assert {"A1132", "B7532", "B7853"} <= doc_numbers(bench, "AMBIGUOUS")
    ranked = candidates_of(
        queries.pages_folder(bench), published=queries.result_folder(bench), residual=line(bench, "A1132")
    )
    assert {one.residual.line.doc_no for one in ranked} == {"B7532", "B7853"}
    accept(bench, "A1132", "B7853", by=accountant, reason="signed note")
    assert queries.waiting_changes(bench) == 1
    for run in (2, 3):
        bench = run_again(bench, tmp_path)
        assert bench.run_number == run
        assert "A1132" not in doc_numbers(bench, None)
        assert doc_numbers(bench, "NOT_IN_BOOKS") >= {"B7532"}
    latest = queries.latest_run(bench)
    assert (latest.decisions_followed, latest.decisions_unused) == (1, 0)
    first_rerun = queries.runs_of(bench.pk).get(number=2)
    changed = {(one["was"], one["now"]): one["lines"] for one in first_rerun.changes}
    assert changed == {("AMBIGUOUS", "MATCHED"): 2, ("AMBIGUOUS", "NOT_IN_BOOKS"): 1}
    assert first_rerun.inputs["ours"][0]["path"] == "ours.csv"


def test_a_refused_pair_stays_apart_until_it_is_taken_back(bench, accountant, tmp_path):
    accept(bench, "A1132", "B7853", by=accountant, choice=Decision.Choice.REFUSE)
    bench = run_again(bench, tmp_path)
    assert "A1132" not in doc_numbers(bench, None)
    decision = Decision.objects.get()
    deciding.take_back(bench.pk, stroke=decision.stroke, by=accountant, now=AFTER)
    bench = run_again(bench, tmp_path)
    assert "A1132" in doc_numbers(bench, "AMBIGUOUS")
    assert AuditEntry.objects.filter(action="residual.take_back").count() == 1


def test_one_line_is_split_over_several_and_another_is_picked_by_search(bench, accountant, tmp_path):
    found = search_counterparts(queries.pages_folder(bench), residual=line(bench, "A1354"), text="I3")
    assert {one.residual.line.doc_no for one in found} == {"B7964", "B7605"}
    accept(bench, "A1354", "B7964", "B7605", by=accountant, origin=Decision.Origin.SPLIT)
    bench = run_again(bench, tmp_path)
    assert not {"A1354", "B7964", "B7605"} & doc_numbers(bench, None)
    strokes = {one.stroke for one in Decision.objects.all()}
    assert len(strokes) == 1


def test_a_second_writer_is_told_who_was_first_and_nothing_is_overwritten(bench, accountant, second):
    ids = {line(bench, doc).id: 0 for doc in ("A1132", "B7532")}
    accept(bench, "A1132", "B7532", by=accountant, seen=ids)
    with pytest.raises(services.ChangedMeanwhile) as refusal:
        accept(bench, "A1132", "B7532", by=second, choice=Decision.Choice.REFUSE, seen=ids)
    assert refusal.value.change.by == "Alice"
    assert refusal.value.change.action == "residual.accept"
    assert Decision.objects.get().decided_by == accountant
    with pytest.raises(deciding.UnableToDecide, match="ALREADY_ACCEPTED"):
        accept(bench, "A1132", "B7853", by=second)


def test_a_line_goes_to_a_person_with_a_deadline_and_waits_for_them(bench, accountant, second, promoter):
    row = line(bench, "A1243")
    key = LineKey("ours", row.id, 0)
    with pytest.raises(cases.UnableToHandle, match="CANNOT_SEE"):
        cases.assign(bench.pk, keys=[key], to=promoter, deadline=None, by=accountant, now=NOW)
    cases.assign(bench.pk, keys=[key], to=second, deadline=date(2026, 8, 10), by=accountant, now=NOW)
    item = WorkItem.objects.get(kind="residual", owner=second)
    assert item.parameters["line"].startswith("A1243")
    with pytest.raises(services.ChangedMeanwhile):
        cases.assign(bench.pk, keys=[key], to=accountant, deadline=None, by=accountant, now=NOW)
    cases.comment(bench.pk, key=LineKey("ours", row.id), text="asked the store", by=second, now=NOW)
    cases.attach(
        bench.pk, key=LineKey("ours", row.id), name="note.txt", chunks=[b"signed on the 3rd"], by=second, now=NOW
    )
    case = ResidualCase.objects.get(line_id=row.id)
    assert queries.comments_of(case).get().text == "asked the store"
    assert queries.attachments_of_case(case.pk).get().name == "note.txt"
    cases.set_state(bench.pk, keys=[LineKey("ours", row.id)], state=ResidualCase.State.DONE, by=second, now=NOW)
    assert WorkItem.objects.get(kind="residual").state == "DONE"


def test_a_dry_run_counts_and_says_why_rows_are_rejected(accountant, tmp_path):
    found = opened(accountant, ours=OURS, theirs=THEIRS)
    services.dry_run(found, by=accountant, now=NOW)
    count_files(Context({"reconciliation_id": found.pk}, tmp_path))
    found.refresh_from_db()
    assert found.state == "DRY_RUN"
    assert not found.has_result
    theirs = found.dry_run["sides"]["theirs"]
    assert theirs["read"] == theirs["accepted"] + theirs["rejected"] + theirs["totals"] == 6
    assert [(one["side"], one["rows"], one["example"]) for one in found.dry_run["reasons"]] == [("theirs", 1, "待核")]
    assert run_again(found, tmp_path).run_number == 1


def test_a_rejected_value_is_mended_and_the_rest_of_the_file_stays(bench, accountant, tmp_path):
    row = next(iter(queries_rejected(bench)))
    assert fixing.mend_cells(bench.pk, values={row.pk: "77.00"}, by=accountant, now=AFTER) == 1
    assert queries.waiting_changes(bench) == 1
    bench = run_again(bench, tmp_path)
    assert bench.summary["sides"]["theirs"] | {"accepted": 6, "rejected": 0} == bench.summary["sides"]["theirs"]
    assert queries.latest_run(bench).inputs["mended"][0]["value"] == "77.00"
    entry = AuditEntry.objects.get(action="reconciliation.mend")
    assert entry.before["cells"][0]["value"] == "待核"


def test_the_mended_file_of_rejected_rows_comes_back(bench, accountant, tmp_path):
    content = (queries.result_folder(bench) / "rejected.csv").read_bytes().replace("待核".encode(), b"77.00")
    assert fixing.mend_by_file(bench.pk, content=content, by=accountant, now=AFTER) == 1
    assert run_again(bench, tmp_path).summary["sides"]["theirs"]["rejected"] == 0
    with pytest.raises(fixing.UnableToMend, match="NOT_THE_FILE"):
        fixing.mend_by_file(bench.pk, content=b"a,b\n1,2\n", by=accountant, now=NOW)


def queries_rejected(found):
    from keytally.imports.queries import rejected_rows

    return rejected_rows(ours=found.ours_id, theirs=found.theirs_id)


def made_ready(bench, by):
    keys = [
        LineKey(row.side.value, row.id)
        for token in ("AMBIGUOUS", "UNEXPLAINED")
        for row in lines(bench, line_class=token)
    ]
    cases.accept_open(bench.pk, keys=keys, reason="written off by agreement", by=by, now=NOW)
    return keys


def test_it_is_signed_off_only_when_every_open_line_is_accepted_with_a_reason(bench, accountant):
    with pytest.raises(signing.UnableToSign) as refusal:
        signing.sign_off(bench.pk, note="", by=accountant, now=NOW)
    assert (refusal.value.code, refusal.value.count) == ("LINES_OPEN", 3)
    with pytest.raises(cases.UnableToHandle, match="REASON"):
        cases.accept_open(bench.pk, keys=[LineKey("ours", line(bench, "A1132").id)], reason=" ", by=accountant, now=NOW)
    made_ready(bench, accountant)
    with pytest.raises(signing.UnableToSign) as refusal:
        signing.sign_off(bench.pk, note="", by=accountant, now=NOW)
    assert refusal.value.code == "ROWS_REJECTED"
    statement = signing.sign_off(bench.pk, note="one row is to be billed anew", by=accountant, now=NOW)
    assert [one["reason"] for one in statement.figures["accepted"]] == ["written off by agreement"] * 3


def test_what_is_signed_off_is_frozen_by_services_and_by_the_database(bench, accountant, second, tmp_path):
    ids = [line(bench, doc).id for doc in ("A1132", "B7532")]
    made_ready(bench, accountant)
    signing.sign_off(bench.pk, note="as agreed", by=accountant, now=NOW)
    wish = Wish([Pair(*ids)], Decision.Choice.ACCEPT)
    with pytest.raises(services.SignedOff):
        deciding.decide(bench.pk, wish=wish, by=accountant, now=NOW)
    with pytest.raises(services.SignedOff):
        services.run(bench, by=accountant, now=NOW)
    with pytest.raises(services.SignedOff):
        services.correct(bench, correction=None, by=accountant, now=NOW)
    for change in (
        lambda: ResidualCase.objects.filter(reconciliation=bench).update(reason="no"),
        lambda: Reconciliation.objects.filter(pk=bench.pk).update(summary={}),
        lambda: Reconciliation.objects.filter(pk=bench.pk).update(run_number=7),
        lambda: ResidualCase.objects.filter(reconciliation=bench).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(signing.UnableToReopen, match="REASON"):
        signing.reopen(bench.pk, reason=" ", by=second, now=NOW)
    signing.reopen(bench.pk, reason="the store found a note", by=second, now=NOW)
    deciding.decide(bench.pk, wish=wish, by=accountant, now=NOW)
    assert AccountStatement.objects.get().reopen_reason == "the store found a note"
    actions = set(AuditEntry.objects.filter(subject_kind="reconciliation").values_list("action", flat=True))
    assert {"reconciliation.sign_off", "reconciliation.reopen", "residual.accept", "residual.accept_open"} <= actions


def test_who_may_do_what_on_the_pages(client, bench, accountant, auditor, director):
    row = line(bench, "A1132")
    change = [
        reverse("reconciliation:decide", args=[bench.pk, "ours", row.id]),
        reverse("reconciliation:handle", args=[bench.pk, "ours", row.id]),
        reverse("reconciliation:comment", args=[bench.pk, "ours", row.id]),
        reverse("reconciliation:handle_all", args=[bench.pk]),
        reverse("reconciliation:mend", args=[bench.pk]),
        reverse("reconciliation:take_back", args=[bench.pk]),
        reverse("reconciliation:run", args=[bench.pk]),
        reverse("reconciliation:reopen", args=[bench.pk]),
    ]
    client.force_login(auditor)
    assert {client.post(url).status_code for url in change} == {403}
    assert client.get(reverse("reconciliation:why", args=[bench.pk, "ours", row.id])).status_code == 200
    client.force_login(accountant)
    assert client.post(reverse("reconciliation:reopen", args=[bench.pk])).status_code == 403
    assert not RowMend.objects.exists()
    assert bench.state == "OPEN"


def test_the_grid_filters_by_everything_and_its_totals_follow(client, bench, accountant, second):
    cases.assign(
        bench.pk, keys=[LineKey("ours", line(bench, "A1243").id)], to=second, deadline=None, by=accountant, now=NOW
    )
    client.force_login(accountant)
    url = reverse("reconciliation:residuals", args=[bench.pk])

    def shown(**asked):
        page = client.get(url, asked).context["shown"]
        return {row.line.doc_no for row in page.rows}, sum(total.amount_minor for total in page.totals)

    assert shown(item="I2") == ({"A1243"}, 7700)
    assert shown(least="80")[0] == {"A1354"}
    assert shown(most="45", side="theirs")[0] == {"B7964"}
    assert shown(first_on="2026-07-10", last_on="2026-07-10")[0] == {"B7964"}
    assert shown(store="S2", side="ours")[0] == {"A1354"}
    assert shown(assignee=str(second.pk))[0] == {"A1243"}
    assert "A1243" not in shown(assignee="none")[0]
    assert shown(assignee="me")[0] == set()
    assert shown(state="OPEN")[0] == {"A1132", "A1243", "A1354", "B7532", "B7853", "B7964", "B7605"}


def test_both_hear_of_a_conflict_on_the_page(client, bench, accountant, second):
    row, other = line(bench, "A1132"), line(bench, "B7532")
    url = reverse("reconciliation:decide", args=[bench.pk, "ours", row.id])
    posted = {"choice": "ACCEPT", "other": other.id, "version": "0", "seen": f"{other.id}:0"}
    since = queries.latest_entry(bench.pk)
    client.force_login(accountant)
    client.post(url, posted)
    director = person("dora", Role.RECEIVABLES_ACCOUNTANT)
    Reconciliation.objects.filter(pk=bench.pk).update(owner=director)
    client.force_login(director)
    answer = client.post(url, {**posted, "choice": "REFUSE"}, follow=True)
    with translation.override("en"):
        assert "Alice was first" in answer.content.decode() or "Alice 已先处理" in answer.content.decode()
    assert Decision.objects.get().choice == "ACCEPT"
    Reconciliation.objects.filter(pk=bench.pk).update(owner=accountant)
    client.force_login(accountant)
    news = client.get(reverse("reconciliation:news", args=[bench.pk]), {"since": since}).content.decode()
    assert "Dora" in news


def test_a_run_that_a_killed_worker_left_behind_gives_the_same_result_when_started_again(accountant, tmp_path, bench):
    found = opened(accountant, ours=OURS, theirs=THEIRS, name="cut off")
    half = queries.run_folder(found.pk, 1) / "result" / ".keytally-scratch" / "result"
    half.mkdir(parents=True)
    (half / "links.parquet").write_bytes(b"half a file")
    (half.parents[1] / ".keytally-cache").mkdir()
    found = run_again(found, tmp_path)
    assert {**found.summary, "seconds": 0} == {**bench.summary, "seconds": 0}
    assert found.run_number == 1


def test_it_stands_as_explained_as_soon_as_nobody_is_left_to_explain_a_line(accountant, client, tmp_path):
    found = run_again(opened(accountant, ours=OURS, theirs=THEIRS.replace("待核", "77.00"), name="July"), tmp_path)
    ties = [LineKey(row.side.value, row.id) for row in lines(found, line_class="AMBIGUOUS")]
    client.force_login(accountant)
    assert found.state == "OPEN"
    cases.accept_open(found.pk, keys=ties[:1], reason="asked the store", by=accountant, now=AFTER)
    assert queries.reconciliation(found.pk).state == "OPEN"
    cases.accept_open(found.pk, keys=ties[1:], reason="asked the store", by=accountant, now=AFTER)
    assert queries.reconciliation(found.pk).state == "EXPLAINED"
    manager = person("dan", Role.ACCOUNT_MANAGER)
    assert list(queries.waiting_for(accountant, now=datetime.now(UTC))) == [found]
    Reconciliation.objects.update(deadline=date(2026, 8, 15))
    (waiting,) = work.reconciliations(accountant, datetime.now(UTC))
    assert (waiting.reason_code, waiting.deadline) == ("EXPLAINED", datetime(2026, 8, 15, 10, tzinfo=UTC))
    assert list(queries.waiting_for(manager, now=datetime.now(UTC))) == []
    page = client.get(reverse("reconciliation:show", args=[found.pk])).content.decode()
    assert "Every line is explained" in page
    cases.set_state(found.pk, keys=ties[:1], state=ResidualCase.State.OPEN, by=accountant, now=AFTER)
    assert queries.reconciliation(found.pk).state == "OPEN"
    assert "1 line is unexplained" in client.get(reverse("reconciliation:show", args=[found.pk])).content.decode()
    cases.accept_open(found.pk, keys=ties[:1], reason="asked again", by=accountant, now=AFTER)
    assert run_again(found, tmp_path).state == "EXPLAINED"
