"""Pages of training and handovers: what people do there, step by step."""

import pytest
from django.urls import reverse

from keytally.core.belongings import belonging_kinds
from keytally.people.models import Handover, TrainingAttempt
from keytally.people.queries import handover as handover_queries

from .staff_cast import QUESTION, client_of, course, text, work

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
    # The page of handovers asks every kind of belonging once.
    with django_assert_max_num_queries(5 + len(belonging_kinds()) if page == "handovers" else 16):
        assert admin.get(reverse(f"people:{page}")).status_code == 200
