"""How much hangs on how few accounts? (K02)"""

from collections.abc import Mapping
from dataclasses import dataclass

TOP_SHARE = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One account on the curve: its own share and the running share of the total, in parts per million."""

    account: int
    figure: int
    accounts_ppm: int
    running_ppm: int


@dataclass(frozen=True, slots=True)
class Concentration:
    """The curve, the share of the top fifth, the Herfindahl index, and what was left out."""

    steps: tuple[Step, ...]
    top_count: int
    top_ppm: int
    herfindahl: int
    left_out: tuple[int, ...]


def concentration(figures: Mapping[int, int]) -> Concentration | None:
    """Compute the Pareto curve of figures by account; nothing where no figure is positive.

    >>> found = concentration({1: 50, 2: 20, 3: 10, 4: 10, 5: 10})
    >>> found and (found.top_ppm, found.herfindahl)
    (500000, 3200)
    """
    kept = sorted(((figure, account) for account, figure in figures.items() if figure > 0), key=_largest_first)
    left_out = tuple(sorted(account for account, figure in figures.items() if figure <= 0))
    total = sum(figure for figure, _ in kept)
    if not total:
        return None
    steps, running = [], 0
    for place, (figure, account) in enumerate(kept, start=1):
        running += figure
        steps.append(Step(account, figure, _ppm(place, len(kept)), _ppm(running, total)))
    top = -(-len(kept) // TOP_SHARE)
    squares = sum(figure * figure for figure, _ in kept)
    index = (2 * 10_000 * squares + total * total) // (2 * total * total)
    return Concentration(tuple(steps), top, steps[top - 1].running_ppm, index, left_out)


def securing(figures: Mapping[int, int]) -> tuple[int, ...]:
    """List the fewest accounts that together reach half of a region's figure, largest first (K02).

    >>> securing({1: 30, 2: 25, 3: 45})
    (3, 1)
    """
    kept = sorted(((figure, account) for account, figure in figures.items() if figure > 0), key=_largest_first)
    total, running, found = sum(figure for figure, _ in kept), 0, []
    for figure, account in kept:
        if 2 * running >= total:
            break
        running += figure
        found.append(account)
    return tuple(found)


def _largest_first(entry: tuple[int, int]) -> tuple[int, int]:
    figure, account = entry
    return -figure, account


def _ppm(part: int, whole: int) -> int:
    return (2 * part * 1_000_000 + whole) // (2 * whole)
