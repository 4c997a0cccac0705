"""`serve`: the web server and the worker in one command."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from keytally.site import serving


class Command(BaseCommand):
    """Serves the site and runs its jobs; `python -m keytally.site serve` takes the short way to the same."""

    help = "Serve the site and run its jobs until Ctrl-C or SIGTERM; a worker that dies is started again."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own attribute

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=4, help="requests at a time")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Serve."""
        chosen = [f"--{name}={options[name]}" for name in ("host", "port", "threads")]
        raise SystemExit(serving.main(chosen))
