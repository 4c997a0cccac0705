"""What goes into the engine, and what comes out of it?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from keytally.exchange.canonical import SideLines
from keytally.exchange.profile import MatchProfile


class LineClass(StrEnum):
    """Where a line ends; the closed list of docs/formats that can be decided without contracts or promotions."""

    MATCHED = "MATCHED"
    CANCELLED = "CANCELLED"
    SHORT = "SHORT"
    OVER = "OVER"
    PRICE = "PRICE"
    MIXED = "MIXED"
    ROUNDING = "ROUNDING"
    TAX = "TAX"
    VALUE_BASIS = "VALUE_BASIS"
    CURRENCY = "CURRENCY"
    WRONG_STORE = "WRONG_STORE"
    WRONG_ITEM = "WRONG_ITEM"
    NOT_RECEIVED = "NOT_RECEIVED"
    NOT_IN_BOOKS = "NOT_IN_BOOKS"
    DUPLICATE = "DUPLICATE"
    TIMING = "TIMING"
    RETURN_UNBOOKED = "RETURN_UNBOOKED"
    DEDUCTION_UNKNOWN = "DEDUCTION_UNKNOWN"
    PAYMENT_UNBOOKED = "PAYMENT_UNBOOKED"
    OUTSIDE_PERIOD = "OUTSIDE_PERIOD"
    AMBIGUOUS = "AMBIGUOUS"
    UNEXPLAINED = "UNEXPLAINED"


OPEN_CLASSES = frozenset({LineClass.AMBIGUOUS, LineClass.UNEXPLAINED})
"""Classes that keep a reconciliation from being closed."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: the step at work, its number, how many there are, and what is matched so far.

    `part` is how much of the step is done, per mille, as far as that is known.
    """

    step: str
    number: int
    steps: int
    lines: int
    matched_lines: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One run.

    `store_map` and `item_map` are Parquet files with text columns `ours, theirs` (and `gtin` for items), `starts_on`,
    `ends_before` (DATE or NULL). `decisions` is a Parquet file with `ours_id, theirs_id, decision, reason`. `roll_up`
    is one with `code, meets, is_store, starts_on, ends_before`: where the lines of a store meet when the other side
    has them by head office.
    `ours_shapes` and `theirs_shapes` are regular expressions whose first group is the bare number of a document.
    `period` is half-open. Output goes to `out`, scratch files to `scratch`; both exist.
    """

    ours: SideLines
    theirs: SideLines
    match: MatchProfile
    out: Path
    scratch: Path
    opening_minor: Mapping[str, int] = field(default_factory=dict)
    ours_shapes: tuple[str, ...] = ()
    theirs_shapes: tuple[str, ...] = ()
    store_map: Path | None = None
    item_map: Path | None = None
    decisions: Path | None = None
    roll_up: Path | None = None
    period: tuple[date, date] | None = None
    memory: str = "4GB"
    threads: int | None = None
    on_progress: Callable[[Progress], None] | None = None
    is_stopped: Callable[[], bool] | None = None


@dataclass(frozen=True, slots=True)
class ClassTotal:
    """How many lines of each side ended in a class, and their difference (ours - theirs) in minor units."""

    ours_lines: int
    theirs_lines: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One cause of a bridge: the sum of all components with it, ours - theirs, in minor units."""

    cause: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """Our balance to theirs in one currency: ours_minor - sum(bars) = theirs_minor; the opening stands in both."""

    currency: str
    opening_minor: int
    ours_minor: int
    bars: tuple[Bar, ...]
    theirs_minor: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run found; the lines themselves are links.parquet, residuals.parquet and candidates.parquet in `out`.

    `amount_minor` per side is its balance: all lines that stand in a bridge, over all currencies.
    `decisions_unused` counts decisions whose lines are not in this run.
    """

    links: int
    ours_amount_minor: int
    theirs_amount_minor: int
    classes: Mapping[LineClass, ClassTotal]
    bridges: tuple[Bridge, ...]
    decisions_unused: int
    step_seconds: Mapping[str, float]


class UnableToRun(Exception):
    """The run cannot give a result; the message is one sentence that says what, where, and what to do."""


class Stopped(UnableToRun):
    """Somebody stopped the run."""


class ConservationBroken(UnableToRun):
    """Lines or minor units got lost in a step: never a result, always the step's name."""
