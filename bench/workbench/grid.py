"""How long until the rows of the grid stand in a real browser: the first ones, and those of each filter?"""

import re
import shutil
import statistics
from collections.abc import Mapping, Sequence

TIMES = 5
# A change of one field of the filter, as (name of the field, what is chosen or typed).
STEPS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("class", {"class": "SHORT"}),
    ("cause", {"class": "", "cause": "PRICE"}),
    ("side", {"cause": "", "side": "theirs"}),
    ("words", {"side": "", "text": "00123"}),
    ("store", {"text": "", "store": "S0127"}),
    ("size", {"store": "", "least": "500"}),
    ("days", {"least": "", "first_on": "2026-06-01"}),
    ("state", {"first_on": "", "state": "OPEN"}),
    ("nobody", {"state": "", "assignee": "none"}),
    ("all", {"assignee": ""}),
)
FILTER = """async (fields) => {
  const form = document.querySelector("[data-grid-filter]");
  const began = performance.now();
  const seen = new Promise((done) => {
    new MutationObserver((_all, watcher) => {
      watcher.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    }).observe(document.querySelector("[data-bench]"), { childList: true });
  });
  for (const [name, value] of Object.entries(fields)) form.elements[name].value = value;
  form.elements[Object.keys(fields).pop()].dispatchEvent(new Event("change", { bubbles: true }));
  return await seen;
}"""
CLICK = """async (selector) => {
  const began = performance.now();
  const seen = new Promise((done) => {
    new MutationObserver((_all, watcher) => {
      watcher.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
    }).observe(document.querySelector("#kt-line"), { childList: true });
  });
  document.querySelector(selector).click();
  return await seen;
}"""
ARRIVED = """() => new Promise((done) => requestAnimationFrame(() => {
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  done({ answered: page.responseEnd, built: page.domContentLoadedEventEnd, painted: paint ? paint.startTime : 0 });
}))"""


def in_browser(address: str, *, session: str, number: int) -> dict:
    """Open the grid and filter it; the medians in ms from the click to the rows on the screen."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/reconciliation/{number}/residuals/")
        lines = re.search(r"[0-9][0-9,]*", page.locator("#residual-totals").inner_text())[0]
        first, found = [], {name: [] for name, _fields in STEPS}
        opened = []
        for _time in range(TIMES):
            page.goto(f"{address}/reconciliation/{number}/")
            page.click("a[href$='/residuals/']")
            page.wait_for_selector("[data-residuals] tbody tr")
            arrived = page.evaluate(ARRIVED)
            first.append(max(arrived["built"], arrived["painted"]))
            opened.append(page.evaluate(CLICK, "[data-open-line]"))
            for name, fields in STEPS:
                found[name].append(page.evaluate(FILTER, fields))
        browser.close()
    return {
        "lines": int(lines.replace(",", "")),
        "first_rows_ms": round(statistics.median(first), 1),
        "line_beside_ms": round(statistics.median(opened), 1),
        "filters_ms": {name: round(statistics.median(times), 1) for name, times in found.items()},
    }


def _chromium() -> str:
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return next(filter(None, found), "")
