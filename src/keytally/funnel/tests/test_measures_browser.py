"""Measures and forecasts in a real browser, in both languages and sizes: from a figure to what is behind it, to a
forecast that is kept, to history of another system.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from keytally.funnel.models import ForecastRun, Opportunity
from keytally.funnel.queries.measures_slice import slice_of
from keytally.funnel.services.forecasts import make_forecast, score_forecasts
from keytally.kernel.periods import Period
from keytally.site import serving
from keytally.site.tests.browsing import let_in

from . import made_history

BUNDLE = serving.PACKAGE / "site" / "static" / "bundle"
AUDIT = (serving.PACKAGE / "site" / "tests" / "accessibility.js").read_text(encoding="utf-8")
IMAGES = Path(__file__).parents[4] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
WORDS = {
    "en": {"work": "Work it out", "week": "new targets a week", "tell": "Tell three figures", "why": "draws, seed"},
    "zh-hans": {"work": "试算", "week": "个新目标客户，每周", "tell": "给出三个数", "why": "次抽样，随机种子"},
}


@pytest.fixture
def complaints(page, live_server):
    found = []
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def folder(tmp_path, settings):
    settings.FILES_ROOT = tmp_path / "files"


@pytest.fixture
def made(cast):
    today = timezone.localdate()
    found = made_history.make(account=cast.chain, owner=cast.manager, today=today, days=420, per_day=2)
    for number, one in enumerate(found.opportunities, start=1):
        one.name = f"{cast.chain.name_zh} {one.product or 'juice'} {number}"
    made_history.keep(found)
    starved = Opportunity.objects.filter(stage="RECOGNITION", state="OPEN").values_list("pk", flat=True)
    Opportunity.objects.filter(pk__in=list(starved)[3:]).update(is_qualified=False)
    now = datetime.now(UTC)
    then = now - timedelta(days=40)
    day = timezone.localdate(then)
    month = Period.through(day, day + timedelta(days=30))
    waiting = list(Opportunity.objects.filter(state="OPEN"))
    for number, one in enumerate(waiting):
        one.expected_on = day + timedelta(days=number % 60)
    Opportunity.objects.bulk_update(waiting, ["expected_on"])
    make_forecast(slice_of({}, today=day), period=month, by=cast.director, now=then)
    won = Opportunity.objects.filter(state="OPEN", stage__in=["CLOSING", "NEGOTIATION"]).values_list("pk", flat=True)
    Opportunity.objects.filter(pk__in=list(won)[::2]).update(state="WON", closed_on=day + timedelta(days=12))
    score_forecasts(now=now)
    return found


def look(page, name, *, language):
    page.wait_for_load_state()
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(AUDIT) == [], (name, width)
        fits = page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert fits, (name, width)
        if WITH_SCREENSHOTS:
            page.screenshot(path=IMAGES / f"funnel-{name}-{language[:2]}-{width}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_from_a_figure_to_a_forecast(page, live_server, cast, made, complaints, tmp_path, folder, language):
    words = WORDS[language]
    let_in(page, live_server.url, cast.director, language=language)
    page.goto(f"{live_server.url}{reverse('funnel:measures')}")
    page.fill("input[name=target]", "3,000,000")
    page.get_by_role("button", name=words["work"]).click()
    page.get_by_text(words["week"]).first.wait_for()
    look(page, "measures", language=language)
    page.locator("a[href*='figure=on'][href*='INTENT']").click()
    assert page.locator("tbody tr").count() > 10
    look(page, "measures-behind", language=language)
    for name in ("measures_trend", "measures_backtest"):
        page.goto(f"{live_server.url}{reverse(f'funnel:{name}')}")
        look(page, name.replace("_", "-"), language=language)
    page.goto(f"{live_server.url}{reverse('funnel:forecasts')}")
    look(page, "forecasts", language=language)
    before = ForecastRun.objects.count()
    page.get_by_role("button", name=words["tell"]).click()
    page.get_by_text(words["why"]).first.wait_for()
    assert ForecastRun.objects.count() == before + 1
    look(page, "forecast", language=language)
    scored = ForecastRun.objects.exclude(scored_on=None).get()
    page.goto(f"{live_server.url}{reverse('funnel:forecast', args=[scored.pk])}")
    look(page, "forecast-scored", language=language)
    file = tmp_path / "crm.csv"
    file.write_text(
        "opportunity_id,account,sales_agent,deal_stage,close_date,close_value,created_on\n"
        "A1,永盛超市,Lina,Won,2026-03-01,1200.50,2026-01-05\nA2,,,Lost,2026-03-01,0,2026-01-05\n",
        encoding="utf-8",
    )
    page.goto(f"{live_server.url}{reverse('funnel:history_imports')}")
    page.set_input_files("#id_file", file)
    page.locator("form.form-card button[type=submit]").click()
    page.locator("form.card button[type=submit]").click()
    page.locator("dl.kt-figures").wait_for()
    look(page, "history", language=language)
    assert complaints == []


def test_no_words_of_the_pages_stay_english_in_chinese(client, cast, made):
    cast.director.language = "zh-hans"
    cast.director.save(update_fields=["language"])
    client.force_login(cast.director)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    for name in ("measures", "measures_trend", "measures_backtest"):
        page = client.get(reverse(f"funnel:{name}")).content.decode()
        main = page.partition("<main")[2]
        english = [word for word in (" the ", " of ", " interval", " what ") if word in main]
        assert english == [], name
