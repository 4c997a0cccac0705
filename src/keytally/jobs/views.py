"""The page of jobs, one job, and the badge in the top bar."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import day_of, person_of, requires
from keytally.core.scope import scope_of
from keytally.jobs import queries, services
from keytally.jobs.models import Job

PER_PAGE = 50


@requires("jobs.view")
@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    person, as_of = person_of(request), day_of(request)
    page = Paginator(queries.visible_jobs(person, as_of), PER_PAGE).get_page(request.GET.get("page"))
    steerable = queries.steerable_jobs(person, as_of).filter(pk__in=[job.pk for job in page])
    shown = {
        "page": page,
        "is_live": any(job.is_active for job in page),
        "scope": scope_of(person, "jobs.view"),
        "steerable": set(steerable.values_list("pk", flat=True)),
    }
    return render(request, "jobs/_table.html" if _wants_partial(request) else "jobs/list.html", shown)


@requires("jobs.view")
@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    active = queries.active_count(person_of(request), day_of(request))
    return render(request, "jobs/_badge.html", {"active": active})


@requires("jobs.view")
@require_GET
def job_page(request: HttpRequest, job_id: int) -> HttpResponse:
    return render(request, "jobs/page.html", _shown(request, job_id))


@requires("jobs.view")
@require_GET
def card(request: HttpRequest, job_id: int) -> HttpResponse:
    return render(request, "jobs/_card.html", _shown(request, job_id))


@requires("jobs.run")
@require_POST
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    person = person_of(request)
    get_object_or_404(queries.steerable_jobs(person, day_of(request)), pk=job_id)
    try:
        services.request_stop(job_id, by=person, now=datetime.now(UTC))
    except services.UnableToStop:
        messages.info(request, _("This job had already ended."))
    return _back(request, job_id)


@requires("jobs.run")
@require_POST
def resume(request: HttpRequest, job_id: int) -> HttpResponse:
    person = person_of(request)
    get_object_or_404(queries.steerable_jobs(person, day_of(request)), pk=job_id)
    try:
        services.resume(job_id, by=person, now=datetime.now(UTC))
    except services.UnableToResume:
        messages.info(request, _("This job is at work or done; there is nothing to resume."))
    return _back(request, job_id)


def _shown(request: HttpRequest, job_id: int) -> dict[str, Job | bool]:
    person, as_of = person_of(request), day_of(request)
    job = get_object_or_404(queries.visible_jobs(person, as_of), pk=job_id)
    return {"job": job, "may_run": queries.steerable_jobs(person, as_of).filter(pk=job_id).exists()}


def _wants_partial(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def _back(request: HttpRequest, job_id: int) -> HttpResponse:
    if _wants_partial(request):
        return render(request, "jobs/_card.html", _shown(request, job_id))
    if request.POST.get("back") == "list":
        return redirect("jobs:list")
    return redirect("jobs:page", job_id)
