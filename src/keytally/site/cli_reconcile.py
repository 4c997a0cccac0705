"""How does `keytally reconcile` run in a terminal? First words at once, progress on stderr, the result on stdout."""

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from keytally import __version__
from keytally.site.cli_arguments import parsed_options
from keytally.site.cli_texts import say

if TYPE_CHECKING:
    from keytally.reconciliation.engine.contract import Progress
    from keytally.reconciliation.engine.typed import Reconciliation

UNABLE = 2
_TICK_SECONDS = 0.1
_PATIENCE_TICKS = 200


def reconcile_command(words: Sequence[str], *, language: str) -> int:
    """Tally two sides, or propose a profile for them, and return the exit code."""
    options = parsed_options(words, language=language)
    sys.stderr.write(say("starting", language, version=__version__, ours=options.ours, theirs=options.theirs) + "\n")
    sys.stderr.flush()
    stop = threading.Event()
    with _signals(stop, language=language):
        return _Worker(lambda: _act(options, stop=stop, language=language), language=language).result(stop)


def _act(options: Namespace, *, stop: threading.Event, language: str) -> int:
    from keytally.reconciliation.engine.contract import UnableToRun
    from keytally.reconciliation.engine.messages import sentence

    progress = _ProgressLine(language)
    try:
        if options.propose:
            return _propose(options, language=language)
        done = _reconcile(options, progress=progress, stop=stop)
    except UnableToRun as error:
        progress.end()
        sys.stderr.write(say("failed", language, why=sentence(error, language=language)) + "\n")
        return UNABLE
    progress.end()
    _print_result(done, as_json=options.json, language=language)
    return done.summary.exit


def _reconcile(options: Namespace, *, progress: "_ProgressLine", stop: threading.Event) -> "Reconciliation":
    from keytally.reconciliation.engine.reconcile import DEFAULT_MEMORY, reconcile

    return reconcile(
        options.ours,
        options.theirs,
        options.profile,
        out=options.out,
        store_map=options.store_map,
        item_map=options.item_map,
        measure=options.measure,
        period=options.period,
        tolerance=options.tolerance,
        window=options.window,
        memory=options.memory or DEFAULT_MEMORY,
        threads=options.threads,
        accept=options.accept,
        with_report=not options.no_report,
        on_progress=progress.show,
        is_stopped=stop.is_set,
    )


def _propose(options: Namespace, *, language: str) -> int:
    from keytally.reconciliation.engine.reconcile import propose
    from keytally.site.cli_print import proposal_lines

    proposed = propose(
        options.ours,
        options.theirs,
        out=options.out,
        measure=options.measure,
        tolerance=options.tolerance,
        window=options.window,
    )
    _print(proposal_lines(proposed, ours=options.ours, theirs=options.theirs, language=language))
    return 0


def _print_result(done: "Reconciliation", *, as_json: bool, language: str) -> None:
    from keytally.reconciliation.engine.summary import as_text
    from keytally.site.cli_print import notes, result_lines

    lines = result_lines(done, language=language)
    for note in notes(done, language=language):
        sys.stderr.write(say("note", language, text=note) + "\n")
    if as_json:
        sys.stderr.write("\n".join(lines) + "\n")
        _print([as_text(done.summary).rstrip("\n")])
    else:
        _print(lines)


def _print(lines: Sequence[str]) -> None:
    try:
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; the result stands in its folder all the same.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextlib.contextmanager
def _signals(stop: threading.Event, *, language: str) -> Iterator[None]:
    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        os.write(2, (say("stopping", language) + "\n").encode())

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, ask_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Worker:
    """Runs the work beside the main thread, so that a signal is heard while a statement runs."""

    def __init__(self, work: Callable[[], int], *, language: str) -> None:
        self._work = work
        self._language = language
        self._code = UNABLE
        self._error: BaseException | None = None

    def result(self, stop: threading.Event) -> int:
        """Wait for the work; once it is asked to stop, wait no longer than one's patience."""
        thread = threading.Thread(target=self._run, name="reconcile", daemon=True)
        thread.start()
        patience = _PATIENCE_TICKS
        while thread.is_alive():
            thread.join(_TICK_SECONDS)
            patience -= stop.is_set()
            if patience < 0:
                # What is left behind is hidden scratch, which the next run clears.
                os._exit(UNABLE)
        if self._error is not None:
            return _unforeseen(self._error, language=self._language)
        return self._code

    def _run(self) -> None:
        try:
            self._code = self._work()
        except BaseException as error:
            self._error = error


def _unforeseen(error: BaseException, *, language: str) -> int:
    # Exit 1 has a published meaning, so that even a fault of ours must end otherwise.
    if os.environ.get("KEYTALLY_TRACEBACK"):
        traceback.print_exception(error)
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)
    problem = " ".join(f"{type(error).__name__} {error}".split())
    sys.stderr.write(say("unforeseen", language, problem=problem[:300], place=place) + "\n")
    return UNABLE


class _ProgressLine:
    """One line that is written over on a terminal, or a line a step elsewhere."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._over = sys.stderr.isatty()
        self._last = ""
        self._shown_at = 0.0

    def show(self, progress: "Progress") -> None:
        """Show how far the run is."""
        now = time.monotonic()
        if progress.step == self._last and now - self._shown_at < (0.2 if self._over else 5):
            return
        self._last, self._shown_at = progress.step, now
        from keytally.site.cli_print import progress_text

        text = progress_text(progress, language=self._language)
        sys.stderr.write(f"\r\x1b[K{text}" if self._over else f"{text}\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._over and self._last:
            sys.stderr.write("\r\x1b[K")
            self._last = ""
