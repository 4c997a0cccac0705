"""What the page tests of people's papers share: who opens pages, and papers to open them on."""

from django.test import Client
from django.urls import reverse

from keytally.core.subjects import Subject
from keytally.people.models import DocumentVersion, TrainingCourse
from keytally.worklist.services import open_item

from .conftest import NOW

LANGUAGES = ("zh-hans", "en")
DAY = "2099-01-01"


def client_of(person, *, language="en"):
    person.language = language
    person.save(update_fields=["language"])
    client = Client(headers={"accept-language": language})
    client.force_login(person)
    client.cookies["keytally_language"] = language
    return client


def text(response):
    return response.content.decode()


def document(admin):
    said = {"code": "YLNF/XS/BF/20", "version": "A/1", "sign_off": "FIVE_STEPS", "pages": "20", **DRAFT}
    assert admin.post(reverse("people:document_new"), said).status_code == 302
    return DocumentVersion.objects.get()


DRAFT = {
    "name_zh": "KA渠道管理制度",
    "name_en": "KA channel rules",
    "department_zh": "总部KA部",
    "department_en": "Head-office KA department",
    "wanted_on": DAY,
    "pages": "20",
    "text_zh": "第一条",
    "text_en": "Article 1",
}
COURSE = {
    "code": "P-01",
    "name_zh": "价盘知识",
    "name_en": "Price structure",
    "level": "MASTER",
    "minutes": "45",
    "pass_mark_percent": "80",
    "attempts_allowed": "1",
    "valid_months": "12",
    "roles": ["REP"],
}
QUESTION = {
    "choice": "SINGLE",
    "text_zh": "谁批准降价？",
    "text_en": "Who approves a lower price?",
    "answer_zh": ["全国KA经理", "业代", ""],
    "answer_en": ["National KA manager", "Representative", ""],
    "answer_right": ["0"],
}


def course(admin):
    assert admin.post(reverse("people:course_new"), COURSE).status_code == 302
    found = TrainingCourse.objects.get()
    assert admin.post(reverse("people:question_new", args=[found.pk]), QUESTION).status_code == 302
    assert admin.post(reverse("people:course_open", args=[found.pk])).status_code == 302
    return found


def work(owner, *, number=1):
    said = {"deadline": None, "reason_code": "DO", "parameters": {"title": "货架缺货"}, "now": NOW}
    return open_item(kind="case", subject=Subject("x", number), owner=owner, **said)
