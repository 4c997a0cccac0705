"""Has the funnel the shape that it needs, and where is it hollow? (F01 evenness, G6)

The shape needed is the steady state: what comes in, goes on at the slope and stays as long as it does. In it a stage
holds what flows in per day times the mean days of a stay (Little's law).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from keytally.funnel.rules.survival import MILLION, rounded


@dataclass(frozen=True, slots=True)
class Flow:
    """A stage as it is and as it flows: what is open in it, and what the window tells about it."""

    stage: str
    count: int
    amount_minor: int
    # Opportunities that began at this stage in the window: new targets, repeat purchases.
    arrived: int
    on_ppm: int | None
    stay_millidays: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """A stage's share of the funnel, observed and needed, in parts per million of the count."""

    stage: str
    count: int
    observed_ppm: int
    needed_ppm: int | None
    needed_count: int | None

    @property
    def missing(self) -> int:
        """How many more the stage would hold in the shape that is needed."""
        return max(0, (self.needed_count or 0) - self.count)


@dataclass(frozen=True, slots=True)
class Evenness:
    """How even the funnel is: entropy of its value over the stages, closeness to the shape needed, the hollow stage."""

    shares: tuple[Share, ...]
    entropy_ppm: int | None
    closeness_ppm: int | None
    hollow: str | None
    # Stages without history, for which no shape can be told.
    unknown: tuple[str, ...]


def entropy_ppm(parts: Sequence[int]) -> int | None:
    """Normalise the entropy of parts: 1,000,000 where all are equal, 0 where one holds everything (G6).

    >>> entropy_ppm([5, 5, 5, 5]), entropy_ppm([0, 7, 0]), entropy_ppm([3, 1]), entropy_ppm([0, 0])
    (1000000, 0, 811278, None)
    """
    total = sum(parts)
    if total <= 0 or len(parts) < 2 or min(parts) < 0:
        return None
    with localcontext() as context:
        context.prec = 30
        shares = [Decimal(part) / total for part in parts if part]
        entropy = -sum((share * share.ln() for share in shares), start=Decimal(0))
        return max(0, int((entropy / Decimal(len(parts)).ln() * MILLION).to_integral_value()))


def evenness(flows: Sequence[Flow], *, hollow_below_ppm: int) -> Evenness:
    """Compare the stages with the steady state; `flows` stand in the order of the funnel.

    The hollow stage is the one that holds the smallest part of what it needs, if that part is below the limit and at
    least one whole opportunity is missing; of equals, the earliest.
    """
    unknown = _unknown(flows)
    total = sum(flow.count for flow in flows)
    needed = None if unknown else _steady_state(flows)
    shares = tuple(_share(flow, needed[place] if needed else None, total) for place, flow in enumerate(flows))
    is_comparable = bool(needed and total)
    apart = sum(abs(share.observed_ppm - (share.needed_ppm or 0)) for share in shares)
    return Evenness(
        shares=shares,
        entropy_ppm=entropy_ppm([flow.amount_minor for flow in flows]),
        closeness_ppm=max(0, MILLION - rounded(apart, 2)) if is_comparable else None,
        hollow=_hollow(shares, hollow_below_ppm) if is_comparable else None,
        unknown=unknown,
    )


def _unknown(flows: Sequence[Flow]) -> tuple[str, ...]:
    """List the stages whose part of the shape cannot be told: no stay, or no way on to a stage that follows."""
    last = len(flows) - 1
    return tuple(
        flow.stage
        for place, flow in enumerate(flows)
        if flow.stay_millidays is None or (flow.on_ppm is None and place < last)
    )


def _steady_state(flows: Sequence[Flow]) -> tuple[int, ...] | None:
    """Give each stage's needed share in parts per million; nothing if nothing came in or nothing stays."""
    holds, inflow = [], 0
    for flow in flows:
        inflow += flow.arrived * MILLION
        holds.append(inflow * (flow.stay_millidays or 0))
        inflow = inflow * (flow.on_ppm or 0) // MILLION
    total = sum(holds)
    return tuple(rounded(hold * MILLION, total) for hold in holds) if total else None


def _share(flow: Flow, needed_ppm: int | None, total: int) -> Share:
    return Share(
        stage=flow.stage,
        count=flow.count,
        observed_ppm=rounded(flow.count * MILLION, total) if total else 0,
        needed_ppm=needed_ppm,
        needed_count=None if needed_ppm is None else rounded(needed_ppm * total, MILLION),
    )


def _hollow(shares: Sequence[Share], below_ppm: int) -> str | None:
    short = [
        (rounded(share.observed_ppm * MILLION, share.needed_ppm), place, share.stage)
        for place, share in enumerate(shares)
        if share.needed_ppm and share.missing >= 1 and share.observed_ppm * MILLION < below_ppm * share.needed_ppm
    ]
    return min(short)[2] if short else None
