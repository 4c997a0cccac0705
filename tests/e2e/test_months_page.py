"""From the month board into a chain's month: stores add up, carried lines first, a resolved code becomes a rule."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from keytally.core.clock import business_date
from keytally.core.models import User
from keytally.reconciliation import demo_months
from keytally.reconciliation.models import CarriedLine, LearnedRule, Reconciliation
from keytally.reconciliation.tests.test_between_months import forget, lay_out_chain, lines_by_pair, run_again

from .test_reconciliation_page import SIZES, WITH_SCREENSHOTS, faults, figure, keep_picture, sit_down

__all__ = ["faults"]
STORES, UNKNOWN, OURS = 24, "HX1003", "S00003"
OTHERS = ("DY", "BH", "FL", "QL", "JT")
WORDS = {
    "en": {"kept": "Kept", "reason": "another order", "found": "Found again in this month"},
    "zh": {"kept": "已采用", "reason": "不是同一张订单", "found": "本月找回"},
}
pytestmark = pytest.mark.usefixtures("bundle", "worker")


@pytest.fixture
def months(accountant: User, tmp_path) -> list[Reconciliation]:
    """The last two months of a chain, of which nobody knows what one of its store codes means."""
    lay_out_chain(accountant, "HX", stores=STORES)
    now = datetime.now(UTC)
    files = demo_months.write_files(today=business_date(now))[-2:]
    forget(files[-1], code=UNKNOWN)
    opened = [demo_months.open_month(one, by=accountant, now=now) for one in files]
    for one in opened:
        run_again(one, tmp_path)
    return opened


@pytest.mark.parametrize(("language", "width"), [("en", 1440), ("zh", 390)])
def test_a_chains_month_from_the_board_to_a_rule_that_the_next_run_follows(
    live_server, page: Page, accountant: User, months, faults, tmp_path, language, width
):
    words, picture, month = WORDS[language], {"language": language, "width": width}, months[-1]
    page.set_viewport_size(SIZES[width])
    sit_down(page, live_server.url, language=language)
    page.goto(f"{live_server.url}/reconciliation/board/")
    page.locator(f'td[data-chain="HX"][data-month="{month.month}"] > a').first.click()
    page.wait_for_url(re.compile(r"/reconciliation/\d+/$"))
    keep_picture(page, "month", **picture)
    address = page.url

    stores_add_up(page, month, picture=picture)
    page.goto(address)
    page.locator(".kt-carried a.button-primary").click()
    take_one_and_refuse_one(page, words=words, picture=picture)

    wrong = lines_by_pair(month)
    resolve_the_store(page, address, wrong[0][0])
    run_once_more(page, address, month, runs=2)
    keep_the_rule(page, live_server.url, words=words, picture=picture)
    run_once_more(page, address, month, runs=3)
    still_wrong = {ours for ours, _theirs in lines_by_pair(month)}
    assert not still_wrong & {ours for ours, _theirs in wrong}
    if WITH_SCREENSHOTS:
        fill_the_board(accountant, scratch=tmp_path / "scratch")
    page.goto(f"{live_server.url}/reconciliation/board/")
    keep_picture(page, "board", **picture)
    assert not faults


def fill_the_board(accountant: User, *, scratch) -> None:
    """Let other chains of the demo have months in other states, for the picture of the guide."""
    for code in OTHERS:
        lay_out_chain(accountant, code, stores=8, prefix=code)
    demo_months.lay_out_months(accountant, datetime.now(UTC), codes=[*OTHERS, "HX"], scratch=scratch)


def stores_add_up(page: Page, month: Reconciliation, *, picture) -> None:
    """Read every store's figures: together they are the head office's balance of the bridge, to the cent."""
    page.goto(f"{page.url}stores/")
    (bridge,) = month.summary["bridges"]
    for side in ("ours", "theirs"):
        cells = page.locator(f"tr[data-store][data-{side}]").all()
        assert sum(int(cell.get_attribute(f"data-{side}")) for cell in cells) == bridge[f"{side}_minor"]
    total = page.locator("tr[data-sum] td.figure").first.inner_text()
    assert figure(re.sub(r"^[^\d+\N{MINUS SIGN}-]*", "", total)) * 100 == bridge["ours_minor"]
    page.goto(f"{page.url}?sort=store&direction=asc")
    names = page.locator("tr[data-store] th a").all_inner_texts()
    assert names == sorted(names)
    keep_picture(page, "stores", **picture)


def take_one_and_refuse_one(page: Page, *, words, picture) -> None:
    """The offers stand first: one is the same thing, another is not."""
    offers = page.locator("[data-offer]")
    count = offers.count()
    assert count >= 2
    keep_picture(page, "carry-over", **picture)
    offers.first.locator('form[action$="/find/"] button').click()
    expect(page.get_by_role("heading", name=words["found"])).to_be_visible()
    expect(offers).to_have_count(count - 1)
    offers.first.locator('input[name="reason"]').fill(words["reason"])
    offers.first.locator('form[action$="/refuse/"] button').click()
    expect(page.locator("tr[data-refused]")).to_contain_text(words["reason"])
    expect(offers).to_have_count(count - 2)
    keep_picture(page, "carry-over-taken", **picture)
    assert CarriedLine.objects.filter(state="FOUND").exists()


def resolve_the_store(page: Page, address: str, ours: str) -> None:
    """Say that a delivery to a store of ours is what they booked under a code nobody knows."""
    page.goto(f"{address}residuals/ours/{ours}/")
    page.locator("[data-choice]").first.check()
    page.locator('button[data-key="a"]').click()
    expect(page.locator(".kt-decision-accept").first).to_be_visible()


def run_once_more(page: Page, address: str, month: Reconciliation, *, runs: int) -> None:
    """Run again from the page, and wait for the worker."""
    page.goto(address)
    page.locator('form[action$="/run/"] button').first.click()
    for _ in range(240):
        month.refresh_from_db()
        if month.run_number == runs and not month.is_running:
            break
        page.wait_for_timeout(250)
    assert month.run_number == runs


def keep_the_rule(page: Page, address: str, *, words, picture) -> None:
    """What was resolved is proposed with what it would have changed, and kept."""
    for _ in range(120):
        if LearnedRule.objects.filter(given=UNKNOWN).exclude(previewed_at=None).exists():
            break
        page.wait_for_timeout(250)
    page.goto(f"{address}/reconciliation/rules/")
    lesson = page.locator("[data-rule]", has_text=UNKNOWN)
    expect(lesson).to_contain_text(OURS)
    expect(lesson.locator("li").first).to_contain_text(re.compile(r"\d"))
    keep_picture(page, "rules", **picture)
    lesson.locator('button[value="keep"]').click()
    expect(page.locator("[data-rule]", has_text=UNKNOWN).locator(".state")).to_have_text(words["kept"])
