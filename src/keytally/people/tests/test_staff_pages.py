"""Pages of people's papers: every one opens in both languages, acts, and gives back what was typed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from keytally.core.subjects import Subject
from keytally.people.models import DocumentVersion, HandbookEdition, Handover, PositionDescription
from keytally.people.queries import documents as document_queries

from .staff_cast import DAY, DRAFT, LANGUAGES, client_of, course, document, text, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def admin(company):
    return client_of(company.admin)


@pytest.fixture
def rep(company):
    return client_of(company.people["rep"])


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
