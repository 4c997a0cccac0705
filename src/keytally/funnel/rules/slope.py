"""Of those that entered a stage, how many entered the next, and how sure is that? (F01, slope)"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from keytally.funnel.rules.survival import MILLION, OPEN, Spell, incidence, rounded

ON, OFF = "ON", "OFF"
# Two-sided 95 %.
Z = Decimal("1.959964")


@dataclass(frozen=True, slots=True)
class Interval:
    """From where to where a rate lies with 95 % confidence, in parts per million."""

    low_ppm: int
    high_ppm: int


@dataclass(frozen=True, slots=True)
class Slope:
    """What became of those that entered a stage in a window."""

    entered: int
    moved_on: int
    dropped: int
    undecided: int
    rate_ppm: int | None
    interval: Interval | None
    # The rate that will be reached if those that are undecided go on as the others did.
    eventual_ppm: int | None


def wilson(successes: int, *, of: int) -> Interval | None:
    """Give the 95 % interval of Wilson for a rate; it holds for few cases and near 0 and 1, too.

    >>> wilson(8, of=10)
    Interval(low_ppm=490162, high_ppm=943318)
    """
    if not of:
        return None
    if not 0 <= successes <= of:
        raise ValueError(f"{successes} of {of} is no share")
    with localcontext() as context:
        context.prec = 40
        count, share = Decimal(of), Decimal(successes) / of
        square = Z * Z
        middle = share + square / (2 * count)
        spread = Z * (share * (1 - share) / count + square / (4 * count * count)).sqrt()
        below, above = ((middle - spread), (middle + spread))
        whole = 1 + square / count
        low = 0 if successes == 0 else int((below / whole * MILLION).to_integral_value())
        high = MILLION if successes == of else int((above / whole * MILLION).to_integral_value())
    return Interval(low, high)


def slope(spells: Sequence[Spell]) -> Slope:
    """Sum up how those that entered a stage went on: ON to a later stage, OFF, or still in it.

    >>> found = slope([Spell(4, "ON", 6), Spell(9, "OFF", 2), Spell(3, count=2)])
    >>> found.rate_ppm, found.undecided, found.eventual_ppm
    (600000, 2, 750000)
    """
    counts: Counter[str] = Counter()
    for spell in spells:
        counts[spell.ending] += spell.count
    entered, moved_on = counts.total(), counts[ON]
    return Slope(
        entered=entered,
        moved_on=moved_on,
        dropped=entered - moved_on - counts[OPEN],
        undecided=counts[OPEN],
        rate_ppm=rounded(moved_on * MILLION, entered) if entered else None,
        interval=wilson(moved_on, of=entered),
        eventual_ppm=incidence(spells, ending=ON).eventual_ppm,
    )
