"""Who stands in a cell that names several people, such as the column of contacts of S1? (workflows 3.3)

A cell lists them with what each is at the store: 店长：王芳、收货：李雷. What stands before the colon may be missing;
a name in which a mark stands is written in quotes, as spreadsheets do.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_COLONS = ":："
_BETWEEN = "、,，;；/|\n\r"
_QUOTE = '"'
_PIECES = re.compile(rf'"(?:[^"]|"")*"|[{_COLONS}]|[{re.escape(_BETWEEN)}]|[^"{_COLONS}{re.escape(_BETWEEN)}]+|"')
_PLAIN = re.compile(rf'[^\s"{_COLONS}{re.escape(_BETWEEN)}]+(?: [^\s"{_COLONS}{re.escape(_BETWEEN)}]+)*')


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a cell names one, with the word for what they are there."""

    name: str
    word: str = ""


def people_in(text: str) -> tuple[Named, ...] | None:
    """Read who stands in a cell; None where it cannot be read.

    >>> people_in('店长：王芳、收货: 李雷; "Smith, John"')
    (Named(name='王芳', word='店长'), Named(name='李雷', word='收货'), Named(name='Smith, John', word=''))
    >>> people_in("店长：王芳：李雷"), people_in("店长："), people_in("  ")
    (None, None, ())
    """
    found: list[Named] = []
    for entry in _entries(text):
        if not entry:
            continue
        colons = [place for place, piece in enumerate(entry) if piece in _COLONS]
        at = colons[0] if colons else -1
        word, name = entry[: max(at, 0)], entry[at + 1 :]
        if len(colons) > 1 or len(name) != 1 or len(word) != len(colons) or _QUOTE in (*word, *name):
            return None
        found.append(Named(_bare(name[0]), _bare(word[0]) if word else ""))
    return tuple(found) if all(one.name for one in found) else None


def in_a_cell(people: Iterable[Named]) -> str:
    """Write people as a cell lists them; `people_in` reads them back.

    >>> in_a_cell([Named("王芳", "店长"), Named("Smith, John")])
    '店长：王芳、"Smith, John"'
    """
    return "、".join(f"{_quoted(one.word)}：{_quoted(one.name)}" if one.word else _quoted(one.name) for one in people)


def _entries(text: str) -> list[list[str]]:
    """Cut a cell into people, and each into its pieces without the blanks around them."""
    entries: list[list[str]] = [[]]
    for piece in _PIECES.findall(text):
        if piece in _BETWEEN:
            entries.append([])
        elif piece.strip():
            entries[-1].append(piece.strip())
    return entries


def _bare(piece: str) -> str:
    quoted = len(piece) > 1 and piece[0] == _QUOTE
    return piece[1:-1].replace(_QUOTE * 2, _QUOTE) if quoted else piece


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return f'"{text.replace(_QUOTE, _QUOTE * 2)}"'
