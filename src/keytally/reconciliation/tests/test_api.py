"""Programs work on a reconciliation: lines, decisions, dry run, sign-off, opening again, refusals in words."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services import nodes
from keytally.identity.services.tokens import make_token
from keytally.jobs.models import Job
from keytally.reconciliation.models import CarriedLine, CarryOffer, Decision, LearnedRule, Reconciliation
from keytally.reconciliation.services import cases
from keytally.reconciliation.services.cases import LineKey
from keytally.reconciliation.tests.conftest import NOW
from keytally.reconciliation.tests.test_open import opened
from keytally.reconciliation.tests.test_workbench import AFTER, OURS, THEIRS, line, lines, run_again


def program(person):
    _kept, text = make_token(person, name="all", permissions=person.permissions, days=1, now=datetime.now(UTC))
    return Client(headers={"authorization": f"Bearer {text}"}, raise_request_exception=False)


@pytest.fixture
def bench(accountant, tmp_path):
    return run_again(opened(accountant, ours=OURS, theirs=THEIRS, name="Yongsheng"), tmp_path)


def post(caller, found, what, said=None, **headers):
    path = f"/api/v1/reconciliations/{found.pk}/{what}"
    return caller.post(path, said or {}, content_type="application/json", headers=headers)


def test_lines_are_listed_by_class_side_and_words_and_only_to_those_who_see_them(bench, accountant, promoter, auditor):
    caller = program(accountant)
    ties = caller.get(f"/api/v1/reconciliations/{bench.pk}/lines", {"name": "AMBIGUOUS"}).json()
    assert {one["doc_no"] for one in ties["items"]} == {"A1132", "B7532", "B7853"}
    assert ties["items"][0]["difference"]["currency"] == "CNY"
    (mine,) = caller.get(f"/api/v1/reconciliations/{bench.pk}/lines", {"side": "ours", "text": "A1243"}).json()["items"]
    assert (mine["name"], mine["difference"], mine["row"]) == (
        "NOT_RECEIVED", {"minor": 7_700, "currency": "CNY"}, 4,
    )  # fmt: skip
    assert program(auditor).get(f"/api/v1/reconciliations/{bench.pk}/lines").status_code == 200
    assert program(promoter).get(f"/api/v1/reconciliations/{bench.pk}/lines").status_code in (403, 404)
    assert caller.get(f"/api/v1/reconciliations/{bench.pk + 99}/lines").status_code == 404


def test_a_reconciliation_without_a_run_has_no_lines(drafted, accountant):
    answer = program(accountant).get(f"/api/v1/reconciliations/{drafted.pk}/lines")
    assert answer.json() == {"lines": 0, "pages": 1, "items": []}


def test_pairs_are_decided_once_and_a_contradiction_is_refused_in_words(bench, accountant, auditor):
    caller, ours = program(accountant), line(bench, "A1132").id
    first, second = (line(bench, one).id for one in ("B7532", "B7853"))
    said = {"choice": "ACCEPT", "pairs": [{"ours_id": ours, "theirs_id": first}], "reason": "signed note"}
    made = post(caller, bench, "decisions", said, **{"Idempotency-Key": "d1"})
    assert (made.status_code, made.json()["items"][0]["reason"]) == (200, "signed note")
    assert post(caller, bench, "decisions", said, **{"Idempotency-Key": "d1"}).json() == made.json()
    assert Decision.objects.count() == 1
    other = {**said, "pairs": [{"ours_id": ours, "theirs_id": second}]}
    refused = post(caller, bench, "decisions", other, **{"Idempotency-Key": "d2"})
    assert (refused.status_code, refused.json()["code"]) == (422, "already_accepted")
    nothing = {**said, "pairs": [{"ours_id": "x", "theirs_id": "y"}]}
    unknown = post(caller, bench, "decisions", nothing, **{"Idempotency-Key": "d3"})
    assert post(caller, bench, "decisions", said).json()["code"] == "no_idempotency_key"
    assert (unknown.status_code, unknown.json()["code"]) == (422, "no_line")
    listed = caller.get(f"/api/v1/reconciliations/{bench.pk}/decisions").json()["items"]
    assert [(one["choice"], one["decided_by"], one["run"]) for one in listed] == [("ACCEPT", "alice", 1)]
    assert post(program(auditor), bench, "decisions", said, **{"Idempotency-Key": "d4"}).status_code in (403, 404)


def test_it_is_read_again_signed_off_when_nothing_is_in_the_way_and_opened_with_a_reason(bench, accountant, director):
    caller = program(accountant)
    stopped = post(caller, bench, "sign-off", {"note": "the row is asked for"})
    assert (stopped.status_code, stopped.json()["code"]) == (409, "lines_open")
    keys = [LineKey(row.side.value, row.id) for row in lines(bench) if row.line_class in ("AMBIGUOUS", "UNEXPLAINED")]
    cases.accept_open(bench.pk, keys=keys, reason="asked the store", by=accountant, now=AFTER)
    stopped = post(caller, bench, "sign-off")
    assert (stopped.status_code, stopped.json()["code"]) == (409, "rows_rejected")
    stale = post(caller, bench, "sign-off", {"note": "asked for", "version": 0})
    assert (stale.status_code, stale.json()["code"]) == (409, "changed_meanwhile")
    signed = post(caller, bench, "sign-off", {"note": "the row is asked for"})
    assert (signed.status_code, signed.json()["state"]) == (200, "SIGNED")
    for what in ("dry-run", "run"):
        assert post(caller, bench, what).json()["code"] == "signed_off"
    assert post(caller, bench, "reopen", {"reason": "x"}).status_code in (403, 404)
    judge = program(director)
    refused = post(judge, bench, "reopen", {"reason": "  "})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason")
    assert post(judge, bench, "reopen", {"reason": "a fee came late"}).json()["state"] == "OPEN"
    assert post(judge, bench, "reopen", {"reason": "again"}).json()["code"] == "not_signed"
    begun = post(caller, bench, "dry-run")
    assert (begun.status_code, begun.json()["state"]) == (200, "RUNNING")
    assert Job.objects.filter(kind="reconcile_dry_run").count() == 1


@pytest.fixture
def between(bench, accountant):
    """The bench as a month of a chain that an earlier one left a line to, and that taught a store's code."""
    chain = nodes.add_account(
        nodes.NewAccount(kind=NodeKind.CHAIN, name_zh="永盛", parent=None, code="YS", owner=accountant, facts={}),
        by=accountant, on=NOW.date(), now=NOW,
    )  # fmt: skip
    Reconciliation.objects.filter(pk=bench.pk).update(account=chain, month="2026-07")
    came = CarriedLine.objects.create(
        account=chain, origin=bench, month="2026-06", side="ours", line_id="a" * 32, line_class="TIMING",
        order_no="450001", currency="CNY", amount_minor=7_700,
    )  # fmt: skip
    offered = {"reconciliation": bench, "offer": 1, "ground": "NUMBER", "gap_minor": 0, "amount_minor": 7_700}
    CarryOffer.objects.create(**offered, carried=came, side="ours", line_id=came.line_id)
    CarryOffer.objects.create(**offered, side="theirs", line_id="b" * 32, words="B7643 · S1")
    changes = [{"was": "WRONG_STORE", "now": "MATCHED", "lines": 2}]
    LearnedRule.objects.create(
        account=chain, kind="STORE_CODE", given="9001", meaning="S1", learned_from=bench, proposed_at=NOW,
        preview=[{"reconciliation": bench.pk, "name": bench.name, "month": "2026-07", "changes": changes}],
    )  # fmt: skip
    bench.refresh_from_db()
    return bench


