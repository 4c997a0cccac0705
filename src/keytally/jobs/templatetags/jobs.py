"""Words for a job in the reader's language."""

from django import template
from django.utils.translation import gettext as _

from keytally.core.subjects import Subject, subject_url
from keytally.jobs.models import Job
from keytally.jobs.registry import COMMON_ERRORS, known_kind

register = template.Library()


@register.filter
def kind_label(job: Job) -> str:
    """Word a job's kind."""
    kind = known_kind(job.kind)
    return str(kind.label) if kind else job.kind


@register.filter
def step_label(job: Job) -> str:
    """Word the step at hand, or the one it ended in."""
    kind = known_kind(job.kind)
    return str(kind.steps.get(job.step, job.step)) if kind else job.step


@register.filter
def error_sentence(job: Job) -> str:
    """Word why a job failed and what to do."""
    kind = known_kind(job.kind)
    sentences = kind.errors if kind else COMMON_ERRORS
    wording = sentences.get(job.error_code)
    if wording is None:
        return _("The work failed (%(code)s); resume it, or report job %(job_id)s.") % {
            "code": job.error_code,
            "job_id": job.pk,
        }
    return str(wording) % _Known(job.error_parameters)


@register.filter
def percent(job: Job) -> int:
    """Say how much is done, 0 to 100: whole steps, and rows inside the step at hand."""
    return permille(job) // 10


@register.filter
def permille(job: Job) -> int:
    """Say how much is done, 0 to 1000: whole steps, and what the step at hand tells of itself."""
    if job.state == Job.State.DONE:
        return 1000
    by_rows = min(1000, job.rows_done * 1000 // job.rows_total) if job.rows_total else 0
    within = min(1000, job.step_part) or by_rows
    if not job.step_count:
        return within
    whole = max(0, job.step_number - 1) * 1000
    return min(999, (whole + within) // job.step_count)


@register.filter
def percent_point(job: Job) -> str:
    """Write how much is done to a tenth of a per cent.

    >>> percent_point(Job(state="RUNNING", step_number=2, step_count=3, step_part=40))
    '34.6'
    """
    whole, tenth = divmod(permille(job), 10)
    return f"{whole}.{tenth}"


@register.filter
def duration(seconds: int | None) -> str:
    """Word a number of seconds as people say it."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": seconds}
    minutes, seconds = divmod(seconds, 60)
    if minutes < 60:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}


@register.filter
def took(job: Job) -> str:
    """Word how long an ended job worked."""
    if job.started_at is None or job.ended_at is None or job.ended_at < job.started_at:
        return ""
    return duration(int((job.ended_at - job.started_at).total_seconds()))


@register.filter
def page_of_subject(job: Job) -> str:
    """Name the page of what a job is about, if there is one."""
    if job.subject_id is None:
        return ""
    return subject_url(Subject(job.subject_kind, job.subject_id)) or ""


class _Known(dict[str, object]):
    """Parameters of a sentence; one that is missing stays readable instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return "?"
