"""`serve`: the web server and the worker in one command."""

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from types import FrameType
from typing import Any

import structlog
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from keytally.site.static_files import collect

log = structlog.get_logger(__name__)

LOOK_EVERY = 0.3
CALM_AFTER = 10.0
END_GRACE = 15.0


@dataclass(slots=True)
class Part:
    """A child process that is started again when it dies, slower each time it dies at once."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        """Start it."""
        self.process = subprocess.Popen([sys.executable, *self.arguments])  # noqa: S603 - our own program
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start it again if it died."""
        if self.process is None or self.process.poll() is None:
            return
        lived = time.monotonic() - self.started_at
        self.deaths = 0 if lived > CALM_AFTER else self.deaths
        if lived < min(30, 2**self.deaths - 1):
            return
        log.warning("part_died", part=self.name, exit_code=self.process.returncode)
        self.deaths += 1
        self.start()

    def end(self) -> None:
        """Ask it to end."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for its end, and force it when the time is up."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Command(BaseCommand):
    """Serves the site and runs its jobs until told to end."""

    help = "Serve the site and run its jobs until Ctrl-C or SIGTERM; a worker that dies is started again."
    is_ending = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=4, help="requests at a time")

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 - Django's own signature
        """Start both parts and look after them."""
        call_command("compile_translations", verbosity=0)
        collect()
        parts = [Part("web", _web_arguments(options)), Part("worker", ["-m", "keytally.site", "work", "--skip-checks"])]
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        for part in parts:
            part.start()
        self.stdout.write(f"keytally: http://{options['host']}:{options['port']}/  (Ctrl-C ends it)")
        while not self.is_ending:
            time.sleep(LOOK_EVERY)
            for part in parts:
                part.look()
        _end_all(parts)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.is_ending = True


def _web_arguments(options: dict[str, Any]) -> list[str]:
    return [
        *("-m", "granian", "--interface", "wsgi", "keytally.site.wsgi:application"),
        *("--host", options["host"], "--port", str(options["port"])),
        *("--workers", "1", "--blocking-threads", str(options["threads"])),
        *("--no-ws", "--log-level", "warning", "--workers-kill-timeout", "5"),
        *(("--access-log",) if settings.DEBUG else ()),
    ]


def _end_all(parts: list[Part]) -> None:
    until = time.monotonic() + END_GRACE
    for part in parts:
        part.end()
    for part in parts:
        part.wait(until)
