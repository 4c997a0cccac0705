import io
import json
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.core.models import AuditEntry, Export
from keytally.imports.models import ImportProfile
from keytally.jobs.models import Job
from keytally.reconciliation import queries, services
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.tests.conftest import NOW
from keytally.reconciliation.tests.test_open import OURS, THEIRS, opened


@pytest.fixture
def browser_of(client):
    def log_in(person):
        client.force_login(person)
        return client

    return log_in


def url(name, *parts):
    return reverse(f"reconciliation:{name}", args=parts)


def pair_of_files(theirs=None):
    theirs = theirs or THEIRS.format(day1="2026-07-01", day2="2026-07-03").encode()
    return {
        "ours": SimpleUploadedFile("ours.csv", OURS.encode()),
        "theirs": SimpleUploadedFile("theirs.csv", theirs),
    }


def answers(found, **changed):
    """Fill the profile's form in as the page shows it."""
    from keytally.reconciliation.forms.profile import ProfileForm

    form = ProfileForm.of(found)
    shown = {field.html_name: field.value() for field in form}
    return {name: value for name, value in {**shown, **changed}.items() if value is not None}


def test_the_list_teaches_when_it_is_empty(browser_of, accountant):
    page = browser_of(accountant).get(url("list")).content.decode()
    assert "No reconciliations yet" in page
    assert url("new") in page


def test_the_list_asks_the_database_as_often_for_many_as_for_few(browser_of, accountant):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get(url("list")).status_code == 200
        return len(captured)

    browser = browser_of(accountant)
    opened(accountant)
    few = asked()
    for _time in range(5):
        opened(accountant)
    assert asked() == few


def test_the_list_filters_by_name_and_state(browser_of, accountant):
    opened(accountant, name="Yongsheng")
    stopped = opened(accountant, name="Hemei")
    services.run(stopped, by=accountant, now=NOW)
    Job.objects.update(state=Job.State.STOPPED)
    browser = browser_of(accountant)
    assert "Hemei" not in browser.get(url("list"), {"text": "yong"}).content.decode()
    by_state = browser.get(url("list"), {"state": "STOPPED"}).content.decode()
    assert "Hemei" in by_state
    assert "Yongsheng" not in by_state


def test_two_plain_file_inputs_are_enough(browser_of, accountant):
    answer = browser_of(accountant).post(url("new"), {**pair_of_files(), "name": "July"})
    found = Reconciliation.objects.get()
    assert answer.url == url("profile", found.pk)
    assert found.name == "July"


