"""How is a bridge laid out, so that the eye can follow it from our balance to theirs and the figures add up?"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from keytally.reconciliation.engine.contract import Bridge

WIDTH = 1000
MARGIN_SHARE = 12


class RowKind(StrEnum):
    """What a row of a bridge is."""

    OPENING = "OPENING"
    OURS = "OURS"
    CAUSE = "CAUSE"
    THEIRS = "THEIRS"


@dataclass(frozen=True, slots=True)
class BridgeRow:
    """A row of a bridge: what it adds, the balance after it, and where its bar stands on a track of `WIDTH`."""

    kind: RowKind
    cause: str
    amount_minor: int
    balance_minor: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class BridgeLayout:
    """A bridge as it is drawn; `is_cut` says that the axis does not begin at zero."""

    currency: str
    rows: tuple[BridgeRow, ...]
    axis_from_minor: int
    axis_to_minor: int
    is_cut: bool
    gap_minor: int


@dataclass(frozen=True, slots=True)
class _Step:
    kind: RowKind
    cause: str
    amount_minor: int
    before_minor: int
    after_minor: int


def layout(bridge: Bridge) -> BridgeLayout:
    """Lay a bridge out: every row's amount is what it changes on the way from our balance to theirs.

    >>> from keytally.reconciliation.engine.contract import Bar
    >>> drawn = layout(Bridge("CNY", 0, 10_000, (Bar("SHORT", 300), Bar("PRICE", -100)), 9_800))
    >>> [(row.kind.value, row.amount_minor, row.balance_minor) for row in drawn.rows]
    [('OURS', 10000, 10000), ('CAUSE', -300, 9700), ('CAUSE', 100, 9800), ('THEIRS', 9800, 9800)]
    """
    steps = _steps(bridge)
    low, high = _axis(steps)
    rows = tuple(_row(step, low=low, high=high) for step in steps)
    start = bridge.opening_minor + bridge.ours_minor
    return BridgeLayout(
        currency=bridge.currency,
        rows=rows,
        axis_from_minor=low,
        axis_to_minor=high,
        is_cut=low > 0 or high < 0,
        gap_minor=steps[-1].after_minor - start,
    )


def _steps(bridge: Bridge) -> list[_Step]:
    steps = []
    balance = bridge.opening_minor
    if balance:
        steps.append(_Step(RowKind.OPENING, "", balance, 0, balance))
    after = balance + bridge.ours_minor
    steps.append(_Step(RowKind.OURS, "", bridge.ours_minor, balance, after))
    for bar in bridge.bars:
        before, after = after, after - bar.amount_minor
        steps.append(_Step(RowKind.CAUSE, bar.cause, -bar.amount_minor, before, after))
    end = bridge.opening_minor + bridge.theirs_minor
    steps.append(_Step(RowKind.THEIRS, "", end, 0, end))
    return steps


def _axis(steps: Sequence[_Step]) -> tuple[int, int]:
    """Show the stretch between the balances, with a margin; from zero when the differences are large anyway."""
    balances = [step.after_minor for step in steps if step.kind is not RowKind.OPENING]
    low, high = min(balances), max(balances)
    margin = (high - low) // MARGIN_SHARE + 1
    if low <= (high - low) * 2 and high >= (low - high) * 2:
        return min(0, low), max(0, high)
    return low - margin, high + margin


def _row(step: _Step, *, low: int, high: int) -> BridgeRow:
    ends = sorted(_clamped(minor, low=low, high=high) for minor in _ends(step))
    start, end = ((minor - low) * WIDTH // max(1, high - low) for minor in ends)
    return BridgeRow(
        kind=step.kind,
        cause=step.cause,
        amount_minor=step.amount_minor,
        balance_minor=step.after_minor,
        start=min(start, WIDTH - 3),
        length=max(3, end - start),
    )


def _ends(step: _Step) -> tuple[int, int]:
    return (step.before_minor, step.after_minor) if step.kind is RowKind.CAUSE else (0, step.after_minor)


def _clamped(minor: int, *, low: int, high: int) -> int:
    return min(max(minor, low), high)
