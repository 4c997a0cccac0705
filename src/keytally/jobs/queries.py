"""Reads of jobs: whose may a person see, and what is at work."""

from datetime import date

from django.db.models import Case, IntegerField, QuerySet, Value, When

from keytally.core import scope
from keytally.core.models import User
from keytally.core.subjects import Subject
from keytally.jobs.models import Job


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


def latest_job(subject: Subject) -> Job | None:
    """Find the newest job about a subject."""
    return Job.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("-pk").first()
