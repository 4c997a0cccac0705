"""`work`: run waiting jobs until told to end."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from keytally.jobs.worker import Worker


class Command(BaseCommand):
    """Runs waiting jobs; several may run at once, on one machine or more."""

    help = "Run waiting jobs until told to end (Ctrl-C or SIGTERM gives the job at hand back)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the number of jobs at a time."""
        parser.add_argument("--jobs", type=int, default=settings.JOBS_AT_ONCE, help="jobs at a time")
        parser.add_argument("--until-idle", action="store_true", help="end when nothing waits")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Run the worker."""
        Worker(most=max(1, options["jobs"])).run(until_idle=options["until_idle"])
