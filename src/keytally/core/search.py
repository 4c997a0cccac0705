"""How is something found by what people type: two Chinese characters, pinyin, initials, part of a code?

One set of words for both databases: pairs of Chinese characters, pinyin from every character on, initials, codes whole
and in their parts. A capability registers a finder in `<capability>/finders.py`; the box in the top bar asks them all.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from pypinyin import Style, lazy_pinyin

if TYPE_CHECKING:
    from keytally.core.models import User

LONGEST_WORD = 24
# Characters of names of places and shops that are often read in the other way.
_TWO_READINGS = {
    "行": ("hang", "xing"),
    "重": ("chong", "zhong"),
    "长": ("chang", "zhang"),
    "乐": ("le", "yue"),
    "厦": ("xia", "sha"),
    "朝": ("chao", "zhao"),
    "都": ("du", "dou"),
    "莘": ("xin", "shen"),
    "堡": ("bao", "pu"),
    "番": ("pan", "fan"),
    "浒": ("xu", "hu"),
}
_RUNS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[a-z]+|[0-9]+")
_CODES = re.compile(r"[a-z0-9][a-z0-9_./\-]*")
_PARTED = re.compile(r"(?<=[\u3400-\u9fff\uf900-\ufaff])[\W_]+(?=[\u3400-\u9fff\uf900-\ufaff])")
_PHONE = re.compile(r"(?:\+86|0086)?([0-9 ()\-]+)")
_JOINTS = re.compile(r"[_./\-]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found: what it is, what is written, and where it leads."""

    label: str
    detail: str
    kind: Promise | str
    url: str


Find = Callable[["User", str, date, int], Sequence[Hit]]

_finders: dict[str, Find] = {}


def register_finder(code: str, find: Find) -> None:
    """Let a capability's things be found."""
    _finders[code] = find


def found(person: "User", text: str, *, as_of: date, most: int) -> list[Hit]:
    """Ask every capability for what fits a text, as far as the person may see it; none crowds the others out."""
    if not text.strip():
        return []
    by_finder = [find(person, text, as_of, most) for find in _finders.values()]
    return [
        hit
        for hits, share in zip(by_finder, shares([*map(len, by_finder)], most=most), strict=True)
        for hit in hits[:share]
    ]


def shares(found: Sequence[int], *, most: int) -> list[int]:
    """Share a number of places out evenly among those who found something.

    >>> shares([30, 2, 0, 30], most=20)
    [9, 2, 0, 9]
    """
    kept = [0] * len(found)
    while sum(kept) < min(most, sum(found)):
        wanting = [place for place, count in enumerate(found) if kept[place] < count]
        for place in wanting[: most - sum(kept)]:
            kept[place] += 1
    return kept


def bigrams(text: str) -> list[str]:
    """Cut Chinese text into pairs of neighbours, and its last character alone, so that one character finds it too.

    >>> bigrams("沃尔玛")
    ['沃尔', '尔玛', '玛']
    """
    return [text[place : place + 2] for place in range(len(text))]


def index_words(*texts: str, names: Iterable[str] = ()) -> str:
    """Write the words by which something is found: of names also their pinyin and initials."""
    written = [text for name in names for text in _bridged(name)]
    words = dict.fromkeys(word for text in (*map(_plain, texts), *written) for word in _words(text))
    words |= dict.fromkeys(word for text in written for word in _sounds(text))
    return " ".join(words)


def query_words(text: str) -> tuple[str, ...]:
    """Cut what was typed into the words that all must begin a word of the thing; empty where nothing can be found.

    >>> query_words("沃尔玛 SH-01"), query_words("玛"), query_words("+86 138 0013 8000")
    (('沃尔', '尔玛', 'sh01'), ('玛',), ('13800138000',))
    """
    words: list[str] = []
    for run in _typed(_as_phone(_plain(text))):
        is_chinese = not run.isascii()
        words += [pair for pair in bigrams(run) if len(pair) == 2] or [run] if is_chinese else [run[:LONGEST_WORD]]
    return tuple(dict.fromkeys(words))[:8]


@lru_cache(maxsize=4096)
def pinyin(text: str) -> tuple[str, ...]:
    """Spell Chinese text, one syllable for each character; the rest stays as it is, in lower case."""
    spelled = lazy_pinyin(text, style=Style.NORMAL, errors=list)  # type: ignore[arg-type]  # a list is spliced in
    return tuple(syllable.lower() for syllable in spelled)


def sort_key(name: str) -> str:
    """Write a name so that it sorts as in a Chinese list: by pinyin."""
    return " ".join(pinyin(_plain(name))[:40])[:200]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _bridged(name: str) -> tuple[str, ...]:
    """Read a name as it is written and, where signs part its Chinese, without them: 家乐福(古北店) is 家乐福古北店."""
    plain = _plain(name)
    joined = _PARTED.sub("", plain)
    return (plain,) if joined == plain else (plain, joined)


def _as_phone(text: str) -> str:
    """Join the digits of what looks like a phone number; people write it with blanks, brackets and +86."""
    found = _PHONE.fullmatch(text.strip())
    digits = "".join(filter(str.isdecimal, found[1])) if found else ""
    return digits if 10 <= len(digits) <= 12 else text


def _typed(text: str) -> Iterator[str]:
    """Yield Chinese runs, and codes with their joints left out."""
    for part in text.split():
        if part.isascii():
            for code in _CODES.findall(part):
                yield _JOINTS.sub("", code)
        else:
            yield from _RUNS.findall(part)


def _words(text: str) -> Iterator[str]:
    for run in _RUNS.findall(text):
        yield from (bigrams(run) if not run.isascii() else (run[:LONGEST_WORD],))
    for code in _CODES.findall(text):
        yield _JOINTS.sub("", code)[:LONGEST_WORD]


def _sounds(name: str) -> Iterator[str]:
    """Spell a name from each of its characters on, in full and by initials."""
    for run in _RUNS.findall(_plain(name)):
        if run.isascii():
            continue
        for syllables in _spellings(run):
            initials = "".join(syllable[0] for syllable in syllables)
            for place in range(len(syllables)):
                yield "".join(syllables[place:])[:LONGEST_WORD]
                yield initials[place:][:LONGEST_WORD]


def _spellings(run: str) -> Iterator[tuple[str, ...]]:
    """Spell a run as a dictionary does, and once more with the other reading of its characters that have two."""
    usual = pinyin(run)
    yield usual
    if _TWO_READINGS.keys() & set(run):
        yield tuple(_other(letter, syllable) for letter, syllable in zip(run, usual, strict=True))


def _other(letter: str, syllable: str) -> str:
    return next((one for one in _TWO_READINGS.get(letter, ()) if one != syllable), syllable)
