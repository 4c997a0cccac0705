"""A stranger drops two files on the page and sees a bridge that is exact to the cent."""

import base64
import os
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from keytally.core.models import User
from keytally.reconciliation.models import Reconciliation
from keytally.site.tests.browsing import let_in

PASSWORD = "tally-to-the-cent"
IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
MINUS = "\N{MINUS SIGN}"
WORDS = {
    "en": {
        "ours": "Our balance",
        "open": "Lines open",
        "short": "Received short",
        "why": "Why?",
        "rule": "Same keys, the closest figures",
    },
    "zh": {
        "ours": "我方余额",
        "open": "有待说明",
        "short": "短少",
        "why": "为什么？",
        "rule": "关键字段相同，数字最接近",
    },
}
SIZES = {1440: {"width": 1440, "height": 900}, 390: {"width": 390, "height": 844}}

pytestmark = pytest.mark.usefixtures("bundle", "accountant", "worker")


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What the browser complained of: scripts that failed, styles that the policy refused, requests that went out."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda request: None if "127.0.0.1" in request.url or "localhost" in request.url or request.url.startswith(("data:", "blob:")) else found.append(request.url))  # fmt: skip  # noqa: E501 - one listener
    return found


def sit_down(page: Page, address: str, *, language: str) -> None:
    """Let the accountant in, and go to the reconciliations."""
    accountant = User.objects.get(username="accountant")
    let_in(page, address, accountant, language={"en": "en", "zh": "zh-hans"}[language])
    page.goto(f"{address}/reconciliation/")


def log_in(page: Page, address: str) -> None:
    """Go the way of the log-in page and of the switch of languages."""
    page.goto(f"{address}/log-in/")
    page.fill("#id_username", "accountant")
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today/")
    page.goto(f"{address}/reconciliation/")
    if page.locator("html").get_attribute("lang") != "en":
        page.locator('form[action*="language"] button').first.click()
        page.wait_for_load_state()


def drop(page: Page, side: str, file: Path) -> None:
    """Let a file fall on a drop zone, as a hand with a mouse would."""
    content = base64.b64encode(file.read_bytes()).decode()
    transfer = page.evaluate_handle(
        """([content, name]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name));
            return transfer;
        }""",
        [content, file.name],
    )
    zone = page.locator("[data-dropzone]", has=page.locator(f"#id_{side}"))
    for event in ("dragover", "drop"):
        zone.dispatch_event(event, {"dataTransfer": transfer})
    expect(zone.locator("[data-drop-list] li")).to_contain_text(file.name)


def keep_picture(page: Page, name: str, *, language: str, width: int) -> None:
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{name} is {overflow} px wider than the window"
    if WITH_SCREENSHOTS:
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=IMAGES / f"reconciliation-{name}-{language}-{width}.png", full_page=width == 1440)


def figure(text: str) -> Decimal:
    return Decimal(text.strip().replace(",", "").replace(MINUS, "-").replace("+", ""))


