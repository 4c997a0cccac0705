"""Reads of jobs: whose may a person see, and what is at work."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from keytally.core.models import User
from keytally.core.subjects import Subject
from keytally.jobs.models import Job


def visible_jobs(person: User) -> QuerySet[Job]:
    """List the jobs a person may see: their own, or everyone's by permission; those at work first."""
    jobs = Job.objects.select_related("owner")
    if not person.may("jobs.view_all"):
        jobs = jobs.filter(owner=person)
    at_work = Case(When(state__in=Job.ACTIVE, then=Value(0)), default=Value(1), output_field=IntegerField())
    return jobs.order_by(at_work, "-queued_at", "-pk")


def steerable_jobs(person: User) -> QuerySet[Job]:
    """List the jobs a person may stop and resume."""
    if person.may("jobs.run_all"):
        return Job.objects.all()
    return Job.objects.filter(owner=person)


def active_count(person: User) -> int:
    """Count the jobs at work that a person may see."""
    return visible_jobs(person).filter(state__in=Job.ACTIVE).order_by().count()


def latest_job(subject: Subject) -> Job | None:
    """Find the newest job about a subject."""
    return Job.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("-pk").first()
