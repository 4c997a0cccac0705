"""A handover in a real browser, in both languages: proposed at a desk, something appears, confirmed on a phone."""

import os
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from keytally.people.models import Handover, HandoverItem
from keytally.site import serving
from keytally.site.tests.browsing import let_in
from keytally.worklist.models import WorkItem

from .staff_cast import course, document, work

BUNDLE = serving.PACKAGE / "site" / "static" / "bundle"
AUDIT = (serving.PACKAGE / "site" / "tests" / "accessibility.js").read_text(encoding="utf-8")
IMAGES = Path(__file__).parents[4] / "docs" / "guide" / "images"
WITH_SCREENSHOTS = os.environ.get("KEYTALLY_SCREENSHOTS") == "1"
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not (BUNDLE / "app.js").is_file(), reason="the front end is not built: npm ci && npm run build"),
]
WORDS = {
    "en": {
        "propose": "Propose the handover",
        "asked": "was asked to confirm",
        "confirm": "Confirm: I received all of it",
        "changed": "The list changed",
        "done": "You received everything on the list",
        "moved": "Moved",
    },
    "zh-hans": {
        "propose": "提出移交",
        "asked": "确认之前不移交任何事项",
        "confirm": "确认：我已全部接收",
        "changed": "清单",
        "done": "您已接收清单上的全部事项",
        "moved": "已移交",
    },
}


@pytest.fixture
def complaints(page, live_server):
    found = []
    page.on("console", lambda said: found.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def shoot(page, name, *, language, width):
    if WITH_SCREENSHOTS:
        page.screenshot(path=IMAGES / f"people-{name}-{language[:2]}-{width}.png", full_page=True)


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_handover_from_the_desk_to_the_phone(page, live_server, company, complaints, language):
    words, giver, receiver = WORDS[language], company.people["rep"], company.people["rep2"]
    work(giver)
    page.set_viewport_size({"width": 1440, "height": 900})
    let_in(page, live_server.url, giver, language=language)
    page.goto(f"{live_server.url}{reverse('people:handover_new')}")
    page.select_option("#id_receiver", str(receiver.pk))
    page.fill("#id_reason", "调往苏州 / moves to Suzhou")
    shoot(page, "handover-new", language=language, width=1440)
    page.get_by_role("button", name=words["propose"]).click()
    page.get_by_text(words["asked"]).first.wait_for()

    page.set_viewport_size({"width": 390, "height": 844})
    let_in(page, live_server.url, receiver, language=language)
    page.goto(f"{live_server.url}{reverse('people:handover', args=[Handover.objects.get().pk])}")
    work(giver, number=2)
    page.locator("input.staff-remark").first.fill("已与门店核对 / checked with the store")
    page.get_by_role("button", name=words["confirm"]).click()
    page.locator(".notice-error", has_text=words["changed"]).wait_for()
    assert page.locator("input.staff-remark").first.input_value() == "已与门店核对 / checked with the store"
    assert WorkItem.objects.filter(owner=giver, state="OPEN").count() == 2
    assert fits(page)
    shoot(page, "handover-confirm", language=language, width=390)
    page.get_by_role("button", name=words["confirm"]).click()
    page.get_by_text(words["done"]).wait_for()
    assert page.locator("tbody td", has_text=words["moved"]).count() == 2
    assert WorkItem.objects.filter(owner=receiver, state="OPEN").count() == 2
    assert set(HandoverItem.objects.values_list("outcome", flat=True)) == {"MOVED"}
    # The refused confirmation answers 422, which the browser writes down.
    assert [said for said in complaints if "422" not in said] == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_pages_have_names_contrast_and_room(page, live_server, company, complaints, settings, tmp_path, language):
    settings.FILES_ROOT = tmp_path
    admin = Client()
    admin.force_login(company.admin)
    version, found = document(admin), course(admin)
    let_in(page, live_server.url, company.admin, language=language)
    work(company.people["rep"])
    pages = {
        "duties": reverse("people:duties"),
        "duty": reverse("people:duty", args=["ka_department"]),
        "duty-change": reverse("people:duty_change", args=["promoter"]),
        "handbook": reverse("people:handbook"),
        "handbook-members": reverse("people:handbook_members"),
        "handbook-change": reverse("people:handbook_change"),
        "documents": reverse("people:documents"),
        "document": reverse("people:document", args=[version.document_id]),
        "document-edit": reverse("people:document_edit", args=[version.pk]),
        "document-paper": reverse("people:document_paper", args=[version.pk]),
        "training": reverse("people:training"),
        "training-members": reverse("people:training_members"),
        "course": reverse("people:course", args=[found.pk]),
        "question": reverse("people:question_new", args=[found.pk]),
        "attendance": reverse("people:attendance", args=[found.pk]),
        "handovers": reverse("people:handovers"),
        "handover-new-admin": reverse("people:handover_new") + f"?giver={company.person('rep')}",
        "person": reverse("people:person", args=[company.person("rep")]),
    }
    for name, path in pages.items():
        page.goto(f"{live_server.url}{path}")
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(AUDIT) == [], (name, width)
            assert fits(page), (name, width)
        if name == "document":
            shoot(page, name, language=language, width=1440)
    assert complaints == []
