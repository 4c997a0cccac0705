"""The support centre in a real browser, in both languages: asked on a phone, answered, found, thanked."""

import pytest

from keytally.core.roles import Role
from keytally.playbook.models import PlaybookEntry, SupportQuestion
from keytally.playbook.rules.clock import Desk
from keytally.playbook.services import support
from keytally.site.tests.test_browser import AUDIT, BUNDLE

from .conftest import NOW, PASSWORD, TODAY, person

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
WORDS = {
    "en": {"ask": "Ask", "answer": "Answer", "helped": "It helped", "me": "It helped me", "one_line": "In one line"},
    "zh-hans": {"ask": "提问", "answer": "答复", "helped": "有帮助", "me": "对我有帮助", "one_line": "一句话"},
}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_question_is_asked_answered_and_found_again(page, live_server, transactional_db, language):
    words = WORDS[language]
    person("lina", Role.SALES_REP, language=language, name="李娜")
    expert = person("chen", Role.ACCOUNT_MANAGER, language=language, name="陈静")
    support.name_expert(expert, desk=Desk.SALES, topics=[], starts_on=TODAY, by=expert, now=NOW)

    def enter(username):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/log-in/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("form.card button[type=submit], main button[type=submit]")
        page.wait_for_load_state()

    page.set_viewport_size({"width": 390, "height": 844})
    enter("lina")
    page.goto(f"{live_server.url}/playbook/questions/new/")
    page.fill("[name=title]", "全国统一供价怎么谈")
    page.click(f"main button:has-text('{words['ask']}')")
    assert page.input_value("[name=title]") == "全国统一供价怎么谈"
    page.fill("[name=text]", "差 3.2 个点，周五第三轮")
    page.check("[name=difficulty][value=WIDE_GAP]")
    page.click(f"main button:has-text('{words['ask']}')")
    page.wait_for_url("**/playbook/questions/*/")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.set_viewport_size({"width": 1440, "height": 900})
    enter("chen")
    page.goto(f"{live_server.url}/today/")
    page.click("text=全国统一供价怎么谈")
    page.fill("[name=text]", "先换议题，再回到价格")
    assert page.evaluate(AUDIT) == []
    page.click(f"main button.button-primary:has-text('{words['answer']}')")
    page.wait_for_selector(".pb-answered")

    enter("lina")
    page.goto(f"{live_server.url}/playbook/?text=tongyi")
    page.click(".pb-card h2 a")
    page.click(f"main button:has-text('{words['me']}')")
    page.goto(f"{live_server.url}/playbook/questions/{SupportQuestion.objects.get().pk}/")
    page.click(f"main button.button-primary:has-text('{words['helped']}')")
    page.wait_for_load_state()
    assert SupportQuestion.objects.get().state == "SETTLED"
    assert PlaybookEntry.objects.get().helped == 1
