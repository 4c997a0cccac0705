"""Pages of people's papers: every one opens in both languages, acts, and gives back what was typed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from keytally.core.subjects import Subject
from keytally.people.models import (
    DocumentVersion,
    HandbookEdition,
    Handover,
    PositionDescription,
    TrainingAttempt,
    TrainingCourse,
)
from keytally.people.queries import documents as document_queries
from keytally.people.queries import handover as handover_queries
from keytally.worklist.services import open_item

pytestmark = pytest.mark.django_db
LANGUAGES = ("zh-hans", "en")
DAY = "2099-01-01"


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


def client_of(person, *, language="en"):
    person.language = language
    person.save(update_fields=["language"])
    client = Client(headers={"accept-language": language})
    client.force_login(person)
    client.cookies["keytally_language"] = language
    return client


@pytest.fixture
def admin(company):
    return client_of(company.admin)


@pytest.fixture
def rep(company):
    return client_of(company.people["rep"])


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


def work(owner):
    from .conftest import NOW

    said = {"deadline": None, "reason_code": "DO", "parameters": {"title": "货架缺货"}, "now": NOW}
    return open_item(kind="case", subject=Subject("x", 1), owner=owner, **said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_opens_in_both_languages(company, language):
    admin = client_of(company.admin, language=language)
    version, found = document(admin), course(admin)
    work(company.people["rep"])
    proposal = {
        "giver": company.person("rep"),
        "receiver": company.person("rep2"),
        "extent": "EVERYTHING",
        "reason": "x",
    }
    assert admin.post(reverse("people:handover_new"), proposal).status_code == 302
    pages = [
        ("duties",),
        ("duty_new",),
        ("duty", "promoter"),
        ("duty_change", "promoter"),
        ("handbook",),
        ("handbook_change",),
        ("handbook_members",),
        ("documents",),
        ("document_new",),
        ("document", version.document_id),
        ("document_version", version.pk),
        ("document_edit", version.pk),
        ("document_paper", version.pk),
        ("training",),
        ("training_members",),
        ("course_new",),
        ("course", found.pk),
        ("course_change", found.pk),
        ("question_new", found.pk),
        ("question_change", found.questions.get().pk),
        ("attendance", found.pk),
        ("attempt_give", found.pk),
        ("handovers",),
        ("handover_new",),
        ("handover", Handover.objects.get().pk),
        ("person", company.person("rep")),
        ("position", company["SH-REP-1"].pk),
    ]
    for name, *arguments in pages:
        response = admin.get(reverse(f"people:{name}", args=arguments))
        assert response.status_code == 200, name
        assert "style=" not in text(response), name


def test_the_page_of_a_position_and_of_its_holder_show_the_duties(company, rep):
    for page in (
        reverse("people:position", args=[company["SH-REP-1"].pk]),
        reverse("people:person", args=[company.person("rep")]),
    ):
        said = text(rep.get(page))
        assert "Duties in the KA system: office representative" in said
        assert "Visit the stores of the route" in said


def test_a_measure_is_shown_once_one_is_registered_and_hung_on(company, admin):
    from keytally.people.measures import DutyMeasure, forget_measure, register_measure

    page = reverse("people:duty_change", args=["promoter"])
    assert "Measured by" not in text(admin.get(page))
    register_measure(DutyMeasure("visits", "Visits made", lambda person, _day: f"{person} visits"))
    try:
        assert "Visits made" in text(admin.get(page))
        known = {"title_zh": "促销员", "title_en": "Promoter", "roles": ["REP"], "starts_on": DAY, "reason": "measured"}
        line = {"duty_text_zh": ["巡店"], "duty_text_en": ["Walk"], "duty_measure": ["visits"], "duty_code": ["T01"]}
        assert admin.post(page, {**known, **line}).status_code == 302
        kept = PositionDescription.objects.get()
        assert [(duty["code"], duty["measure"]) for duty in kept.content["duties"]] == [("T01", "visits")]
        assert "measured by:" in text(admin.get(reverse("people:duty", args=["promoter"]) + f"?as_of={DAY}"))
    finally:
        forget_measure("visits")


def test_a_wrong_description_comes_back_with_what_was_typed(company, admin):
    page = reverse("people:duty_change", args=["promoter"])
    line = {"duty_text_zh": ["只有中文"], "duty_text_en": [""], "duty_code": [""]}
    said = {"title_zh": "促销员", "title_en": "Promoter", "starts_on": "2020-01-01", "reason": "r", **line}
    response = admin.post(page, said)
    assert response.status_code == 422
    assert "只有中文" in text(response)
    assert "complete or empty the marked one" in text(response)
    assert "today or later" in text(response)
    more = admin.post(page, {**said, "more": "1"})
    assert more.status_code == 200
    assert text(more).count('name="duty_text_zh"') == 4


def test_a_new_description_needs_a_free_code(company, admin):
    page = reverse("people:duty_new")
    line = {"duty_text_zh": ["录单"], "duty_text_en": ["Key orders"]}
    said = {"title_zh": "订单专员", "title_en": "Order clerk", "starts_on": DAY, "reason": "ours", **line}
    assert admin.post(page, said).status_code == 422
    assert admin.post(page, {**said, "code": "promoter"}).status_code == 422
    assert admin.post(page, {**said, "code": "order-clerk"}).status_code == 302


def test_a_member_reads_and_acknowledges_the_handbook(company, rep):
    page = reverse("people:handbook")
    assert "most professional partner" in text(rep.get(page))
    response = rep.post(reverse("people:handbook_acknowledge"), {"number": "1"}, follow=True)
    assert "You have acknowledged this edition" in text(response)
    response = rep.post(reverse("people:handbook_acknowledge"), {"number": "7"}, follow=True)
    assert "changed meanwhile" in text(response)


def test_the_handbook_is_changed_and_a_wrong_one_comes_back(company, admin):
    page = reverse("people:handbook_change")
    wrong = {
        "section_title_zh": ["愿景"],
        "section_title_en": [""],
        "section_text_zh": ["好"],
        "section_text_en": ["good"],
    }
    said = {"starts_on": DAY, "reason": "ours", "asks_again": "on"}
    response = admin.post(page, {**said, **wrong})
    assert response.status_code == 422
    assert "愿景" in text(response)
    right = {**wrong, "section_title_en": ["Vision"], "section_code": ["vision"]}
    assert admin.post(page, {**said, **right}).status_code == 302
    assert [edition.number for edition in HandbookEdition.objects.order_by("number")] == [1, 2]
    assert f"from {DAY}" in text(admin.get(reverse("people:handbook")))


def test_a_document_goes_the_paper_way_into_force(company, admin, rep):
    version = document(admin)
    file = SimpleUploadedFile("rules.pdf", b"%PDF-1.4 rules")
    assert admin.post(reverse("people:document_file_add", args=[version.pk]), {"file": file}).status_code == 302
    page = reverse("people:document", args=[version.document_id])
    assert "rules.pdf" in text(admin.get(page))
    assert rep.get(page).status_code == 404
    steps = ("COMPILED", "FIRST_REVIEWED", "REVIEWED", "SECOND_REVIEWED", "APPROVED")
    said = {f"signer_{step}": f"签{step}" for step in steps} | {f"signed_on_{step}": "2026-01-05" for step in steps}
    paper = reverse("people:document_paper", args=[version.pk])
    assert admin.post(paper, {**said, "signer_REVIEWED": "", "reason": "x"}).status_code == 422
    assert admin.post(paper, {**said, "reason": "file 12"}).status_code == 302
    seen = text(rep.get(page))
    assert "签APPROVED" in seen
    attachment = document_queries.files(version).get()
    assert rep.get(reverse("core:attachment", args=[attachment.pk])).status_code == 200
    assert admin.post(reverse("people:document_edit", args=[version.pk]), DRAFT).status_code == 422
    assert (
        admin.post(reverse("people:document_next", args=[version.document_id]), {"version": "A/2"}).status_code == 302
    )
    assert (
        admin.post(reverse("people:document_next", args=[version.document_id]), {"version": "A/2"}).status_code == 422
    )
    second = DocumentVersion.objects.get(revision=2)
    assert admin.post(reverse("people:document_discard", args=[second.pk])).status_code == 302
    assert admin.post(reverse("people:document_withdraw", args=[version.pk]), {}).status_code == 422
    assert admin.post(reverse("people:document_withdraw", args=[version.pk]), {"reason": "old"}).status_code == 302


def test_a_document_with_a_wrong_version_comes_back(company, admin):
    said = {"code": "X", "version": "1.0", "sign_off": "FIVE_STEPS", **DRAFT}
    response = admin.post(reverse("people:document_new"), said)
    assert response.status_code == 422
    assert "Article 1" in text(response)
    bad = SimpleUploadedFile("x.bin", b"\x00\x01\x02")
    version = document(admin)
    response = admin.post(reverse("people:document_file_add", args=[version.pk]), {"file": bad})
    assert (response.status_code, "cannot be kept" in text(response)) == (422, True)
    assert admin.post(reverse("people:document_file_add", args=[version.pk])).status_code == 422


def test_an_action_of_a_higher_capability_is_offered_and_refusals_are_shown(company, admin):
    from keytally.core.actions import SubjectAction, UnableToAct, forget_action, register_action

    asked = []

    def run(subject, person, now):
        if asked:
            raise UnableToAct("Already on its way.")
        asked.append((subject, person))
        return "/today/"

    register_action(SubjectAction("sign-off", "document_version", "Submit for sign-off", "documents.change", run))
    try:
        version = document(admin)
        page = reverse("people:document_version", args=[version.pk])
        assert "Submit for sign-off" in text(admin.get(page))
        action = reverse("people:document_act", args=[version.pk, "sign-off"])
        assert admin.post(action).headers["Location"] == "/today/"
        assert asked == [(Subject("document_version", version.pk), company.admin)]
        assert "Already on its way." in text(admin.post(action))
        assert admin.post(reverse("people:document_act", args=[version.pk, "other"])).status_code == 404
    finally:
        forget_action("document_version", code="sign-off")


def test_a_course_is_taken_and_failed_then_given_again_and_passed(company, admin, rep):
    found = course(admin)
    page = reverse("people:course", args=[found.pk])
    assert "Sit the test" in text(rep.get(page))
    assert "Keep the question" not in text(rep.get(page))
    rep.post(reverse("people:test_start", args=[found.pk]))
    attempt = TrainingAttempt.objects.get()
    sheet = reverse("people:test", args=[attempt.pk])
    assert "National KA manager" in text(rep.get(sheet))
    assert admin.get(sheet).status_code == 404
    assert "Not passed" in text(rep.post(sheet, {}, follow=True))
    assert admin.get(sheet).status_code == 200
    assert "No attempt is left" in text(rep.post(reverse("people:test_start", args=[found.pk])))
    given = {"person": company.person("rep"), "reason": "was ill"}
    assert admin.post(reverse("people:attempt_give", args=[found.pk]), given).status_code == 302
    rep.post(reverse("people:test_start", args=[found.pk]))
    attempt = TrainingAttempt.objects.latest("pk")
    printed = attempt.paper["questions"][0]
    answer = next(each["id"] for each in printed["answers"] if each["is_right"])
    passed = rep.post(reverse("people:test", args=[attempt.pk]), {f"q{printed['id']}": str(answer)}, follow=True)
    assert "Passed" in text(passed)
    person = text(admin.get(reverse("people:person", args=[company.person("rep")])))
    assert "100" in person
    assert "passed" in person


def test_a_failed_test_does_not_give_the_right_answers_away(company, admin, rep):
    found = course(admin)
    rep.post(reverse("people:test_start", args=[found.pk]))
    sheet = reverse("people:test", args=[TrainingAttempt.objects.get().pk])
    failed = text(rep.post(sheet, {}, follow=True))
    assert 'class="staff-right"' not in failed.split("<section")[1]


def test_attendance_is_noted_and_a_wrong_question_comes_back(company, admin):
    found = course(admin)
    page = reverse("people:attendance", args=[found.pk])
    said = {"held_on": "2026-01-10", "trainer": "陈静", "people": [company.person("rep"), company.person("rep2")]}
    assert admin.post(page, {**said, "held_on": "2999-01-01"}).status_code == 422
    assert "2 people were noted" in text(admin.post(page, said, follow=True))
    wrong = {**QUESTION, "answer_right": []}
    response = admin.post(reverse("people:question_new", args=[found.pk]), wrong)
    assert (response.status_code, "Mark the right answer" in text(response)) == (422, True)
    assert "National KA manager" in text(response)
    assert admin.post(reverse("people:question_drop", args=[found.questions.get().pk])).status_code == 302
    assert admin.post(reverse("people:course_close", args=[found.pk]), {"reason": "replaced"}).status_code == 302


def test_a_handover_is_proposed_confirmed_with_a_remark_and_written_down(company, rep):
    item = work(company.people["rep"])
    said = {"receiver": company.person("rep2"), "extent": "EVERYTHING", "reason": "moves to Suzhou"}
    assert "货架缺货" in text(rep.get(reverse("people:handover_new")))
    response = rep.post(reverse("people:handover_new"), {**said, "giver": company.person("rep")}, follow=True)
    assert "was asked to confirm" in text(response)
    handover = Handover.objects.get()
    rep2 = client_of(company.people["rep2"])
    page = reverse("people:handover", args=[handover.pk])
    assert "Confirm: I received all of it" not in text(rep.get(page))
    seen = text(rep2.get(page))
    assert "Confirm: I received all of it" in seen
    assert "hands over to you" in text(rep2.get("/today/"))
    fingerprint = handover_queries.item_rows(handover)[1].fingerprint
    confirm = reverse("people:handover_confirm", args=[handover.pk])
    remark = {f"remark:work_item:{item.pk}": "seen with the store"}
    refused = rep2.post(confirm, {"fingerprint": "old", **remark})
    assert refused.status_code == 422
    assert "seen with the store" in text(refused)
    done = rep2.post(confirm, {"fingerprint": fingerprint, "answer": "all there", **remark}, follow=True)
    assert "You received everything on the list" in text(done)
    assert "seen with the store" in text(done)
    assert rep.post(reverse("people:handover_withdraw", args=[handover.pk]), {"reason": "late"}).status_code == 422


def test_a_handover_is_withdrawn_or_refused_with_a_reason(company, rep):
    work(company.people["rep"])
    proposal = {
        "giver": company.person("rep"),
        "receiver": company.person("rep2"),
        "extent": "EVERYTHING",
        "reason": "x",
    }
    rep.post(reverse("people:handover_new"), proposal)
    first = Handover.objects.get()
    assert rep.post(reverse("people:handover_withdraw", args=[first.pk]), {}).status_code == 422
    assert rep.post(reverse("people:handover_withdraw", args=[first.pk]), {"reason": "stays"}).status_code == 302
    rep.post(reverse("people:handover_new"), proposal)
    second = Handover.objects.latest("pk")
    rep2 = client_of(company.people["rep2"])
    assert rep2.post(reverse("people:handover_withdraw", args=[second.pk]), {"reason": "no"}).status_code == 422
    assert rep2.post(reverse("people:handover_refuse", args=[second.pk]), {"reason": "too much"}).status_code == 302
    assert Handover.objects.get(pk=second.pk).answer == "too much"


def test_nobody_ends_a_log_in_without_the_right_or_hands_over_for_strangers(company, rep):
    said = {"receiver": company.person("rep2"), "extent": "EVERYTHING", "reason": "x", "ends_access": "on"}
    response = rep.post(reverse("people:handover_new"), {**said, "giver": company.person("rep")})
    assert (response.status_code, "may not end this person" in text(response)) == (422, True)
    stranger = rep.post(reverse("people:handover_new"), {**said, "giver": company.person("sd")})
    assert stranger.status_code == 422
    assert not Handover.objects.exists()
    assert rep.get(reverse("people:handover", args=[1])).status_code == 404


@pytest.mark.parametrize(
    ("page", "least"),
    [("duties", "promoter"), ("handbook_members", "REP2"), ("training_members", "REP2"), ("handovers", "Hand over")],
)
def test_lists_ask_the_same_however_many(company, admin, django_assert_max_num_queries, page, least):
    course(admin)
    with django_assert_max_num_queries(16):
        assert admin.get(reverse(f"people:{page}")).status_code == 200
