"""Runs the web server and the worker side by side; knows no Django, so that both start at once."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

LOOK_EVERY = 0.2
CALM_AFTER = 10.0
END_GRACE = 15.0
MOST_DEATHS = 3
PACKAGE = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, "-m", "keytally.site"]


@dataclass(slots=True)
class Part:
    """A child process that is started again when it dies, later each time it dies at once."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        """Start it, out of reach of the terminal's Ctrl-C: its end is ours to order."""
        self.process = subprocess.Popen(self.arguments, start_new_session=True)  # noqa: S603 - our own program
        self.started_at = time.monotonic()

    def look(self) -> None:
        """Start it again if it died."""
        if self.process is None or self.process.poll() is None:
            return
        lived = time.monotonic() - self.started_at
        self.deaths = 0 if lived > CALM_AFTER else self.deaths
        if lived < min(30, 2**self.deaths - 1):
            return
        _say(f"the {self.name} ended with code {self.process.returncode}; starting it again")
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


class Supervisor:
    """Looks after the parts until a signal ends all."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.is_ending = False

    def run(self) -> int:
        """Start the parts, keep them running, end them in the end; answers the exit code."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._end)
        for part in self.parts:
            part.start()
        while not self._ends_soon():
            for part in self.parts:
                part.look()
            if any(part.deaths > MOST_DEATHS for part in self.parts):
                _say("giving up: see the messages above; is the port taken, is the database there?")
                break
        until = time.monotonic() + END_GRACE
        for part in self.parts:
            part.end()
        for part in self.parts:
            part.wait(until)
        return 0 if self.is_ending else 1

    def _ends_soon(self) -> bool:
        time.sleep(LOOK_EVERY)
        return self.is_ending

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.is_ending = True


def main(arguments: Sequence[str]) -> int:
    """Prepare what changed, then serve until told to end."""
    options = _options(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keytally.site.settings")
    if not is_prepared(var_folder()) and subprocess.run([*MANAGE, "prepare"], check=False).returncode:  # noqa: S603 - our own program
        return 1
    _say(f"http://{options.host}:{options.port}/  (Ctrl-C ends it)")
    return Supervisor([Part("web server", _web(options)), Part("worker", [*MANAGE, "work", "--skip-checks"])]).run()


def var_folder() -> Path:
    """Name the folder of everything that is kept, as the settings do."""
    given = os.environ.get("KEYTALLY_VAR")
    if given:
        return Path(given).resolve()
    checkout = PACKAGE.parent.parent
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "var"


def is_prepared(var: Path) -> bool:
    """Tell whether the collected files and the catalogues are those of the program as it is now."""
    stamp = var / "static" / ".prepared"
    return stamp.is_file() and stamp.read_text(encoding="ascii") == fingerprint()


def fingerprint() -> str:
    """Sum up the sources of static files and catalogues by name, size and time."""
    digest = hashlib.sha256()
    for pattern in ("*/static/**/*", "*/locale/**/*.po"):
        for path in sorted(PACKAGE.glob(pattern)):
            if path.is_file():
                facts = path.stat()
                digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _web(options: Namespace) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "keytally.site.wsgi:application"),
        *("--host", options.host, "--port", str(options.port), "--no-ws"),
        *("--workers", "1", "--blocking-threads", str(options.threads)),
        *("--log-level", "warning", "--workers-kill-timeout", "5"),
    ]


def _options(arguments: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="serve", description="Serve the site and run its jobs until Ctrl-C or SIGTERM.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=4, help="requests at a time")
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(f"keytally: {text}\n")
    sys.stdout.flush()
