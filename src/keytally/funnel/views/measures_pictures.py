"""Points of the pictures of measures and forecasts, in whole numbers; templates draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

from keytally.funnel.models import ForecastRun
from keytally.funnel.queries.measures_page import Measures
from keytally.funnel.rules.calibration import Score
from keytally.funnel.rules.stages import Stage
from keytally.funnel.rules.survival import MILLION

WIDE, HIGH = 320, 90
BAR, ROW = 300, 34
SIDE = 240
LINE = 600


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """A stage in the picture of the shape: how wide it is and how wide it ought to be, around the middle."""

    stage: Stage
    y: int
    x: int
    width: int
    needed_x: int | None
    needed_width: int | None
    is_hollow: bool


@dataclass(frozen=True, slots=True)
class Lines:
    """A line through the months: its pieces, its points, the highest and the last figure."""

    pieces: tuple[str, ...]
    points: tuple[tuple[int, int], ...]
    highest: int
    last: int | None


@dataclass(frozen=True, slots=True)
class Dot:
    """A bin in the calibration plot: told across, came true upwards, with the interval and how many."""

    x: int
    y: int
    top: int
    bottom: int
    radius: int
    count: int
    told_ppm: int
    came_ppm: int


def shape(found: Measures) -> list[ShapeRow]:
    """Draw the stages one below the other, each as wide as its share."""
    most = max([1, *(one.share.count for one in found.stages), *(one.share.needed_count or 0 for one in found.stages)])
    rows = []
    for place, one in enumerate(found.stages):
        width = max(2, one.share.count * BAR // most) if one.share.count else 0
        needed = None if one.share.needed_count is None else one.share.needed_count * BAR // most
        rows.append(
            ShapeRow(
                stage=one.stage,
                y=place * ROW,
                x=(BAR - width) // 2,
                width=width,
                needed_x=None if needed is None else (BAR - needed) // 2,
                needed_width=needed,
                is_hollow=found.evenness.hollow == one.stage,
            )
        )
    return rows


def lines(figures: Sequence[int | None]) -> Lines:
    """Draw a line through the figures; it breaks where there is none."""
    highest = max((figure for figure in figures if figure is not None), default=0)
    step = WIDE // max(1, len(figures) - 1)
    points, pieces, piece = [], [], list[str]()
    for place, figure in enumerate(figures):
        if figure is None:
            pieces.append(" ".join(piece))
            piece = []
            continue
        point = (place * step, HIGH - (figure * HIGH // highest if highest else 0))
        points.append(point)
        piece.append(f"{point[0]},{point[1]}")
    pieces.append(" ".join(piece))
    last = next((figure for figure in reversed(figures) if figure is not None), None)
    return Lines(tuple(one for one in pieces if " " in one), tuple(points), highest, last)


def calibration_picture(score: Score) -> list[Dot]:
    """Draw what came true over what was told; on the diagonal the chances were right."""
    most = max(one.count for one in score.bins)
    return [
        Dot(
            x=one.told_ppm * SIDE // MILLION,
            y=SIDE - one.came_ppm * SIDE // MILLION,
            top=SIDE - one.interval.high_ppm * SIDE // MILLION,
            bottom=SIDE - one.interval.low_ppm * SIDE // MILLION,
            radius=3 + 5 * one.count // most,
            count=one.count,
            told_ppm=one.told_ppm,
            came_ppm=one.came_ppm,
        )
        for one in score.bins
    ]


@dataclass(frozen=True, slots=True)
class Mark:
    """A figure of a forecast on its line: which, how far to the right, and how much it is."""

    code: str
    x: int
    minor: int


@dataclass(frozen=True, slots=True)
class ThreeFigures:
    """The figures of a forecast on one line, the span of the simulation, and what was won, if it is known."""

    marks: tuple[Mark, ...]
    from_x: int
    width: int
    won_x: int | None


def three_figures(run: ForecastRun) -> ThreeFigures:
    """Draw the three figures beside each other on a line that begins at nothing."""
    figures = {"WEIGHTED": run.weighted_minor, "CALIBRATED": run.calibrated_minor, "SIMULATED": run.p50_minor}
    most = max(1, run.p90_minor, run.won_minor or 0, *figures.values())
    return ThreeFigures(
        marks=tuple(Mark(code, minor * LINE // most, minor) for code, minor in figures.items()),
        from_x=run.p10_minor * LINE // most,
        width=max(2, (run.p90_minor - run.p10_minor) * LINE // most),
        won_x=None if run.won_minor is None else run.won_minor * LINE // most,
    )
