"""How are two sides read at the same time, each with its share of processors and memory?

Single-threaded readings of two sides side by side cost less than parallel ones in turn. The caller is told of progress
in its own thread only.
"""

import contextvars
import os
import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from queue import Empty, SimpleQueue

from keytally.exchange.errors import ReadingStopped
from keytally.exchange.read import ReadProgress, SideRead
from keytally.exchange.sources import SourceFile
from keytally.reconciliation.engine.results import Side

WORTH_IT_BYTES = 2**20
MOST_UNEVEN = 4
_POLL_SECONDS = 0.05
Told = SimpleQueue[tuple[Side, ReadProgress]]


@dataclass(frozen=True, slots=True)
class Share:
    """What the reading of one side may use, whom it tells, and whom it asks whether to stop."""

    memory: str
    threads: int | None
    on_progress: Callable[[ReadProgress], None]
    is_stopped: Callable[[], bool] | None


def are_worth_it(files: Mapping[Side, Sequence[SourceFile]]) -> bool:
    """Tell whether both sides have so much to parse, or only to look through, that neither waits long for the other."""
    parsed, looked_through = (
        sorted(_bytes(sources, are_parquet=are_parquet) for sources in files.values()) for are_parquet in (False, True)
    )
    few, many = parsed if any(parsed) else looked_through
    return few >= WORTH_IT_BYTES and few * MOST_UNEVEN >= many


def _bytes(sources: Sequence[SourceFile], *, are_parquet: bool) -> int:
    found = (source.path for source in sources if (source.path.suffix.lower() == ".parquet") == are_parquet)
    return sum(path.stat().st_size for path in found)


def read_at_once(
    read: Callable[[Side, Share], SideRead],
    *,
    memory: str,
    threads: int | None,
    tell: Callable[[Side, ReadProgress], None],
    is_stopped: Callable[[], bool] | None,
) -> Mapping[Side, SideRead]:
    """Read both sides; of two faults ours is told, whichever came first."""
    told: Told = SimpleQueue()
    given_up = threading.Event()
    half = _half_memory(memory), max(1, (threads or _processors()) // 2)
    with ThreadPoolExecutor(len(Side)) as pool:
        tasks = {}
        for side in Side:
            share = Share(*half, _teller(told, side), _stopper(is_stopped, given_up))
            tasks[side] = pool.submit(contextvars.copy_context().run, read, side, share)
        tasks[Side.OURS].add_done_callback(lambda task: given_up.set() if task.exception() else None)
        try:
            _pass_on(told, tasks.values(), tell)
        except BaseException:
            given_up.set()
            raise
    return _results(tasks)


def _results(tasks: Mapping[Side, Future[SideRead]]) -> Mapping[Side, SideRead]:
    faults = [fault for task in tasks.values() if (fault := task.exception()) is not None]
    for fault in sorted(faults, key=lambda one: isinstance(one, ReadingStopped)):
        raise fault
    return {side: task.result() for side, task in tasks.items()}


def _pass_on(told: Told, tasks: Collection[Future[SideRead]], tell: Callable[[Side, ReadProgress], None]) -> None:
    """Tell the caller what the readings tell, until both have ended and all is told."""
    while True:
        are_done = all(task.done() for task in tasks)
        try:
            tell(*told.get(timeout=0 if are_done else _POLL_SECONDS))
        except Empty:
            if are_done:
                return


def _teller(told: Told, side: Side) -> Callable[[ReadProgress], None]:
    return lambda progress: told.put((side, progress))


def _stopper(is_stopped: Callable[[], bool] | None, given_up: threading.Event) -> Callable[[], bool]:
    return lambda: given_up.is_set() or (is_stopped is not None and is_stopped())


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _half_memory(memory: str) -> str:
    """Halve a size.

    >>> _half_memory("4GB"), _half_memory("512MiB")
    ('2000000KB', '262144KiB')
    """
    found = re.fullmatch(r"([0-9.]+)([KMGT]?)(i?)B", memory)
    if found is None:
        return memory
    step = 1024 if found[3] else 1000
    kilos = Decimal(found[1]) * Decimal(step) ** ("KMGT".index(found[2]) if found[2] else -1)
    return f"{int(kilos / 2)}K{found[3]}B"
