"""Programs work on a reconciliation: lines, decisions, dry run, sign-off, opening again, refusals in words."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from keytally.identity.services.tokens import make_token
from keytally.jobs.models import Job
from keytally.reconciliation.models import Decision
from keytally.reconciliation.services import cases
from keytally.reconciliation.services.cases import LineKey
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
