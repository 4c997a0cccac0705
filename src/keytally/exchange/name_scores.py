"""Which canonical column may a header mean, going by its name alone?"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from keytally.exchange.canonical import Column
from keytally.exchange.headers import plain_name
from keytally.exchange.profile import TaxBasis

ORDER_LINE = "order_line"
NONE = "none"
CANONICAL, STRONG, FAIR, PART = 100, 92, 70, 55
_GROSS = re.compile(r"(?<!不)(?<!未)含税|价税合计|gross|incl")
_NET = re.compile(r"不含税|未税|去税|\bnet\b|net ?(?:amount|value)|excl")
_BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")


@dataclass(frozen=True, slots=True)
class NameScore:
    """How well a header's name fits a column, and by which word."""

    score: int
    word: str


@cache
def synonyms() -> Mapping[str, Mapping[str, tuple[int, str]]]:
    """Load, per column, the plain form of every synonym with its strength."""
    stored = tomllib.loads(files("keytally.exchange").joinpath("synonyms.toml").read_text("utf-8"))
    return {column: dict(_entries(column, lists)) for column, lists in stored.items()}


def _entries(column: str, lists: Mapping[str, list[str]]) -> Iterator[tuple[str, tuple[int, str]]]:
    for strength, score in (("fair", FAIR), ("strong", STRONG)):
        for word in lists[strength]:
            yield plain_name(word), (score, word)
    if column in set(Column):
        yield plain_name(column), (STRONG, column)


@cache
def _parts() -> Mapping[str, tuple[str, ...]]:
    stored = tomllib.loads(files("keytally.exchange").joinpath("synonyms.toml").read_text("utf-8"))
    return {column: tuple(plain_name(word) for word in lists["part"]) for column, lists in stored.items()}


@cache
def name_scores(header: str) -> Mapping[str, NameScore]:
    """Score a header against every column; what it certainly is not is left out.

    >>> name_scores("实收数量")["quantity"]
    NameScore(score=92, word='实收数量')
    """
    if header in set(Column):
        return {header: NameScore(CANONICAL, header)}
    found: dict[str, NameScore] = {}
    for column in synonyms():
        scored = (_score(form, column) for form in _forms(header))
        best = max(scored, key=lambda one: one.score, default=NameScore(0, ""))
        if best.score:
            found[column] = best
    no = found.pop(NONE, NameScore(0, ""))
    return {column: one for column, one in found.items() if one.score > no.score}


def _forms(header: str) -> list[tuple[str, int]]:
    """Give a header as it stands, without its brackets, and the lower part of a two-row header."""
    forms = [(header, 0), (_BRACKETS.sub("", header), 2)]
    if " " in header:
        forms.append((header.rsplit(" ", 1)[-1], 12))
    return [(plain_name(text), less) for text, less in forms if plain_name(text)]


def _score(form: tuple[str, int], column: str) -> NameScore:
    name, less = form
    if name in synonyms()[column]:
        score, word = synonyms()[column][name]
        return NameScore(score - less, word)
    for word in _parts()[column]:
        if len(name) <= len(word) + 12 and (name.endswith(word) or name.startswith(word)):
            return NameScore(PART - less, word)
    return NameScore(0, "")


def tax_basis_of(header: str) -> TaxBasis:
    """Tell from an amount's header whether tax is in it.

    >>> tax_basis_of("不含税金额").value, tax_basis_of("含税金额").value, tax_basis_of("金额").value
    ('net', 'gross', 'unknown')
    """
    text = header.lower().replace("_", " ")
    if _NET.search(text):
        return TaxBasis.NET
    return TaxBasis.GROSS if _GROSS.search(text) else TaxBasis.UNKNOWN
