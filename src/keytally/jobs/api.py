"""Operations about long work: list it, look at it, stop it, resume it."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema

from keytally.core.access import day_of, person_of
from keytally.identity.operations import Page, PageQuery, Problem, StateName, operation, page_of
from keytally.jobs import queries, services
from keytally.jobs.models import Job

router = Router(tags=["jobs"])


class JobOut(Schema):
    """A piece of long work and how far it is."""

    id: int
    kind: str
    state: str
    owner: str
    subject_kind: str
    subject_id: int | None
    step: str
    step_number: int
    step_count: int
    rows_done: int
    rows_total: int
    seconds_left: int | None
    queued_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    error_code: str


class JobsQuery(PageQuery):
    """Which jobs."""

    state: StateName | None = None


@operation(router, "GET", "/jobs", permission="jobs.view", response=Page[JobOut], summary="List long work")
def jobs(request: HttpRequest, query: Query[JobsQuery]) -> dict[str, Any]:
    found = queries.visible_jobs(person_of(request), day_of(request))
    if query.state:
        found = found.filter(state=query.state)
    return page_of(found, query=query, show=_shown)


@operation(router, "GET", "/jobs/{int:job_id}", permission="jobs.view", response=JobOut, summary="Look at one")
def job(request: HttpRequest, job_id: int) -> dict[str, Any]:
    return _shown(_visible(request, job_id))


@operation(router, "POST", "/jobs/{int:job_id}/stop", permission="jobs.run", response=JobOut, summary="Stop it")
def stop_job(request: HttpRequest, job_id: int) -> dict[str, Any]:
    found = _steerable(request, job_id)
    try:
        return _shown(services.request_stop(found.pk, by=person_of(request), now=datetime.now(UTC)))
    except services.UnableToStop:
        raise Problem(409, "job_ended", _("The job has ended already; there is nothing to stop.")) from None


@operation(router, "POST", "/jobs/{int:job_id}/resume", permission="jobs.run", response=JobOut, summary="Resume it")
def resume_job(request: HttpRequest, job_id: int) -> dict[str, Any]:
    found = _steerable(request, job_id)
    try:
        return _shown(services.resume(found.pk, by=person_of(request), now=datetime.now(UTC)))
    except services.UnableToResume:
        raise Problem(409, "job_not_resumable", _("The job is at work or done; there is nothing to resume.")) from None


def _visible(request: HttpRequest, job_id: int) -> Job:
    found = queries.visible_jobs(person_of(request), day_of(request)).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def _steerable(request: HttpRequest, job_id: int) -> Job:
    found = queries.steerable_jobs(person_of(request), day_of(request)).filter(pk=job_id).first()
    if found is None:
        raise Http404
    return found


def _shown(found: Job) -> dict[str, Any]:
    names = [name for name in JobOut.model_fields if name != "owner"]
    return {**{name: getattr(found, name if name != "id" else "pk") for name in names}, "owner": found.owner.username}
