"""Reads of jobs: whose may a person see, and what is at work."""

from datetime import date, datetime, timedelta

from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When

from keytally.core import scope
from keytally.core.models import User
from keytally.core.subjects import Subject
from keytally.jobs.models import Job

FAILED_LATELY = timedelta(days=14)


def visible_jobs(person: User, as_of: date) -> QuerySet[Job]:
    """List the jobs a person may see on a day, those at work first."""
    jobs = scope.visible(Job.objects.select_related("owner"), person=person, permission="jobs.view", as_of=as_of)
    at_work = Case(When(state__in=Job.ACTIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    return jobs.order_by(at_work, "-queued_at", "-pk")


def steerable_jobs(person: User, as_of: date) -> QuerySet[Job]:
    """List the jobs a person may stop and resume on a day."""
    return scope.visible(visible_jobs(person, as_of), person=person, permission="jobs.run", as_of=as_of)


def active_count(person: User, as_of: date) -> int:
    """Count the jobs at work that a person may see on a day."""
    return visible_jobs(person, as_of).filter(state__in=Job.ACTIVE).order_by().count()


def failed_jobs_of(person: User, *, now: datetime) -> QuerySet[Job]:
    """List a person's own jobs that failed lately and that no later job about the same thing has replaced."""
    later = Job.objects.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
    lately = Job.objects.filter(owner=person, state=Job.State.FAILED, ended_at__gt=now - FAILED_LATELY)
    return lately.exclude(Exists(later.filter(pk__gt=OuterRef("pk")))).order_by("-ended_at")


def latest_job(subject: Subject) -> Job | None:
    """Find the newest job about a subject."""
    return Job.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("-pk").first()