def test_a_refused_file_leaves_the_name_as_typed(browser_of, accountant):
    answer = browser_of(accountant).post(url("new"), {**pair_of_files(theirs=b"\x00\x01"), "name": "July"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="July"' in page
    assert "theirs.csv is not a spreadsheet" in page


def test_a_refused_file_answers_a_drop_with_the_sentence_alone(browser_of, accountant):
    answer = browser_of(accountant).post(url("new"), pair_of_files(theirs=b"\x00\x01"), HTTP_HX_REQUEST="true")
    assert answer.status_code == 422
    assert "<html" not in answer.content.decode()


def test_it_says_which_side_has_no_file(browser_of, accountant):
    answer = browser_of(accountant).post(url("new"), {"ours": pair_of_files()["ours"]})
    assert "Their side has no file yet" in answer.content.decode()


def test_the_folders_of_dropped_files_are_kept(browser_of, accountant):
    paths = json.dumps(["north/ours.csv"])
    browser_of(accountant).post(url("new"), {**pair_of_files(), "ours_paths": paths})
    assert Reconciliation.objects.get().ours.files.get().path == "north/ours.csv"


def test_paths_that_do_not_fit_the_files_are_not_believed(browser_of, accountant):
    browser_of(accountant).post(url("new"), {**pair_of_files(), "ours_paths": '["../../etc/passwd"]'})
    assert Reconciliation.objects.get().ours.files.get().path == "ours.csv"


def test_the_demo_pair_is_one_click_away(browser_of, accountant):
    answer = browser_of(accountant).post(url("demo"))
    found = Reconciliation.objects.get()
    assert answer.url == url("profile", found.pk)
    page = browser_of(accountant).get(answer.url).content.decode()
    assert "supplier_ledger_2026-07.xlsx" in page
    assert "价税合计" in page


def test_the_demo_files_can_be_taken_and_nothing_else(browser_of, accountant):
    browser = browser_of(accountant)
    file = browser.get(url("demo_file", "retailer_statement_2026-07.csv"))
    assert "采购订单号" in b"".join(file.streaming_content).decode("gb18030")
    assert browser.get(url("demo_file", "secret_key")).status_code == 404


def test_a_corrected_column_is_kept_and_run(browser_of, accountant):
    found = opened(accountant)
    data = answers(found, **{"theirs-column-item": "", "action": "run", "save_as": "Yongsheng"})
    answer = browser_of(accountant).post(url("profile", found.pk), data)
    assert answer.url == url("show", found.pk)
    found.refresh_from_db()
    assert "item" not in services.profile_of(found).theirs.columns
    assert found.is_running
    assert ImportProfile.objects.get().name == "Yongsheng"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"tolerance": "many"}, "write whole cents like 5"),
        ({"period": "July"}, "write a month like 2026-07"),
        ({"ours-column-amount": ""}, "Ours, Amount: choose its column"),
        ({"theirs-currency": "RMB!"}, "Theirs, Currency where no column says it"),
        ({"opening": "1,0x"}, "write an amount like 1234.50"),
        ({"ours-document_shapes": "[A-Z"}, "is no regular expression"),
        ({"ours-column-amount": "no such header"}, "Ours, Amount"),
        ({"window_days": "-1"}, "Window, days"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(browser_of, accountant, changed, sentence):
    found = opened(accountant)
    data = answers(found, name="As I typed it", **{"action": "run", **changed})
    answer = browser_of(accountant).post(url("profile", found.pk), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "As I typed it" in page
    found.refresh_from_db()
    assert not found.is_running


def test_a_date_that_reads_two_ways_is_asked_before_the_run(browser_of, accountant):
    found = opened(accountant, theirs=THEIRS.format(day1="01/07/2026", day2="03/07/2026"))
    browser = browser_of(accountant)
    assert "To be decided by you" in browser.get(url("profile", found.pk)).content.decode()
    assert browser.post(url("profile", found.pk), answers(found, action="run")).status_code == 422
    answered = answers(found, **{"theirs-date_format": "dmy", "action": "run"})
    assert browser.post(url("profile", found.pk), answered).status_code == 302
    found.refresh_from_db()
    assert services.profile_of(found).theirs.date_format == "dmy"


def test_a_header_row_that_a_person_names_is_read_again(browser_of, accountant):
    titled = "Statement of July,,\n1,2,3\n单号,订单号,金额\nB1,P1,100.00\n"
    found = opened(accountant, theirs=titled)
    data = answers(found, **{"theirs-header_row": "3", "action": "read_again"})
    browser_of(accountant).post(url("profile", found.pk), data)
    found.refresh_from_db()
    assert found.reading["theirs"]["headers"] == ["单号", "订单号", "金额"]
    assert services.profile_of(found).theirs.columns["amount"] == "金额"


def test_an_opening_balance_goes_into_the_profile(browser_of, accountant):
    found = opened(accountant)
    browser_of(accountant).post(url("profile", found.pk), answers(found, opening="1,234.50", action="run"))
    found.refresh_from_db()
    assert services.profile_of(found).opening_minor == {"CNY": 123_450}


def test_the_progress_is_shown_and_ends_by_itself(browser_of, accountant):
    found = opened(accountant)
    services.run(found, by=accountant, now=NOW)
    Job.objects.update(state="RUNNING", claim="x", step="same_key", step_number=9, step_count=20, rows_done=1234)
    browser = browser_of(accountant)
    answer = browser.get(url("progress", found.pk), HTTP_HX_REQUEST="true")
    running = answer.content.decode()
    assert "HX-Refresh" not in answer.headers
    assert "hx-trigger" in running
    assert "1,234" in running
    assert "Same keys, the closest figures" in running
    Job.objects.update(state="STOPPED", claim="")
    answer = browser.get(url("progress", found.pk), HTTP_HX_REQUEST="true")
    ended = answer.content.decode()
    assert answer.headers["HX-Refresh"] == "true"
    assert "hx-trigger" not in ended
    assert "The run was stopped" in ended


def test_it_stops_a_run(browser_of, accountant):
    found = opened(accountant)
    services.run(found, by=accountant, now=NOW)
    browser = browser_of(accountant)
    assert browser.post(url("stop", found.pk)).url == url("show", found.pk)
    assert queries.reconciliation(found.pk).shown_state == "STOPPED"
    assert "already ended" in browser.post(url("stop", found.pk), follow=True).content.decode()


def figures(page, attribute):
    return [int(found) for found in re.findall(rf'{attribute}="(-?\d+)"', page)]


def test_the_bridge_on_the_page_adds_up(browser_of, accountant, tallied):
    page = browser_of(accountant).get(url("show", tallied.pk)).content.decode()
    ours, *causes, theirs = figures(page, "data-minor")
    assert ours + sum(causes) == theirs
    assert figures(page, "data-gap") == [sum(causes)]
    assert "style=" not in page


def test_the_counts_on_the_page_add_up(browser_of, accountant, tallied):
    page = browser_of(accountant).get(url("show", tallied.pk)).content.decode()
    for side in tallied.summary["sides"].values():
        assert f"{side['read']:,}" in page
    assert "1 row could not be read" in page


def test_a_bar_leads_to_the_lines_that_make_it(browser_of, accountant, tallied):
    bars = {bar.cause: bar.amount_minor for bar in queries.bridges(tallied.summary)[0].bars}
    browser = browser_of(accountant)
    for cause, amount in bars.items():
        page = browser.get(url("residuals", tallied.pk), {"cause": cause, "currency": "CNY"}).content.decode()
        assert figures(page, "data-minor") == [amount], cause


def test_residuals_are_filtered_sorted_and_paged(browser_of, accountant, tallied):
    browser = browser_of(accountant)
    first = browser.get(url("residuals", tallied.pk)).content.decode()
    assert "Page 1 of 2" in first
    theirs = browser.get(url("residuals", tallied.pk), {"side": "theirs", "class": "DUPLICATE"}).content.decode()
    assert "3 lines" in theirs
    assert browser.get(url("residuals", tallied.pk), {"sort": "nonsense", "page": "x"}).status_code == 200
    assert "Nothing fits" in browser.get(url("residuals", tallied.pk), {"text": "\x00'; drop"}).content.decode()


def test_every_residual_answers_why(browser_of, accountant, tallied):
    browser = browser_of(accountant)
    for row in residual_page(queries.pages_folder(tallied), wanted=Wanted(), page_size=200).rows:
        page = browser.get(url("why", tallied.pk, row.side, row.id))
        assert page.status_code == 200
        assert (row.line.doc_no or "") in page.content.decode()


def test_a_short_delivery_stands_beside_what_was_received(browser_of, accountant, tallied):
    row = residual_page(queries.pages_folder(tallied), wanted=Wanted(line_class="SHORT")).rows[0]
    page = browser_of(accountant).get(url("why", tallied.pk, row.side, row.id)).content.decode()
    assert page.count("differs") >= 2
    assert "YS90" in page
    assert "90 %" in page


def test_rejected_rows_are_shown_with_their_reason(browser_of, accountant, tallied):
    page = browser_of(accountant).get(url("rejected", tallied.pk)).content.decode()
    assert "待核" in page
    assert "结算金额" in page


def take(browser, number, name, reason="for the month-end"):
    return browser.post(url("download", number, name), {"format": name.rpartition(".")[2], "reason": reason})


def test_every_file_of_the_result_can_be_taken(browser_of, accountant, tallied):
    browser = browser_of(accountant)
    for name in queries.DOWNLOADS:
        answer = take(browser, tallied.pk, name)
        assert "attachment" in answer.headers["Content-Disposition"], name
        assert b"".join(answer.streaming_content), name


def test_the_report_is_a_workbook_with_the_same_balances(browser_of, accountant, tallied):
    content = b"".join(take(browser_of(accountant), tallied.pk, "report.xlsx").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert tallied.summary["bridges"][0]["ours_minor"] in {
        round(cell * 100) for cell in cells if isinstance(cell, float)
    }


def test_what_is_taken_is_written_down_and_the_report_says_by_whom(browser_of, accountant, tallied):
    content = b"".join(take(browser_of(accountant), tallied.pk, "report.xlsx").streaming_content)
    export = Export.objects.get()
    assert (export.person, export.code, export.subject_id) == (accountant, "reconciliation.report", tallied.pk)
    assert (export.sensitivity, export.reason) == ("CONFIDENTIAL", "for the month-end")
    assert export.row_count > tallied.summary["links"]
    book = openpyxl.load_workbook(io.BytesIO(content))
    first = book.worksheets[0]
    assert any("Alice" in str(first.cell(row, 1).value) for row in (1, 2))
    assert {"Alice" in (sheet.oddHeader.left.text or "") for sheet in book} == {True}
    assert {"Alice" in (sheet.oddFooter.left.text or "") for sheet in book} == {True}
    assert book.properties.creator == "Alice"
    assert f"export {export.pk}" in book.properties.description
    assert AuditEntry.objects.filter(action="export", subject_id=tallied.pk, person=accountant).count() == 1


def test_a_confidential_file_leaves_only_with_a_reason(browser_of, accountant, tallied):
    browser = browser_of(accountant)
    asked = browser.get(url("download", tallied.pk, "report.xlsx"))
    assert "Why do you need it?" in asked.content.decode()
    refused = take(browser, tallied.pk, "report.xlsx", reason="  ")
    assert refused.status_code == 422
    assert "Say in a few words" in refused.content.decode()
    assert not Export.objects.exists()
    assert take(browser, tallied.pk, "profile.toml", reason="").status_code == 200


def test_the_list_leaves_as_it_is_filtered(browser_of, accountant, tallied, drafted):
    browser = browser_of(accountant)
    taken = browser.post(reverse("core:take", args=["reconciliations"]) + "?text=nothing+like+it", {"format": "csv"})
    assert tallied.name not in b"".join(taken.streaming_content).decode("utf-8-sig")
    taken = browser.post(reverse("core:take", args=["reconciliations"]), {"format": "csv"})
    lines = b"".join(taken.streaming_content).decode("utf-8-sig").splitlines()
    assert "Alice" in lines[0]
    assert tallied.name in lines[2]


def test_no_other_file_can_be_taken(browser_of, accountant, tallied):
    browser = browser_of(accountant)
    (queries.result_folder(tallied) / "secret.txt").write_text("x")
    assert browser.get(url("download", tallied.pk, "secret.txt")).status_code == 404
    assert browser.get(f"/reconciliation/{tallied.pk}/files/..%2f..%2fsecret_key").status_code == 404


def test_a_result_page_asks_the_database_a_handful_of_times(
    browser_of, accountant, tallied, django_assert_max_num_queries
):
    browser = browser_of(accountant)
    with django_assert_max_num_queries(20):
        browser.get(url("show", tallied.pk))


def test_pages_are_in_the_readers_language(browser_of, accountant, tallied):
    accountant.language = "zh-hans"
    accountant.save()
    page = browser_of(accountant).get(url("show", tallied.pk)).content.decode()
    assert "余额调节" in page
    assert "我方余额" in page
