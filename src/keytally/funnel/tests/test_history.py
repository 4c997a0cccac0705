"""Files of another system become history: tried first, all or nothing or good rows, never twice, undone."""

import io
from datetime import date

import pytest
from django.urls import reverse

from keytally.funnel.models import HistoryImport, Opportunity
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.funnel.rules.history import Record, read_record, result_of
from keytally.funnel.rules.stages import Stage
from keytally.funnel.services import history
from keytally.funnel.services.ending import resume
from keytally.funnel.services.moving import move, override
from keytally.imports.services import Upload

from .conftest import NOW, TODAY, shows


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"


HEADER = "商机编号,客户,负责人,结果,产品,创建日期,关闭日期,金额"
WON = "A1,永盛超市,lina,赢单,茶,2026-01-05,2026-03-01,120000.50"
LOST = "A2,,nobody,输单,茶,2026-01-05,2026-02-01,0"
OPEN = "A3,新客,,进行中,,2026-06-01,,"


def opened(cast, *lines, header=HEADER, currency="CNY"):
    text = "\n".join((header, *lines)).encode()
    return history.open_history(Upload("crm.csv", [text]), currency=currency, by=cast.director, now=NOW)


def imported(cast, *lines, **options):
    kept = opened(cast, *lines, **options)
    history.check_history(kept, by=cast.director, now=NOW)
    return kept, history.run_history(kept, by=cast.director, now=NOW)


def test_rows_become_opportunities_without_stage_and_evidence(cast):
    imported(cast, WON, LOST, OPEN)
    won = Opportunity.objects.get(idempotency_key="history:A1")
    assert (won.is_history, won.source, won.stage, won.is_qualified) == (True, "HISTORY", "", False)
    assert (won.state, won.amount_minor, won.owner, won.account) == ("WON", 12_000_050, cast.rep, cast.chain)
    assert (won.opened_on, won.closed_on) == (date(2026, 1, 5), date(2026, 3, 1))
    assert won.evidence.count() == 0
    lost = Opportunity.objects.get(idempotency_key="history:A2")
    assert (lost.state, lost.amount_minor, lost.owner, lost.account) == ("LOST", None, None, None)
    assert lost.history.owner_name == "nobody"
    still = Opportunity.objects.get(idempotency_key="history:A3")
    # What is open there was last seen on the last day of the file.
    assert (still.state, still.closed_on, still.touched_on) == ("OPEN", None, date(2026, 6, 1))


def test_what_is_missing_is_counted_with_examples(cast):
    _kept, outcome = imported(cast, WON, LOST, OPEN)
    assert dict(outcome.gaps) == {
        "NO_AMOUNT_LOST": 1,
        "NO_ACCOUNT_LOST": 1,
        "OWNER_UNKNOWN": 1,
        "NO_AMOUNT_OPEN": 1,
        "ACCOUNT_UNKNOWN": 1,
        "NO_OWNER": 1,
        "NO_PRODUCT": 1,
    }
    assert outcome.examples["NO_OWNER"] == [4]
    assert dict(outcome.results) == {"WON": 1, "LOST": 1, "OPEN": 1}


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (",x,,赢单,,2026-01-05,2026-03-01,1", ["REFERENCE_MISSING"]),
        ("B,x,,maybe,,2026-01-05,2026-03-01,1", ["NO_OUTCOME"]),
        ("B,x,,,,2026-01-05,2026-03-01,1", ["OUTCOME_MISSING"]),
        ("B,x,,won,,,2026-03-01,1", ["OPENED_ON_MISSING"]),
        ("B,x,,won,,2026-01-05,,1", ["CLOSED_ON_MISSING"]),
        ("B,x,,won,,2026-03-05,2026-03-01,1", ["CLOSED_BEFORE_OPENED"]),
        ("B,x,,won,,2026-03-05,2026-09-01,1", ["CLOSED_IN_FUTURE"]),
        ("B,x,,open,,2026-09-05,,1", ["OPENED_IN_FUTURE"]),
        ("B,x,,won,,2026-01-05,2026-03-01,-5", ["NO_AMOUNT"]),
        ("B,x,,won,,2026-01-05,2026-03-01,lots", ["NO_AMOUNT"]),
        ("B,x,,won,,05/06/2026,2026-03-01,1", ["NO_DAY"]),
        (",x,,maybe,,,,lots", ["REFERENCE_MISSING", "NO_OUTCOME", "OPENED_ON_MISSING", "NO_AMOUNT"]),
    ],
)
def test_a_row_that_cannot_be_history_is_rejected_with_every_reason(cast, line, codes):
    kept = opened(cast, WON, line)
    outcome = history.check_history(kept, by=cast.director, now=NOW)
    assert [one.code for one in outcome.rejected] == codes
    kept.batch.refresh_from_db()
    assert (kept.batch.read_rows, kept.batch.accepted_rows, kept.batch.rejected_rows) == (2, 1, 1)
    assert all(one.reason_zh and one.reason_en and one.reason_zh != one.reason_en for one in outcome.rejected)