def test_what_earlier_months_left_open_is_read_with_what_this_one_offers(between, accountant, promoter):
    caller, path = program(accountant), f"/api/v1/reconciliations/{between.pk}"
    read = caller.get(f"{path}/carry-over").json()
    (sums,), (offer,) = read["sums"], read["offers"]
    assert (sums["opening"], sums["found"]["minor"]) == ({"minor": 7_700, "currency": "CNY"}, 0)
    assert (offer["ground"], offer["gap"]["minor"], offer["answers"][0]["words"]) == ("NUMBER", 0, "B7643 · S1")
    (line,) = caller.get(f"{path}/carried-lines").json()["items"]
    assert (line["id"], line["order_no"], line["state"]) == (offer["carried"][0], "450001", "OPEN")
    for what in ("carry-over", "carried-lines"):
        assert program(promoter).get(f"{path}/{what}").status_code in (403, 404)
        assert caller.get(f"/api/v1/reconciliations/{between.pk + 99}/{what}").status_code == 404


def test_a_learned_rule_is_kept_once_after_a_look_and_only_by_those_who_run_the_chain(between, accountant, auditor):
    caller, rule = program(accountant), LearnedRule.objects.get()
    (shown,) = caller.get("/api/v1/reconciliations/learned-rules", {"state": "PROPOSED"}).json()["items"]
    assert (shown["account"], shown["given"], shown["meaning"]) == ("YS", "9001", "S1")
    assert shown["preview"][0]["changes"][0]["now"] == "MATCHED"
    assert caller.get("/api/v1/reconciliations/learned-rules", {"state": "KEPT"}).json()["items"] == []

    def decide(caller, choice, reason=""):
        path = f"/api/v1/reconciliations/learned-rules/{rule.pk}/decision"
        return caller.post(path, {"choice": choice, "reason": reason}, content_type="application/json")

    assert decide(program(auditor), "KEEP").status_code in (403, 404)
    assert (decide(caller, "KEEP").status_code, decide(caller, "KEEP").json()["code"]) == (409, "no_preview")
    LearnedRule.objects.update(previewed_at=NOW)
    kept = decide(caller, "KEEP").json()
    assert (kept["state"], kept["starts_on"], kept["decided_by"]) == ("KEPT", "2026-07-01", "alice")
    assert decide(caller, "REFUSE", "too late").json()["code"] == "decided"
    gone = decide(caller, "WITHDRAW", "the code was given anew").json()
    assert (gone["state"], gone["reason"]) == ("WITHDRAWN", "the code was given anew")
    assert decide(caller, "WITHDRAW").json()["code"] == "not_kept"
    assert decide(caller, "FORGET").status_code == 422


def test_the_clocks_are_read_as_they_are_in_force(accountant, promoter):
    read = program(accountant).get("/api/v1/reconciliations/clocks").json()
    assert read == {"settle_by_day": 15, "deduction_days": 15}
    assert program(promoter).get("/api/v1/reconciliations/clocks").status_code in (401, 403)
