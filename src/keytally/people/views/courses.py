"""Pages on which courses are written: the course, its questions, who attended, another attempt."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.handover import ReasonForm
from keytally.people.forms.training import (
    AttemptForm,
    AttendanceForm,
    CourseForm,
    QuestionForm,
    answer_lines,
    initial_of,
)
from keytally.people.models import TrainingCourse, TrainingQuestion
from keytally.people.queries.handover import receivers
from keytally.people.queries.members import role_names
from keytally.people.services import training as services
from keytally.people.staff_words import refusal
from keytally.people.views.asked import clock
from keytally.people.views.training import CHANGE, act, course_page, seen_course

if TYPE_CHECKING:
    from keytally.core.models import User


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def course_new(request: HttpRequest) -> HttpResponse:
    return _edit(request, known=None)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def course_change(request: HttpRequest, course_id: int) -> HttpResponse:
    return _edit(request, known=seen_course(request, course_id))


@requires(CHANGE)
@require_POST
def course_open(request: HttpRequest, course_id: int) -> HttpResponse:
    found, person, now = seen_course(request, course_id), person_of(request), clock()
    done = _("The course is asked of its audience from today.")
    return act(request, found, do=lambda: services.open_course(found, by=person, now=now), done=done)


@requires(CHANGE)
@require_POST
def course_close(request: HttpRequest, course_id: int) -> HttpResponse:
    found, person, now = seen_course(request, course_id), person_of(request), clock()
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return course_page(request, found, errors=[_("Say why the course is closed.")])
    reason = form.cleaned_data["reason"]
    done = _("The course is asked of nobody any more.")
    return act(request, found, do=lambda: services.close_course(found, by=person, now=now, reason=reason), done=done)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def question_new(request: HttpRequest, course_id: int) -> HttpResponse:
    return _question(request, seen_course(request, course_id), known=None)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def question_change(request: HttpRequest, question_id: int) -> HttpResponse:
    known = get_object_or_404(TrainingQuestion.objects.select_related("course"), pk=question_id)
    return _question(request, known.course, known=known)


@requires(CHANGE)
@require_POST
def question_drop(request: HttpRequest, question_id: int) -> HttpResponse:
    known = get_object_or_404(TrainingQuestion.objects.select_related("course"), pk=question_id)
    course = known.course
    services.drop_question(known, by=person_of(request), now=clock())
    messages.success(request, _("The question is asked no longer; papers that were sat keep it."))
    return redirect("people:course", course.pk)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def attendance(request: HttpRequest, course_id: int) -> HttpResponse:
    found, now = seen_course(request, course_id), clock()
    trainer = str(found.trainer) if found.trainer else ""
    form = AttendanceForm(request.POST or None, people=receivers(), today=business_date(now), trainer=trainer)
    if request.method == "POST" and form.is_valid():
        try:
            new = services.record_attendance(found, **form.cleaned_data, by=person_of(request), now=now)
        except services.UnableToTrain as error:
            for code in error.args:
                form.add_error("held_on", refusal(code))
        else:
            said = ngettext("%(count)d person was noted.", "%(count)d people were noted.", new) % {"count": new}
            messages.success(request, said)
            return redirect("people:course", found.pk)
    context = {"form": form, "course": found, "ticked": request.POST.getlist("people")}
    return render(request, "people/training/attendance.html", context, status=422 if form.is_bound else 200)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def attempt_give(request: HttpRequest, course_id: int) -> HttpResponse:
    found, now = seen_course(request, course_id), clock()
    form = AttemptForm(request.POST or None, people=receivers())
    if request.method == "POST" and form.is_valid():
        try:
            services.give_attempt(found, **form.cleaned_data, by=person_of(request), now=now)
        except services.UnableToTrain as error:
            for code in error.args:
                form.add_error("person", refusal(code))
        else:
            messages.success(request, _("%(name)s may sit the test once more.") % {"name": form.cleaned_data["person"]})
            return redirect("people:course", found.pk)
    context = {"form": form, "course": found}
    return render(request, "people/training/attempt.html", context, status=422 if form.is_bound else 200)


def _edit(request: HttpRequest, *, known: TrainingCourse | None) -> HttpResponse:
    initial = initial_of(known) if known else {}
    form = CourseForm(request.POST or None, role_names=role_names(), trainers=receivers(), initial=initial)
    if request.method == "POST" and form.is_valid():
        kept = _keep(form, known=known, by=person_of(request), now=clock())
        if kept is not None:
            return redirect("people:course", kept.pk)
    context = {"form": form, "course": known}
    return render(request, "people/training/edit.html", context, status=422 if form.is_bound else 200)


def _keep(form: CourseForm, *, known: TrainingCourse | None, by: "User", now: datetime) -> TrainingCourse | None:
    try:
        if known is None:
            return services.add_course(form.facts(), by=by, now=now)
        services.change_course(known, facts=form.facts(), by=by, now=now)
    except services.UnableToTrain as error:
        for code in error.args:
            form.add_error("code", refusal(code))
        return None
    return known


def _question(request: HttpRequest, course: TrainingCourse, *, known: TrainingQuestion | None) -> HttpResponse:
    words = {name: getattr(known, name) for name in ("choice", "text_zh", "text_en")} if known else {}
    form = QuestionForm(request.POST or None, initial=words)
    if request.method == "POST" and form.is_valid():
        said = {name: form.cleaned_data[name] for name in ("text_zh", "text_en")}
        try:
            services.keep_question(
                course,
                question=known,
                choice=form.chosen(),
                **said,
                answers=form.answers(),
                by=person_of(request),
                now=clock(),
            )
        except services.UnableToTrain as error:
            for code in error.args:
                form.add_error(None, refusal(code))
        else:
            return redirect("people:course", course.pk)
    form.lines = form.lines or answer_lines(known)
    context = {"form": form, "course": course, "question": known}
    return render(request, "people/training/question.html", context, status=422 if form.is_bound else 200)