def test_trying_keeps_no_opportunity(cast):
    kept = opened(cast, WON)
    assert history.check_history(kept, by=cast.director, now=NOW).accepted == 1
    assert not Opportunity.objects.exists()


def test_all_or_nothing_imports_nothing_where_a_row_is_rejected(cast):
    kept = opened(cast, WON, "B,x,,maybe,,,,")
    history.check_history(kept, by=cast.director, now=NOW)
    with pytest.raises(history.UnableToImportHistory, match="ROWS_REJECTED"):
        history.run_history(kept, by=cast.director, now=NOW)
    assert not Opportunity.objects.exists()
    history.set_columns(kept, columns=kept.columns, currency="CNY", is_good_rows_only=True)
    history.check_history(kept, by=cast.director, now=NOW)
    history.run_history(kept, by=cast.director, now=NOW)
    assert Opportunity.objects.count() == 1


def test_the_same_number_comes_in_once(cast):
    kept = opened(cast, WON, WON)
    assert [one.code for one in history.check_history(kept, by=cast.director, now=NOW).rejected] == ["REFERENCE_TWICE"]
    imported(cast, WON)
    again = opened(cast, WON)
    assert history.check_history(again, by=cast.director, now=NOW).rejected[0].value == "A1"
    with pytest.raises(history.UnableToImportHistory, match="ROWS_REJECTED"):
        history.run_history(again, by=cast.director, now=NOW)


def test_an_import_is_undone_until_somebody_worked_on_it(cast):
    kept, _outcome = imported(cast, WON, OPEN)
    assert history.undo_history(kept, by=cast.director, now=NOW) == 2
    assert not Opportunity.objects.exists()
    with pytest.raises(history.UnableToImportHistory, match="WRONG_STATE"):
        history.undo_history(kept, by=cast.director, now=NOW)
    again, _outcome = imported(cast, "A9,永盛超市,lina,停止,茶,2026-01-05,2026-03-01,1")
    stopped = Opportunity.objects.get()
    Opportunity.objects.filter(pk=stopped.pk).update(stage="TARGET")
    resume(opportunity_id=stopped.pk, by=cast.director, now=NOW)
    with pytest.raises(history.UnableToImportHistory, match="HAS_DEPENDENTS"):
        history.undo_history(again, by=cast.director, now=NOW)


@pytest.mark.parametrize(
    ("text", "result"),
    [("Closed Won", "WON"), ("in-progress", "OPEN"), ("丢单", "LOST"), ("暂停", "STOPPED"), ("", None), ("?", None)],
)
def test_outcomes_are_read_in_the_words_of_common_systems(text, result):
    assert result_of(text) == result


def test_a_currency_without_cents_is_read_as_such():
    facts = {"reference": "1", "outcome": "won", "opened_on": TODAY, "closed_on": TODAY, "amount": "1200"}
    found = read_record(facts, currency="JPY", as_of=TODAY)
    assert isinstance(found, Record)
    assert found.amount_minor == 1200
    refused = read_record({**facts, "currency": "XXQ"}, currency="JPY", as_of=TODAY)
    assert [one.code for one in refused] == ["NO_CURRENCY"]


