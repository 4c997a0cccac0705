"""A real document flow through the browser: what a person accepts and refuses stays so, run after run."""

import re

import duckdb
import pytest
from playwright.sync_api import Page, expect

from keytally.reconciliation import queries
from keytally.reconciliation.models import Decision, Reconciliation

from .test_reconciliation_page import SIZES, drop, faults, sit_down

__all__ = ["faults"]
pytestmark = [pytest.mark.usefixtures("bundle", "accountant", "worker"), pytest.mark.real_data]


def are_linked(found: Reconciliation, decision: Decision) -> bool:
    """Tell whether the result in force holds two lines for the same thing."""
    links = str(queries.result_folder(found) / "links.parquet")
    counted = "select count(*) from read_parquet($file) where ours_id = $ours and theirs_id = $theirs"
    names = {"file": links, "ours": decision.ours_id, "theirs": decision.theirs_id}
    return bool(duckdb.connect().execute(counted, names).fetchone()[0])


def test_real_goods_issues_meet_real_invoices_and_decisions_outlive_every_run(
    live_server, page: Page, faults, real_data
):
    page.set_viewport_size(SIZES[1440])
    sit_down(page, live_server.url, language="zh")
    page.goto(f"{live_server.url}/reconciliation/new/")
    for side, name in (("ours", "goods_issues.csv"), ("theirs", "invoices.csv")):
        drop(page, side, real_data / "document_flow" / name)
    page.locator("form.kt-new button.button-primary").click()
    page.wait_for_url("**/profile/")
    page.locator('main .kt-actions button[value="run"]').click()
    page.wait_for_url(re.compile(r"/reconciliation/\d+/$"))
    expect(page.locator(".kt-bridge-table").first).to_be_visible(timeout=60_000)
    address = page.url

    # An invoice and its cancellation close each other; they are shown, and they are no difference.
    page.goto(f"{address}residuals/?class=CANCELLED&side=theirs")
    expect(page.locator("[data-residuals] tbody tr")).to_have_count(32)

    page.goto(f"{address}residuals/?class=VALUE_BASIS&side=ours&sort=document&direction=asc")
    for count, (key, choice) in enumerate((("a", "accept"), ("r", "refuse"), ("r", "refuse")), start=1):
        page.keyboard.press("j")
        if count > 1:
            page.keyboard.press("j")
        document = page.locator("tr.kt-chosen td").nth(3).inner_text()
        page.keyboard.press("Enter")
        expect(page.locator("#kt-line .kt-compare")).to_contain_text(document)
        page.keyboard.press(key)
        expect(page.locator(f"#kt-line .kt-decision-{choice}").first).to_be_visible()
        expect(page.locator("#kt-grid .kt-who .state")).to_have_count(count)
        page.keyboard.press("Escape")

    found = Reconciliation.objects.get()
    for run in (2, 3):
        if run == 2:
            page.locator(".kt-rerun button").first.click()
        else:
            page.goto(f"{address}profile/")
            page.locator('main .kt-actions button[value="run"]').click()
        page.wait_for_url(address)
        expect(page.locator(".kt-bridge-table").first).to_be_visible(timeout=60_000)
        found.refresh_from_db()
        assert found.run_number == run
        decisions = list(Decision.objects.filter(withdrawn_at=None))
        assert sorted(one.choice for one in decisions) == ["ACCEPT", "REFUSE", "REFUSE"]
        assert [are_linked(found, one) for one in decisions] == [one.choice == "ACCEPT" for one in decisions]
        latest = queries.latest_run(found)
        assert (latest.decisions_followed, latest.decisions_unused) == (3, 0)
    page.goto(f"{address}decisions/")
    expect(page.locator("#kt-decisions tbody tr")).to_have_count(3)
    assert not faults
