"""What can be in the cells of a text file, judged by all of its bytes, so that rows need fewer tests?"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from keytally.exchange.encodings import REPLACEMENT
from keytally.exchange.values import SPACES

BLOCK_BYTES = 2**19
"""A block that stays in the processor's own memory while it is looked through several times."""
ASIDE_BYTES = 64 * 2**20
NULL_WORD, TOTAL_WORD = b"null", b"total"
_TAIL_BYTES = 65_536
_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_PLAIN = b"0123456789-.,;:|/()[]{}<>%&$*!?~^`@#='"
"""Bytes that are looked at by no rule of codes, or only where they stand first."""
_LOWER = bytes(range(256)).lower()
_BESIDE = b",;|\t\n\r\"'"
_LABELS = tuple(word.encode() for word in ("小计", "合计", "总计", "累计", "共计", "总额"))
_ODD_SIGNS = tuple(sign.encode() for sign in (*SPACES, REPLACEMENT) if not sign.isascii())


@dataclass(slots=True)
class Survey:
    """What was found: how many lines, and which bytes and words that a row may have to be tested for.

    Words are looked for without regard to capitals, digits and punctuation, so one may be found that is not there,
    and none is missed.
    """

    lines: int | None = None
    odd_bytes: set[int] = field(default_factory=set)
    exponents: set[str] = field(default_factory=set)
    has_null_word: bool = False
    has_total_word: bool = False
    has_odd_signs: bool = False
    has_edge_spaces: bool = False
    has_lone_returns: bool = False

    def has(self, sign: str) -> bool:
        """Tell whether a sign that is no letter, digit or plain punctuation stands anywhere."""
        return ord(sign) in self.odd_bytes


def survey_aside(path: Path, *, skip: int = 0) -> Survey:
    """Do what `survey_of` does, for a large text in a process of its own: two sides then share no interpreter."""
    if path.stat().st_size < ASIDE_BYTES or not sys.executable:
        return survey_of(path, skip=skip)
    command = [sys.executable, "-P", "-m", "keytally.exchange.surveys", str(path), str(skip)]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own program
    return _as_survey(done.stdout) if done.returncode == 0 else survey_of(path, skip=skip)


def _as_survey(text: bytes) -> Survey:
    found = json.loads(text)
    return Survey(**{**found, "odd_bytes": set(found["odd_bytes"]), "exponents": set(found["exponents"])})


def survey_of(path: Path, *, skip: int = 0) -> Survey:
    """Look once at every byte of a text in UTF-8 below the first `skip` lines, and count all lines."""
    found = Survey()
    above = _length_of(path, lines=skip)
    newlines = returns = pairs = 0
    last = ending = words = b""
    for block in _blocks(path):
        kept = block[above:].translate(_LOWER, _PLAIN)
        rare = kept.translate(None, _LETTERS)
        newlines += rare.count(b"\n") + block.count(b"\n", 0, above)
        if b"\r" in block:
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n")
        pairs += ending == b"\r" and block.startswith(b"\n")
        _look(found, block[above:], words + kept, rare)
        above = 0
        words, ending = (words + kept)[-16:], block[-1:]
        last = (last + block if len(block) < _TAIL_BYTES else block)[-_TAIL_BYTES:]
    found.has_lone_returns = pairs != returns
    if returns in (0, newlines):
        tail = last[len(last.rstrip(b"\r\n")) :]
        found.lines = newlines - tail.count(b"\n") + 1
    return found


def _length_of(path: Path, *, lines: int) -> int:
    """Count the bytes of the first lines; 0 where they do not end in the first block."""
    with path.open("rb") as file:
        block = file.read(BLOCK_BYTES)
    end = 0
    for _ in range(lines):
        end = block.find(b"\n", end) + 1
        if end == 0:
            return 0
    return end


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _look(found: Survey, block: bytes, kept: bytes, rare: bytes) -> None:
    found.odd_bytes |= set(rare.translate(None, bytes(found.odd_bytes)))
    found.exponents |= {sign for sign in "eE" if sign.encode() in block}
    found.has_null_word = found.has_null_word or _has_word(kept, NULL_WORD, b"u")
    found.has_total_word = found.has_total_word or _has_word(kept, TOTAL_WORD, b"o")
    found.has_total_word = found.has_total_word or _any_of(_LABELS, kept, found.odd_bytes)
    found.has_odd_signs = found.has_odd_signs or _any_of(_ODD_SIGNS, kept, found.odd_bytes)
    if not found.has_edge_spaces and b" " in rare:
        found.has_edge_spaces = _has_edge_spaces(block, rare.count(b" "))


def _has_word(text: bytes, word: bytes, letter: bytes) -> bool:
    """Look for a word where its rarest letter, which is found or missed many times quicker, is there at all."""
    return letter in text and word in text


def _any_of(words: tuple[bytes, ...], text: bytes, known: set[int]) -> bool:
    return any(word[0] in known and word in text for word in words)


def _has_edge_spaces(block: bytes, spaces: int) -> bool:
    """Tell whether a space stands beside the end of a cell; where spaces are many, that is taken for granted."""
    if spaces * 100 > len(block):
        return True
    place = block.find(b" ")
    while place >= 0:
        if block[place - 1 : place] in _BESIDE or block[place + 1 : place + 2] in _BESIDE:
            return True
        place = block.find(b" ", place + 1)
    return False


if __name__ == "__main__":
    json.dump(asdict(survey_of(Path(sys.argv[1]), skip=int(sys.argv[2]))), sys.stdout, default=sorted)
