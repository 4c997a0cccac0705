from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from keytally.people.models import TrainingAttempt, TrainingCourse
from keytally.people.queries import training as queries
from keytally.people.rules.training import Choice, Due, Level
from keytally.people.services import training as services
from keytally.people.services.training import Answer, CourseFacts, UnableToTrain
from keytally.people.work import training_to_do

from .conftest import NOW, TODAY

pytestmark = pytest.mark.django_db
FACTS = CourseFacts("P-01", "价盘知识", "Price structure", Level.MASTER, roles=("REP", "AKM"), attempts_allowed=2)
YES_NO = [Answer("对", "Right", is_right=True), Answer("错", "Wrong")]


@pytest.fixture
def course(company):
    made = services.add_course(FACTS, by=company.admin, now=NOW)
    for number in range(4):
        ask(company, made, f"问题{number}", YES_NO)
    ask(company, made, "多选", [*YES_NO, Answer("也对", "Right too", is_right=True)], choice=Choice.MULTIPLE)
    services.open_course(made, by=company.admin, now=NOW)
    return made


def ask(company, course, text, answers, *, choice=Choice.SINGLE, question=None):
    return services.keep_question(
        course,
        question=question,
        choice=choice,
        text_zh=text,
        text_en=text,
        answers=answers,
        by=company.admin,
        now=NOW,
    )


def sit(course, person, *, wrong=0, now=NOW):
    attempt = services.start_attempt(course, person=person, now=now)
    chosen = {
        printed["id"]: {answer["id"] for answer in printed["answers"] if answer["is_right"]}
        for printed in attempt.paper["questions"][wrong:]
    }
    return services.hand_in(attempt.pk, person=person, chosen=chosen, now=now)


def due_of(person, *, as_of=TODAY):
    return [(row.course.code, row.standing.due) for row in queries.training_of(person, as_of=as_of)]


def test_a_position_asks_for_the_course_until_the_test_is_passed(company, course):
    person = company.people["rep"]
    assert due_of(person) == [("P-01", Due.TO_DO)]
    assert due_of(person, as_of=TODAY + timedelta(days=31)) == [("P-01", Due.OVERDUE)]
    assert [waiting.reason_code for waiting in training_to_do(person, NOW)] == ["TO_DO"]
    failed = sit(course, person, wrong=2)
    assert (failed.is_passed, failed.right_count, failed.asked_count, failed.percent) == (False, 3, 5, 60)
    assert due_of(person) == [("P-01", Due.TO_DO)]
    assert sit(course, person, wrong=1).is_passed
    assert due_of(person) == [("P-01", Due.DONE)]
    assert list(training_to_do(person, NOW)) == []


def test_whose_position_does_not_ask_has_nothing_to_do(company, course):
    assert due_of(company.people["ass"]) == []
    sit(course, company.people["ass"])
    assert due_of(company.people["ass"]) == [("P-01", Due.DONE)]


def test_attempts_run_out_and_a_trainer_gives_another(company, course):
    person = company.people["rep"]
    sit(course, person, wrong=5)
    sit(course, person, wrong=5)
    with pytest.raises(UnableToTrain, match="NO_ATTEMPT_LEFT"):
        services.start_attempt(course, person=person, now=NOW)
    with pytest.raises(UnableToTrain, match="NOT_ONESELF"):
        services.give_attempt(course, person=company.admin, by=company.admin, now=NOW, reason="")
    services.give_attempt(course, person=person, by=company.admin, now=NOW, reason="was ill")
    assert sit(course, person).is_passed


def test_a_paper_stays_as_it_was_handed_out(company, course):
    person = company.people["rep"]
    attempt = services.start_attempt(course, person=person, now=NOW)
    question = queries.questions(course)[0]
    ask(company, course, "换了", [Answer("甲", "A"), Answer("乙", "B", is_right=True)], question=question)
    services.drop_question(queries.questions(course)[1], by=company.admin, now=NOW)
    assert services.start_attempt(course, person=person, now=NOW).pk == attempt.pk
    done = sit(course, person)
    assert (done.right_count, done.asked_count, done.paper["questions"][0]["zh"]) == (5, 5, "问题0")


def test_handing_in_twice_changes_nothing(company, course):
    person = company.people["rep"]
    attempt = services.start_attempt(course, person=person, now=NOW)
    services.hand_in(attempt.pk, person=person, chosen={}, now=NOW)
    again = {printed["id"]: {printed["answers"][0]["id"]} for printed in attempt.paper["questions"]}
    assert services.hand_in(attempt.pk, person=person, chosen=again, now=NOW).right_count == 0
    with pytest.raises(TrainingAttempt.DoesNotExist):
        services.hand_in(attempt.pk, person=company.people["rep2"], chosen={}, now=NOW)


