"""How far a run is, told to its job from a thread of its own, and the way in which a run hears that it is to stop."""

import threading
from types import TracebackType
from typing import Any, Self

from django.db import connection

from keytally.exchange.profile import Profile
from keytally.jobs.registry import JobContext
from keytally.reconciliation.engine.contract import Progress
from keytally.reconciliation.engine.run import FRAME_STEPS

TELL_EVERY = 0.2
KEEPING = "keep"
_BEFORE = ("read_ours", "read_theirs")
_AFTER = ("write_report", KEEPING)
_ROLLED_UP = ("roll_up",)


class Watch:
    """Tells the job how far a run is and hears when it is to stop, in a thread of its own beside long steps."""

    def __init__(self, context: JobContext, *, profile: Profile) -> None:
        self.stopped = threading.Event()
        self._context = context
        self.steps = len(_BEFORE) + FRAME_STEPS + len(profile.match.rules) + len(_ROLLED_UP) + len(_AFTER)
        self._latest: Progress | None = None
        # Both sides may be read at the same time: rows, and how much of a side is done, per mille.
        self._read: dict[str, tuple[int, int]] = {}
        self._done = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()
        if self._fault is not None:
            raise self._fault
        if error is None:
            self._look()

    def tell(self, progress: Progress) -> None:
        """Note how far the run is, from whatever thread."""
        if progress.step in _BEFORE:
            self._read[progress.step] = progress.lines, progress.part
        self._latest = progress

    def _watch(self) -> None:
        try:
            while not self._done.wait(TELL_EVERY):
                self._look()
        except BaseException as fault:
            self._fault = fault
            self.stopped.set()
        finally:
            connection.close()

    def _look(self) -> None:
        if self._latest is not None:
            self._context.progress(**self._figures(self._latest))
        if self._context.is_stopped():
            self.stopped.set()

    def _figures(self, progress: Progress) -> dict[str, Any]:
        if progress.step in _BEFORE:
            rows, part = (sum(figures) for figures in zip(*self._read.values(), strict=True))
            whole = min(len(_BEFORE) - 1, part // 1000)
            step = {"step": _BEFORE[whole], "number": whole + 1, "of": self.steps}
            return {**step, "done": rows, "part": min(999, part - 1000 * whole)}
        figures = {"step": progress.step, "of": self.steps, "part": progress.part}
        if progress.step in _AFTER:
            number = self.steps - len(_AFTER) + 1 + _AFTER.index(progress.step)
            return {**figures, "number": number, "done": progress.matched_lines, "total": progress.lines}
        figures |= {"number": min(len(_BEFORE) + progress.number, self.steps)}
        # Every step goes through the lines that are still open.
        through = progress.matched_lines + (progress.lines - progress.matched_lines) * progress.part // 1000
        return {**figures, "done": through, "total": progress.lines}
