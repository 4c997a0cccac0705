"""The workbench by hand and by keyboard alone: decide, assign, mend, run again, sign off, take the statement."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from keytally.accounts.models import AccountNode
from keytally.core.roles import Role
from keytally.core.services import add_person
from keytally.reconciliation.models import Decision, Reconciliation, ResidualCase
from keytally.reconciliation.tests.test_workbench import OURS, THEIRS
from keytally.site.tests.browsing import let_in

from .test_reconciliation_page import SIZES, drop, faults, keep_picture, sit_down

__all__ = ["faults"]
NOW = datetime(2026, 8, 3, tzinfo=UTC)
WORDS = {
    "en": {"signed": "Signed off", "title": "Statement of account", "theirs": "Closing balance in your books"},
    "zh": {"signed": "已签结", "title": "对账单", "theirs": "贵方账面期末余额"},
}

pytestmark = pytest.mark.usefixtures("bundle", "accountant", "worker")


@pytest.fixture
def ledgers(tmp_path):
    files = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    for file, text in zip(files, (OURS, THEIRS), strict=True):
        file.write_text(text, encoding="utf-8")
    return files


def open_bench(page: Page, address: str, ledgers) -> str:
    """Drop both files, run, and answer the address of the result."""
    page.goto(f"{address}/reconciliation/new/")
    for side, file in zip(("ours", "theirs"), ledgers, strict=True):
        drop(page, side, file)
    page.fill("#id_month", "2026-07")
    page.fill("#id_name", "永盛 2026-07")
    page.locator("form.kt-new button.button-primary").click()
    page.wait_for_url("**/profile/")
    page.locator('main .kt-actions button[value="run"]').click()
    page.wait_for_url(re.compile(r"/reconciliation/\d+/$"))
    expect(page.locator(".kt-bridge-table")).to_be_visible(timeout=60_000)
    return page.url


def choose(page: Page, document: str) -> None:
    """Go to a line with j, as fast as keys can come, and open it with Enter."""
    wanted = page.locator("tr.kt-chosen", has_text=document)
    for key in ["k"] * 12 + ["j"] * 12:
        if wanted.count():
            break
        page.keyboard.press(key)
    expect(wanted).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#kt-line .kt-compare")).to_contain_text(document)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reconciliation_is_finished_with_the_keyboard_alone(live_server, page: Page, ledgers, faults, language):
    words, picture = WORDS[language], {"language": language, "width": 1440}
    page.set_viewport_size(SIZES[1440])
    sit_down(page, live_server.url, language=language)
    address = open_bench(page, live_server.url, ledgers)

    page.goto(f"{address}residuals/")
    page.keyboard.press("?")
    expect(page.locator("dialog[data-keys]")).to_be_visible()
    keep_picture(page, "keys", **picture)
    page.keyboard.press("Escape")
    choose(page, "A1132")
    keep_picture(page, "bench", **picture)
    page.keyboard.press("2")
    page.keyboard.press("a")
    expect(page.locator("#kt-line .kt-decision-accept").first).to_be_visible()
    expect(page.locator("#kt-grid .kt-decision-accept")).to_have_count(2)
    assert Decision.objects.get().choice == "ACCEPT"

    page.keyboard.press("Escape")
    choose(page, "A1354")
    page.keyboard.press("=")
    page.keyboard.type("I3")
    page.keyboard.press("Enter")
    expect(page.locator("#kt-line [data-choice]")).to_have_count(2)
    page.keyboard.press("1")
    page.keyboard.press("2")
    page.keyboard.press("s")
    expect(page.locator("#kt-line .kt-decided")).to_have_count(2)

    page.keyboard.press("Escape")
    choose(page, "A1243")
    page.keyboard.press("c")
    page.keyboard.type("the store was asked")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#kt-line .kt-comment")).to_contain_text("the store was asked")
    page.keyboard.press("n")
    page.keyboard.type("王磊 (accountant)")
    page.keyboard.press("Enter")
    expect(page.locator("#kt-grid .kt-who", has_text="王磊")).to_have_count(1)

    page.locator(".kt-rerun button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    expect(page.locator(".kt-changes")).to_be_visible(timeout=60_000)
    keep_picture(page, "rerun", **picture)

    page.goto(f"{address}rejected/")
    page.locator('input[name^="cell-"]').focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("77.00")
    keep_picture(page, "rejected", **picture)
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    expect(page.locator('tr[data-side="theirs"] td').nth(3)).to_have_text("0", timeout=60_000)

    page.goto(f"{address}sign/")
    page.locator("main form button.button-primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(address)
    expect(page.locator(".page-head .state")).to_have_text(words["signed"])
    keep_picture(page, "signed", **picture)
    assert statements(page, language=language, words=words)
    assert ResidualCase.objects.get(assignee__username="accountant").line_words.startswith("A1243")
    assert Reconciliation.objects.get().run_number == 3
    assert not faults


def statements(page: Page, *, language: str, words: dict[str, str]) -> bool:
    """Take the statement as PDF and as a workbook, and read both back."""
    address = page.url
    page.locator(f'a[href*="/statement/"][href$="/{language}/"]').click()
    for file_format in ("pdf", "xlsx"):
        page.select_option("#id_format", file_format)
        if page.locator("#id_reason").count():
            page.locator("#id_reason").fill("月末 / month-end")
        with page.expect_download() as download:
            page.locator("main form button[type=submit]").click()
        content = Path(download.value.path()).read_bytes()
        if file_format == "pdf":
            text = "\n".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
        else:
            sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
            text = "\n".join(str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)
        assert words["title"] in text
        assert words["theirs"] in text
    page.goto(address)
    return True


@pytest.mark.parametrize("language", ["en", "zh"])
def test_on_a_phone_a_line_opens_on_its_own_page_and_is_decided_there(
    live_server, page: Page, ledgers, faults, language
):
    picture = {"language": language, "width": 390}
    page.set_viewport_size(SIZES[390])
    sit_down(page, live_server.url, language=language)
    address = open_bench(page, live_server.url, ledgers)
    keep_picture(page, "bridge", **picture)
    page.goto(f"{address}residuals/?class=AMBIGUOUS")
    keep_picture(page, "bench", **picture)
    page.locator("[data-residuals] tr", has_text="A1132").locator("[data-open-line]").click()
    page.wait_for_url("**/residuals/ours/**")
    page.locator("[data-choice]").first.check()
    keep_picture(page, "line", **picture)
    page.locator('button[data-key="a"]').click()
    expect(page.locator(".kt-decision-accept").first).to_be_visible()
    page.goto(f"{address}decisions/")
    expect(page.locator("#kt-decisions tbody tr")).to_have_count(1)
    keep_picture(page, "decisions", **picture)
    assert not faults


def test_two_people_at_one_line_do_not_overwrite_each_other(live_server, page: Page, browser, ledgers):
    second = add_person("second", name="陈芳", password=None, roles=[Role.RECEIVABLES_ACCOUNTANT], by=None, now=NOW)
    chain = AccountNode.objects.create(kind="CHAIN", code="C1", name_zh="永盛", name_sort="yongsheng", created_at=NOW)
    sit_down(page, live_server.url, language="zh")
    address = open_bench(page, live_server.url, ledgers)
    Reconciliation.objects.update(account=chain)
    other = browser.new_context(locale="zh-CN", reduced_motion="reduce").new_page()
    let_in(other, live_server.url, second, language="zh-hans")
    for one in (page, other):
        one.goto(f"{address}residuals/?class=AMBIGUOUS")
        one.locator("[data-residuals] tr", has_text="A1132").locator("[data-open-line]").click()
        expect(one.locator("#kt-line .kt-compare")).to_contain_text("A1132")
        one.locator("[data-choice]").first.check()
    page.locator('#kt-line button[data-key="a"]').click()
    expect(page.locator("#kt-line .kt-decision-accept").first).to_be_visible()
    other.locator('#kt-line button[data-key="r"]').click()
    expect(other.locator("#kt-line .notice")).to_contain_text("王磊 已先处理")
    assert Decision.objects.get().choice == "ACCEPT"
    expect(other.locator("#kt-news")).to_contain_text("接受了一对", timeout=20_000)
    expect(page.locator("#kt-news")).to_contain_text("陈芳", timeout=20_000)
    other.context.close()
