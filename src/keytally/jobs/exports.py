"""What may leave the house of jobs: the list."""

from django.utils.translation import gettext_lazy as _

from keytally.core.exports import Column, Listing, register_listing
from keytally.jobs import queries
from keytally.jobs.models import Job
from keytally.jobs.registry import known_kind


def _label(job: Job) -> str:
    kind = known_kind(job.kind)
    return str(kind.label) if kind else job.kind


register_listing(
    Listing(
        code="jobs",
        label=_("Jobs"),
        permission="jobs.view",
        kind="job",
        columns=[
            Column(_("No."), lambda job: job.pk),
            Column(_("Work"), _label),
            Column(_("Person"), lambda job: str(job.owner)),
            Column(_("State"), lambda job: job.get_state_display()),
            Column(_("Rows done"), lambda job: job.rows_done),
            Column(_("Asked for"), lambda job: job.queued_at),
            Column(_("Begun"), lambda job: job.started_at),
            Column(_("Ended"), lambda job: job.ended_at),
        ],
        rows=lambda person, as_of, _asked: queries.visible_jobs(person, as_of),
        back="jobs:list",
    )
)
