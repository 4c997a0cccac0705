"""Starts workers for tests at once: Django is loaded here already, and each worker is a fork of this process.

Reads a folder a line and begins `work` with its files in that folder, or ends the worker at an empty line; answers
each line with one of its own. Where a process is killed or watched from its start, the tests start it by its command.
"""

import os
import signal
import sys
import traceback
from pathlib import Path

import django


def main() -> None:
    """Do what is read until there is nothing more to read."""
    django.setup()
    worker = 0
    for line in sys.stdin:
        if folder := line.strip():
            worker = os.fork() or _work(Path(folder))
            print(worker, flush=True)
        else:
            os.kill(worker, signal.SIGTERM)
            print(os.waitpid(worker, 0)[1], flush=True)
            worker = 0
    if worker:
        os.kill(worker, signal.SIGKILL)


def _work(folder: Path) -> int:
    """Be a worker until told to end; what a process does at its end is left out, it only takes a second."""
    code = 1
    try:
        log = os.open(folder / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for stream in (1, 2):
            os.dup2(log, stream)
        _keep_files_in(folder)
        from django.core.management import call_command

        call_command("work")
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _keep_files_in(folder: Path) -> None:
    """Put every folder of the settings under this one, and let jobs go as quickly as what waits for them."""
    from django.conf import settings

    from keytally.jobs import child

    var = Path(settings.VAR)
    for name in dir(settings):
        value = getattr(settings, name)
        if isinstance(value, Path) and value.is_relative_to(var):
            setattr(settings, name, folder / value.relative_to(var))
    child.NICENESS = 0


if __name__ == "__main__":
    main()
