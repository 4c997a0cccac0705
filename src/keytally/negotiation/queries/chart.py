"""How is the frontier drawn? Points of utility as places on a picture of 420 by 320."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from keytally.negotiation.queries.table import Picture
from keytally.negotiation.rules.packages import Package, Score

WIDTH, HEIGHT, LEFT, BOTTOM = 420, 320, 46, 40
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - 14, HEIGHT - BOTTOM - 14


@dataclass(frozen=True, slots=True)
class Dot:
    """A package on the picture, with both utilities in per cent."""

    x: int
    y: int
    us: int
    them: int
    levels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """The frontier, the fairest packages, and where both sides stand."""

    frontier: Sequence[Dot]
    fairest: Sequence[Dot]
    ours: Dot | None
    theirs: Dot | None
    ticks: Sequence[tuple[int, int, int]]

    @property
    def line(self) -> str:
        """The frontier as a line."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.frontier)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From which to which utility the picture reaches, the same on both axes."""

    low: Fraction
    high: Fraction

    def share(self, worth: Fraction) -> Fraction:
        """Place a utility between both ends."""
        return (worth - self.low) / (self.high - self.low)


def chart_of(picture: Picture) -> Chart | None:
    """Draw a picture of the packages; none where nothing is on the table."""
    if picture.ours is None or picture.theirs is None:
        return None
    scale = _scale(picture.ours, picture.theirs)
    return Chart(
        frontier=[_dot(one.score, scale, one) for one in picture.frontier],
        fairest=[_dot(one.score, scale, one) for one in picture.fairest],
        ours=_dot(picture.ours, scale),
        theirs=_dot(picture.theirs, scale),
        ticks=[_tick(percents, scale) for percents in range(percent(scale.low), percent(scale.high) + 1, 25)],
    )


def _scale(*offers: Score) -> _Scale:
    """Reach from 0 to 100 %, and in steps of 25 % as far beyond as the offers of both sides lie, within bounds."""
    worth = [one for offer in offers for one in (offer.us, offer.them)]
    low, high = min(Fraction(0), *worth), max(Fraction(1), *worth)
    steps = Fraction(1, 4)
    return _Scale(max(Fraction(-2), low // steps * steps), min(Fraction(3), -(-high // steps) * steps))


def _tick(percents: int, scale: _Scale) -> tuple[int, int, int]:
    worth = Fraction(percents, 100)
    return _x(worth, scale), _y(worth, scale), percents


def percent(share: Fraction) -> int:
    """Round a share to whole per cent, half up.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 200))
    (33, 1)
    """
    return int((share * 100 + Fraction(1, 2)) // 1)


def _dot(found: Score, scale: _Scale, package: Package | None = None) -> Dot:
    levels = package.levels if package else ()
    return Dot(_x(found.us, scale), _y(found.them, scale), percent(found.us), percent(found.them), levels)


def _x(worth: Fraction, scale: _Scale) -> int:
    return LEFT + int(_within(scale.share(worth)) * PLOT_WIDTH)


def _y(worth: Fraction, scale: _Scale) -> int:
    return HEIGHT - BOTTOM - int(_within(scale.share(worth)) * PLOT_HEIGHT)


def _within(share: Fraction) -> Fraction:
    """Keep a point on the picture: what lies beyond both ends stands at the edge."""
    return min(max(share, Fraction(0)), Fraction(1))
