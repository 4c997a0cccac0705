"""Ten thousand draws at once: what might be won in the period?

Every draw is one bit of a long whole number, so that one operation of the processor decides sixty-four draws and no
inexact number is needed. Sums are kept as planes: plane 3 holds, for every draw, whether the eights are set. The bits
come from outside (`random.Random(seed).getrandbits`), so that the same seed draws the same again.
"""

from collections.abc import Callable, Mapping, Sequence

from keytally.funnel.rules.forecast import Candidate, by_stage
from keytally.funnel.rules.survival import MILLION, rounded

Bits = Callable[[int], int]
# Chances are drawn to one part in 65,536.
FINENESS = 16
MOST_CASES = 8


def simulate(
    candidates: Sequence[Candidate],
    *,
    cases: Mapping[str, int],
    ratios: Sequence[int],
    draws: int,
    bits: Bits,
    on_drawn: Callable[[], None] = lambda: None,
) -> list[int]:
    """Draw totals: per stage its rate anew, per opportunity whether it is won in the period and for how much.

    `cases` says on how many cases a stage's weight rests; fewer spread the rate wider. `ratios` are equally likely
    parts per million of the amount for which such things were won; their number is a power of two.
    """
    if len(ratios) & (len(ratios) - 1) or not ratios:
        raise ValueError(f"the number of ratios is a power of two, not {len(ratios)}")
    sums: list[int] = []
    for stage, group in by_stage(candidates).items():
        rate = _rate(group[0].calibrated_ppm, cases=cases.get(stage, 1), draws=draws, bits=bits)
        for one in group:
            won = below(rate, draws=draws, bits=bits) & chance(one.timing_ppm, draws=draws, bits=bits)
            for ratio, mask in zip(ratios, _parts(won, len(ratios), draws=draws, bits=bits), strict=True):
                add(sums, mask, rounded(one.amount_minor * ratio, MILLION))
            on_drawn()
    return totals(sums, draws=draws)


def chance(ppm: int, *, draws: int, bits: Bits) -> int:
    """Set each bit with a chance."""
    threshold = rounded(ppm * 2**FINENESS, MILLION)
    if threshold >> FINENESS:
        return (1 << draws) - 1
    found = 0
    for place in range(FINENESS):
        if threshold >> place & 1:
            found |= bits(draws)
        elif found:
            found &= bits(draws)
    return found


def below(planes: Sequence[int], *, draws: int, bits: Bits) -> int:
    """Set each bit with the chance that its own planes hold: so many of two to the power of their number less one."""
    found = 0
    for plane in planes[:-1]:
        drawn = bits(draws)
        found = (plane & drawn) | ((plane | drawn) & found)
    return found | planes[-1]


def add(sums: list[int], mask: int, amount: int) -> None:
    """Add an amount to the draws whose bit is set."""
    for place in range(amount.bit_length()):
        carry = mask if amount >> place & 1 else 0
        at = place
        while carry:
            while at >= len(sums):
                sums.append(0)
            sums[at], carry = sums[at] ^ carry, sums[at] & carry
            at += 1


def totals(sums: Sequence[int], *, draws: int) -> list[int]:
    """Read the sum of every draw off the planes."""
    rows = [format(plane, f"0{draws}b") for plane in reversed(sums)]
    return [int("".join(column), 2) for column in zip(*rows, strict=True)] if rows else [0] * draws


def _rate(ppm: int, *, cases: int, draws: int, bits: Bits) -> list[int]:
    """Measure a rate anew in every draw on as many cases as it rests on: at most 256, and a power of two."""
    size = min(MOST_CASES, max(1, cases).bit_length() - 1)
    planes = [0] * (size + 1)
    for _case in range(2**size):
        add(planes, chance(ppm, draws=draws, bits=bits), 1)
    return planes


def _parts(won: int, count: int, *, draws: int, bits: Bits) -> list[int]:
    """Deal the draws that are won out to equally likely parts."""
    parts = [won]
    while len(parts) < count:
        coin = bits(draws)
        parts = [half for part in parts for half in (part & coin, part & ~coin)]
    return parts
