"""Pages of training: my courses and all courses, one course, its test, and who stands where."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.training import answers_given
from keytally.people.models import TrainingCourse
from keytally.people.queries import training as queries
from keytally.people.queries.members import FOLLOW, followed_people, role_names
from keytally.people.services import training as services
from keytally.people.staff_words import refusal
from keytally.people.views.asked import clock

CHANGE, LEARN = "training.change", "training.learn"
MOST_RESULTS = 200


@requires("training.view")
@require_GET
def training(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    names = role_names()
    courses = [(course, [names.get(role, role) for role in course.roles]) for course in queries.listed_courses(person)]
    context = {
        "mine": queries.training_of(person, as_of=today),
        "courses": courses,
        "may_change": person.may(CHANGE),
        "may_follow": person.may(FOLLOW),
    }
    return render(request, "people/training/list.html", context)


@requires(FOLLOW)
@require_GET
def training_members(request: HttpRequest) -> HttpResponse:
    rows = queries.training_followed(person_of(request), as_of=business_date(clock()))
    overdue = sum(bool(row.overdue) for row in rows)
    return render(request, "people/training/members.html", {"rows": rows, "overdue": overdue})


@requires("training.view")
@require_GET
def course(request: HttpRequest, course_id: int) -> HttpResponse:
    return course_page(request, seen_course(request, course_id))


@requires(LEARN)
@require_POST
def test_start(request: HttpRequest, course_id: int) -> HttpResponse:
    found = seen_course(request, course_id)
    try:
        attempt = services.start_attempt(found, person=person_of(request), now=clock())
    except services.UnableToTrain as error:
        return course_page(request, found, errors=[refusal(code) for code in error.args])
    return redirect("people:test", attempt.pk)


@requires(LEARN)
@require_POST
def course_read(request: HttpRequest, course_id: int) -> HttpResponse:
    found = seen_course(request, course_id)
    try:
        services.record_reading(found, person=person_of(request), now=clock())
    except services.UnableToTrain as error:
        return course_page(request, found, errors=[refusal(code) for code in error.args])
    messages.success(request, _("It is noted that you read it today."))
    return redirect("people:course", found.pk)


@requires(LEARN)
@require_http_methods(["GET", "POST"])
def test(request: HttpRequest, attempt_id: int) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    attempt = get_object_or_404(queries.visible_attempts(person, today), pk=attempt_id)
    is_own = attempt.person_id == person.pk
    if request.method == "POST" and is_own:
        services.hand_in(attempt.pk, person=person, chosen=answers_given(request.POST), now=clock())
        return redirect("people:test", attempt.pk)
    context = {
        "attempt": attempt,
        "is_own": is_own,
        "is_done": attempt.handed_in_at is not None,
        "questions": [_asked(printed) for printed in attempt.paper["questions"]],
        "may_sit": is_own and queries.may_sit(attempt.course, person=person),
    }
    return render(request, "people/training/test.html", context, status=403 if request.method == "POST" else 200)


def course_page(request: HttpRequest, found: TrainingCourse, *, errors: list[str] | None = None) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    names = role_names()
    followed = followed_people(person, as_of=today)
    context = {
        "course": found,
        "roles": [names.get(role, role) for role in found.roles],
        "standing": next((row for row in queries.training_of(person, as_of=today) if row.course.pk == found.pk), None),
        "questions": queries.questions(found) if person.may(CHANGE) else [],
        "may_change": person.may(CHANGE),
        "may_sit": person.may(LEARN) and queries.may_sit(found, person=person),
        "may_read": person.may(LEARN) and found.state == queries.State.OPEN,
        "attempts": queries.attempts(found, person=person),
        "results": queries.results(found, people=followed)[:MOST_RESULTS],
        "records": queries.records(found, people=followed)[:MOST_RESULTS],
        "errors": errors or [],
    }
    return render(request, "people/training/course.html", context, status=422 if errors else 200)


def seen_course(request: HttpRequest, number: int) -> TrainingCourse:
    return get_object_or_404(queries.visible_courses(person_of(request)), pk=number)


def act(request: HttpRequest, found: TrainingCourse, *, do: Callable[[], object], done: str) -> HttpResponse:
    try:
        do()
    except services.UnableToTrain as error:
        return course_page(request, found, errors=[refusal(code) for code in error.args])
    messages.success(request, done)
    return redirect("people:course", found.pk)


def _asked(printed: dict[str, Any]) -> dict[str, Any]:
    """Tell of a question whether it was answered right, once it was."""
    chosen = set(printed.get("chosen", ()))
    right = {answer["id"] for answer in printed["answers"] if answer["is_right"]}
    return {**printed, "chosen": chosen, "was_right": chosen == right}