def bridge_on(page: Page) -> tuple[Decimal, list[Decimal], Decimal]:
    """Read the bridge as it stands on the page: our balance, the changes, their balance, each row's sum checked."""
    rows = page.locator(".kt-bridge-table tbody tr")
    balance, changes = Decimal(0), []
    for row in rows.all():
        change, after = (cell.inner_text() for cell in row.locator("td.figure").all())
        kind = row.get_attribute("data-kind")
        if kind == "CAUSE":
            changes.append(figure(change))
            balance += changes[-1]
            assert figure(after) == balance
        elif kind == "OURS":
            ours = balance = figure(after)
        else:
            theirs = figure(after)
    return ours, changes, theirs


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh", 390), ("zh", 1440), ("en", 390)])
def test_two_files_become_a_bridge_exact_to_the_cent(
    live_server, page: Page, context: BrowserContext, pair, faults, tmp_path, language, width
):
    words, picture = WORDS[language], {"language": language, "width": width}
    page.set_viewport_size(SIZES[width])
    sit_down(page, live_server.url, language=language)

    page.locator('a[href$="/reconciliation/new/"]').first.click()
    drop(page, "ours", pair.ours)
    drop(page, "theirs", pair.theirs)
    page.locator("details.kt-more summary").click()
    page.set_input_files("#id_store_map", pair.store_map)
    page.set_input_files("#id_item_map", pair.item_map)
    page.fill("#id_name", "永盛 2026-07")
    keep_picture(page, "new", **picture)
    page.locator("form.kt-new button.button-primary").click()

    page.wait_for_url("**/profile/")
    expect(page.locator("#id_theirs-column-amount")).to_have_value("结算金额")
    keep_picture(page, "profile", **picture)
    page.select_option("#id_theirs-column-gtin", "")
    page.fill("#id_tolerance", "5")
    page.fill("#id_save_as", "永盛")
    page.locator('main .kt-actions button[value="run"]').click()

    page.wait_for_url(re.compile(r"/reconciliation/\d+/$"))
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".kt-bridge-table")).to_be_visible(timeout=60_000)
    expect(page.locator(".kt-bridge-table")).to_contain_text(words["ours"])
    expect(page.locator(".page-head .state")).to_have_text(words["open"])
    ours, changes, theirs = bridge_on(page)
    assert ours + sum(changes) == theirs
    assert (ours, theirs) == (Decimal("794277.00"), Decimal("792272.73"))
    keep_picture(page, "result", **picture)

    page.locator(".kt-bridge-table a", has_text=words["short"]).click()
    expect(page.locator("#residual-totals")).to_contain_text("694.50")
    keep_picture(page, "residuals", **picture)
    page.locator(".kt-residuals a", has_text=words["why"]).first.click()
    expect(page.locator(".kt-compare thead th")).to_have_count(3)
    expect(page.locator(".kt-compare .kt-differs")).to_have_count(2)
    expect(page.locator("main")).to_contain_text(words["rule"])
    keep_picture(page, "why", **picture)

    page.goto(address)
    page.locator("a", has_text="report.xlsx").click()
    page.locator("#id_reason").fill("月末 / month-end")
    keep_picture(page, "take", **picture)
    with page.expect_download() as download:
        page.locator("main form button[type=submit]").click()
    download.value.save_as(tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx", read_only=True)
    figures = {
        round(cell * 100)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if isinstance(cell, int | float)
    }
    assert {int(ours * 100), int(theirs * 100)} <= figures
    assert Reconciliation.objects.get().profile.name == "永盛"
    assert not faults


def test_next_months_files_are_recognized_and_a_refused_drop_loses_nothing(
    live_server, page: Page, pair, faults, tmp_path
):
    sit_down(page, live_server.url, language="en")
    page.goto(f"{live_server.url}/reconciliation/new/")
    broken = tmp_path / "statement.xlsx"
    broken.write_bytes(pair.ours.read_bytes()[:3000])
    drop(page, "ours", pair.ours)
    drop(page, "theirs", broken)
    page.fill("#id_name", "July")
    page.locator("form.kt-new button.button-primary").click()
    expect(page.locator("#new-errors")).to_contain_text("statement.xlsx")
    expect(page.locator("#id_name")).to_have_value("July")
    expect(page.locator("[data-drop-list] li")).to_have_count(2)

    page.locator("[data-drop-list] li", has_text="statement.xlsx").locator("button").click()
    drop(page, "theirs", pair.theirs)
    page.locator("form.kt-new button.button-primary").click()
    page.wait_for_url("**/profile/")
    page.fill("#id_tolerance", "many")
    page.locator('main .kt-actions button[value="run"]').click()
    expect(page.locator("#problems")).to_contain_text("whole cents like 5")
    page.fill("#id_tolerance", "5")
    page.fill("#id_save_as", "Yongsheng")
    page.locator('main .kt-actions button[value="run"]').click()
    expect(page.locator(".kt-bridge-table")).to_be_visible(timeout=60_000)

    page.goto(f"{live_server.url}/reconciliation/new/")
    drop(page, "ours", pair.ours)
    drop(page, "theirs", pair.theirs)
    page.locator("form.kt-new button.button-primary").click()
    page.wait_for_url("**/profile/")
    expect(page.locator("main")).to_contain_text("These headers are known: the settings “Yongsheng”")
    expect(page.locator("#id_tolerance")).to_have_value("5")
    assert [fault for fault in faults if "422" not in fault] == []


def test_it_works_without_javascript(live_server, browser, pair):
    context = browser.new_context(java_script_enabled=False, locale="en-US", reduced_motion="reduce")
    page = context.new_page()
    log_in(page, live_server.url)
    page.goto(f"{live_server.url}/reconciliation/new/")
    page.set_input_files("#id_ours", pair.ours)
    page.set_input_files("#id_theirs", pair.theirs)
    page.locator("form.kt-new button.button-primary").click()
    page.locator('main .kt-actions button[value="run"]').click()
    for _time in range(240):
        if page.locator(".kt-bridge-table").count():
            break
        page.wait_for_timeout(250)
        page.reload()
    ours, changes, theirs = bridge_on(page)
    assert ours + sum(changes) == theirs
    context.close()