def test_answers_of_other_questions_are_not_kept(company, course):
    attempt = services.start_attempt(course, person=company.people["rep"], now=NOW)
    first = attempt.paper["questions"][0]
    done = services.hand_in(attempt.pk, person=company.people["rep"], chosen={first["id"]: {10**9}}, now=NOW)
    assert done.paper["questions"][0]["chosen"] == []


@pytest.mark.parametrize(
    ("answers", "choice", "code"),
    [
        (YES_NO[:1], Choice.SINGLE, "TOO_FEW_ANSWERS"),
        ([Answer("甲", "A"), Answer("乙", "B")], Choice.MULTIPLE, "NONE_RIGHT"),
        ([YES_NO[0], YES_NO[0]], Choice.SINGLE, "SEVERAL_RIGHT"),
    ],
)
def test_a_question_without_a_clear_answer_is_refused(company, course, answers, choice, code):
    with pytest.raises(UnableToTrain, match=code):
        ask(company, course, "？", answers, choice=choice)


def test_a_course_opens_when_it_can_be_taken(company):
    made = services.add_course(replace(FACTS, code="X", roles=()), by=company.admin, now=NOW)
    with pytest.raises(UnableToTrain) as refusal:
        services.open_course(made, by=company.admin, now=NOW)
    assert refusal.value.args == ("NO_AUDIENCE", "NO_QUESTIONS")
    assert made.state == "DRAFT"
    with pytest.raises(UnableToTrain, match="NO_ATTEMPT_LEFT"):
        services.start_attempt(made, person=company.people["rep"], now=NOW)


def test_attendance_is_enough_to_know_and_counts_once(company, course):
    services.change_course(course, facts=replace(FACTS, level=Level.KNOW, valid_months=12), by=company.admin, now=NOW)
    people = [company.people["rep"], company.people["akm"]]
    said = {"people": people, "held_on": date(2026, 5, 20), "trainer": "陈静", "by": company.admin, "now": NOW}
    assert services.record_attendance(course, **said) == 2
    assert services.record_attendance(course, **said) == 0
    (row,) = queries.training_of(people[0], as_of=TODAY)
    assert (row.standing.due, row.standing.due_on) == (Due.DONE, date(2027, 5, 20))
    with pytest.raises(UnableToTrain, match="HELD_IN_THE_FUTURE"):
        services.record_attendance(course, **{**said, "held_on": date(2026, 6, 2)})


def test_looking_up_asks_only_to_have_read(company, course):
    services.change_course(course, facts=replace(FACTS, level=Level.LOOK_UP), by=company.admin, now=NOW)
    services.record_reading(course, person=company.people["rep"], now=NOW)
    assert due_of(company.people["rep"]) == [("P-01", Due.DONE)]


def test_a_closed_course_asks_nobody(company, course):
    services.close_course(course, by=company.admin, now=NOW, reason="replaced")
    assert due_of(company.people["rep"]) == []
    with pytest.raises(UnableToTrain):
        services.record_reading(course, person=company.people["rep"], now=NOW)


def test_a_pass_runs_out_and_is_renewed(company, course):
    services.change_course(course, facts=replace(FACTS, valid_months=6), by=company.admin, now=NOW)
    person = company.people["rep"]
    sit(course, person)
    assert due_of(person) == [("P-01", Due.DONE)]
    assert due_of(person, as_of=date(2026, 11, 15)) == [("P-01", Due.RENEW_SOON)]
    assert due_of(person, as_of=date(2026, 12, 2)) == [("P-01", Due.OVERDUE)]
    late = datetime(2026, 11, 15, 2, tzinfo=UTC)
    assert [waiting.reason_code for waiting in training_to_do(person, late)] == ["RENEW"]


def test_those_above_follow_and_drafts_stay_with_their_writers(company, course):
    followed = {row.member.person.username: row for row in queries.training_followed(company.admin, as_of=TODAY)}
    assert [len(followed[name].courses) for name in ("rep", "akm", "ass")] == [1, 1, 0]
    assert {row.member.person.username for row in queries.training_due(as_of=TODAY)} == {"rep", "rep2", "akm"}
    TrainingCourse.objects.update(state="DRAFT")
    assert not queries.visible_courses(company.people["rep"]).exists()
    assert queries.visible_courses(company.admin).exists()


def test_following_asks_the_same_however_many(company, course, django_assert_num_queries):
    company.admin.permissions  # noqa: B018 - read once a request
    with django_assert_num_queries(4):
        queries.training_followed(company.admin, as_of=TODAY)