def test_the_pages_lead_through_an_import_of_history(client, cast):
    client.force_login(cast.director)
    file = io.BytesIO("\n".join((HEADER, WON, LOST, OPEN)).encode())
    file.name = "crm.csv"
    page = client.post(reverse("funnel:history_imports"), {"file": file, "currency": "CNY"}, follow=True)
    kept = HistoryImport.objects.get()
    assert "2026-01-05" in page.content.decode()
    columns = {f"column_{code}": place for code, place in kept.columns.items()}
    page = client.post(reverse("funnel:history_import", args=[kept.pk]), {**columns, "currency": "CNY"}, follow=True)
    assert "What is missing" in page.content.decode()
    page = client.post(reverse("funnel:run_history", args=[kept.pk]), follow=True)
    assert "3 rows were imported." in page.content.decode()
    page = client.post(reverse("funnel:undo_history", args=[kept.pk]), follow=True)
    assert "3 opportunities are gone" in page.content.decode()


def test_rubbish_is_refused_in_a_sentence(client, cast):
    client.force_login(cast.director)
    for name, content in (("crm.xlsx", b"\x00\x01"), ("crm.csv", b""), ("crm.csv", b"a,b\n1,2\n")):
        file = io.BytesIO(content)
        file.name = name
        page = client.post(reverse("funnel:history_imports"), {"file": file, "currency": "CNY"})
        assert page.status_code == 422
    file = io.BytesIO("\n".join((HEADER, WON)).encode())
    file.name = "crm.csv"
    page = client.post(reverse("funnel:history_imports"), {"file": file, "currency": "QQQ"})
    assert "QQQ" in page.content.decode()
    client.force_login(cast.rep)
    assert client.get(reverse("funnel:history_imports")).status_code == 403


def test_no_import_sets_a_stage_and_what_it_brought_passes_no_gate_by_any_way(cast, client):
    """No path leads around a gate by import, and none from it: not by form, drag, program, nor by an override."""
    named = [
        f"B{number},永盛超市,lina,{word},茶,2026-06-01,," for number, word in enumerate(("谈判", "CLOSING", "立项"))
    ]
    kept = opened(cast, OPEN, *named)
    outcome = history.check_history(kept, by=cast.director, now=NOW)
    assert (outcome.read, outcome.accepted, outcome.read - outcome.accepted) == (4, 1, 3)
    rejected = list(kept.batch.rejected.order_by("row"))
    assert [(one.code, one.value) for one in rejected] == [
        ("STAGE_NAMED", "谈判"), ("STAGE_NAMED", "CLOSING"), ("STAGE_NAMED", "立项"),
    ]  # fmt: skip
    assert "stages are reached by evidence" in rejected[0].reason_en
    history.set_columns(kept, columns=kept.columns, currency="CNY", is_good_rows_only=True)
    history.check_history(kept, by=cast.director, now=NOW)
    history.run_history(kept, by=cast.director, now=NOW)
    one = Opportunity.objects.get()
    client.force_login(cast.director)
    said = {"to": "TARGET", "seen_in": ""}
    assert client.get(reverse("funnel:show", args=[one.pk])).status_code == 200
    client.post(reverse("funnel:move", args=[one.pk]), said)
    client.post(reverse("funnel:drop", args=[one.pk]), said, headers={"HX-Request": "true"})
    client.post(reverse("funnel:override", args=[one.pk, "CLOSING"]), {"reason": "because"})
    shows(one, "accepts_material", "contact_made")
    for step in (
        lambda: move(opportunity_id=one.pk, to=Stage.TARGET, by=cast.director, now=NOW),
        lambda: override(opportunity_id=one.pk, to=Stage.INTENT, reason="x", by=cast.director, now=NOW),
    ):
        with pytest.raises(UnableToKeepOpportunity) as refused:
            step()
        assert refused.value.codes == ("HISTORY_INCOMPLETE",)
    one.refresh_from_db()
    assert (one.stage, one.entries.count()) == ("", 0)
