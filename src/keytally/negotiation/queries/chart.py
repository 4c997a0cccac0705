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


def chart_of(picture: Picture) -> Chart | None:
    """Draw a picture of the packages; none where nothing is on the table."""
    if picture.ours is None or picture.theirs is None:
        return None
    return Chart(
        frontier=[_dot(one.score, one) for one in picture.frontier],
        fairest=[_dot(one.score, one) for one in picture.fairest],
        ours=_dot(picture.ours),
        theirs=_dot(picture.theirs),
        ticks=[(_x(Fraction(tick, 100)), _y(Fraction(tick, 100)), tick) for tick in (0, 25, 50, 75, 100)],
    )


def percent(share: Fraction) -> int:
    """Round a share to whole per cent, half up.

    >>> percent(Fraction(1, 3)), percent(Fraction(1, 200))
    (33, 1)
    """
    return int((share * 100 + Fraction(1, 2)) // 1)


def _dot(found: Score, package: Package | None = None) -> Dot:
    levels = package.levels if package else ()
    return Dot(_x(found.us), _y(found.them), percent(found.us), percent(found.them), levels)


def _x(share: Fraction) -> int:
    return LEFT + int(_within(share) * PLOT_WIDTH)


def _y(share: Fraction) -> int:
    return HEIGHT - BOTTOM - int(_within(share) * PLOT_HEIGHT)


def _within(share: Fraction) -> Fraction:
    """Keep a point on the picture: what lies beyond both ends stands at the edge."""
    return min(max(share, Fraction(0)), Fraction(1))
