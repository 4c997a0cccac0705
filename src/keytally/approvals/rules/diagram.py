"""Where does each step of a workflow stand in its drawing, and how do the arrows run?

Rows run from top to bottom; steps that are asked side by side share a row. Text is broken into lines here, because a
drawing cannot do it: a Chinese letter counts two, a Latin letter one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from keytally.approvals.rules.workflow import Mode, Step, Workflow

WIDTH = 620
MARGIN, GAP_ACROSS, GAP_DOWN = 8, 14, 30
PADDING, LINE, TITLE_LINE = 10, 17, 19
WIDEST = 440
UNIT = 7


@dataclass(frozen=True, slots=True)
class Words:
    """What a step says in the reader's language: its title, and lines below it."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text and where its foot stands."""

    x: int
    y: int
    text: str
    is_title: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A step as it is drawn."""

    step: Step
    x: int
    y: int
    width: int
    height: int
    texts: tuple[Text, ...]

    @property
    def middle(self) -> int:
        """Where the arrows meet it."""
        return self.x + self.width // 2

    @property
    def foot(self) -> int:
        """Where it ends below."""
        return self.y + self.height

    @property
    def look(self) -> str:
        """Name how it is drawn."""
        return "outside" if self.step.outside else self.step.mode.value.lower()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The boxes and arrows of a workflow."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]
    heads: tuple[str, ...]


def rows_of(workflow: Workflow) -> tuple[tuple[Step, ...], ...]:
    """Put steps in rows: consultations and notices that stand next to each other run side by side."""
    rows: list[list[Step]] = []
    for step in workflow.steps:
        if rows and _speaks(step) and _speaks(rows[-1][-1]):
            rows[-1].append(step)
        else:
            rows.append([step])
    return tuple(map(tuple, rows))


def draw(rows: Sequence[Sequence[tuple[Step, Words]]]) -> Drawing:
    """Lay out rows of steps with their words."""
    boxes: list[list[Box]] = []
    y = MARGIN
    for row in rows:
        placed = list(_row(row, y))
        height = max(box.height for box in placed)
        boxes.append([_as_high(box, height) for box in placed])
        y += height + GAP_DOWN
    paths, heads = _arrows(boxes)
    return Drawing(WIDTH, y - GAP_DOWN + MARGIN, tuple(box for row in boxes for box in row), paths, heads)


def broken(text: str, *, width: int) -> list[str]:
    """Break a text into lines of a width, between words or between Chinese letters.

    >>> broken("review by finance", width=56)
    ['review', 'by', 'finance']
    >>> broken("总部KA部会审", width=56)
    ['总部KA部', '会审']
    """
    most = max(width // UNIT, 4)
    lines, line = [], ""
    for piece in _pieces(text):
        if line and _units(line + piece.rstrip()) > most:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterator[str]:
    """Cut a text where a line may end: after a space, and around a Chinese letter."""
    piece = ""
    for letter in text:
        if _is_wide(letter):
            if piece:
                yield piece
            piece = ""
            yield letter
        else:
            piece += letter
            if letter == " ":
                yield piece
                piece = ""
    if piece:
        yield piece


def _units(text: str) -> int:
    return sum(2 if _is_wide(letter) else 1 for letter in text)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _speaks(step: Step) -> bool:
    return step.mode in (Mode.CONSULT, Mode.INFORM) and not step.outside


def _row(row: Sequence[tuple[Step, Words]], y: int) -> Iterator[Box]:
    free = WIDTH - 2 * MARGIN - GAP_ACROSS * (len(row) - 1)
    width = min(free // len(row), WIDEST)
    x = (WIDTH - width * len(row) - GAP_ACROSS * (len(row) - 1)) // 2
    for step, words in row:
        yield _box(step, words, x=x, y=y, width=width)
        x += width + GAP_ACROSS


def _box(step: Step, words: Words, *, x: int, y: int, width: int) -> Box:
    inner = width - 2 * PADDING
    texts, foot = [], y + PADDING - 4
    for text, is_title in ((words.title, True), *((line, False) for line in words.lines)):
        for line in broken(text, width=inner * 9 // 10 if is_title else inner):
            foot += TITLE_LINE if is_title else LINE
            texts.append(Text(x + PADDING, foot, line, is_title))
    return Box(step, x, y, width, foot - y + PADDING, tuple(texts))


def _as_high(box: Box, height: int) -> Box:
    return Box(box.step, box.x, box.y, box.width, height, box.texts)


def _arrows(rows: Sequence[Sequence[Box]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Run lines from every row to the next: down to a bus, along it, and down again to each box."""
    paths, heads = [], []
    for above, below in pairwise(rows):
        bus = above[0].foot + GAP_DOWN // 2
        middles = [box.middle for box in (*above, *below)]
        parts = [f"M{box.middle} {box.foot}V{bus}" for box in above]
        parts.append(f"M{min(middles)} {bus}H{max(middles)}")
        parts += [f"M{box.middle} {bus}V{box.y}" for box in below]
        paths.append("".join(parts))
        heads += [_head(box) for box in below]
    return tuple(paths), tuple(heads)


def _head(box: Box) -> str:
    return f"M{box.middle - 4} {box.y - 8}L{box.middle} {box.y}L{box.middle + 4} {box.y - 8}Z"


def spoken(rows: Iterable[Iterable[tuple[Step, Words]]]) -> str:
    """Say a drawing in one text, for those who hear it."""
    return " → ".join(" ∥ ".join(words.title for _step, words in row) for row in rows)
