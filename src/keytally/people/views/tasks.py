"""Pages of tasks that people ask of one another."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core import queries as core_queries
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.people.forms.tasks import TaskForm
from keytally.people.models import TeamTask
from keytally.people.queries import tasks as queries
from keytally.people.queries.handover import receivers
from keytally.people.services import tasks as services
from keytally.people.staff_words import refusal
from keytally.people.views.asked import clock

PER_PAGE = 100
ENDS = (queries.State.DONE, queries.State.DECLINED, queries.State.WITHDRAWN)


@requires(queries.VIEW)
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    state, whose = request.GET.get("state", queries.State.OPEN), request.GET.get("whose", "")
    found = queries.listed_tasks(person, today, state=state, whose=whose)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": queries.State.choices,
        "whose": whose,
        "kept": urlencode({"state": state, "whose": whose}) + "&",
        "today": today,
        "may_ask": person.may(queries.ASK),
    }
    return render(request, "people/tasks/list.html", context)


@requires(queries.ASK)
@require_http_methods(["GET", "POST"])
def task_new(request: HttpRequest) -> HttpResponse:
    form = TaskForm(request.POST or None, people=receivers())
    if request.method == "POST" and form.is_valid():
        try:
            task = services.ask_task(**form.cleaned_data, by=person_of(request), now=clock())
        except services.UnableToTask as error:
            form.add_error(None, refusal(str(error)))
        else:
            messages.success(request, _("%(name)s finds it under Today.") % {"name": task.owner.name})
            return redirect("people:task", task.pk)
    return render(request, "people/tasks/new.html", {"form": form}, status=422 if form.is_bound else 200)


@requires(queries.VIEW)
@require_GET
def task_page(request: HttpRequest, task_id: int) -> HttpResponse:
    return _page(request, _seen(request, task_id))


@requires(queries.ASK)
@require_POST
def task_end(request: HttpRequest, task_id: int) -> HttpResponse:
    task = _seen(request, task_id)
    state, answer = request.POST.get("state", ""), request.POST.get("answer", "").strip().replace("\x00", "")[:500]
    if state not in ENDS:
        return _page(request, task, error=_("Choose what became of it."), answer=answer)
    try:
        services.end_task(task.pk, state=queries.State(state), by=person_of(request), now=clock(), answer=answer)
    except services.UnableToTask as error:
        return _page(request, task, error=refusal(str(error)), answer=answer)
    return redirect("people:task", task.pk)


def _page(request: HttpRequest, task: TeamTask, *, error: str = "", answer: str = "") -> HttpResponse:
    person = person_of(request)
    is_open = task.state == queries.State.OPEN and person.may(queries.ASK)
    context = {
        "task": task,
        "may_do": is_open and task.owner_id == person.pk,
        "may_withdraw": is_open and task.asked_by_id == person.pk,
        "is_late": task.state == queries.State.OPEN and task.due_on < business_date(clock()),
        "error": error,
        "answer": answer,
        "history": core_queries.audit_of(Subject(queries.TASK_KIND, task.pk)),
    }
    return render(request, "people/tasks/page.html", context, status=422 if error else 200)


def _seen(request: HttpRequest, task_id: int) -> TeamTask:
    return get_object_or_404(queries.visible_tasks(person_of(request), business_date(clock())), pk=task_id)
