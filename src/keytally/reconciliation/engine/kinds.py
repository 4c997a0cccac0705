"""Which family does a document type belong to, and is it a cancellation or a return?"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from importlib import resources


class Family(IntEnum):
    """Lines of different families never meet."""

    TRADE = 0
    PAYMENT = 1
    DEDUCTION = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What a document type says of its lines."""

    family: Family
    is_cancelling: bool = False
    is_return: bool = False


PLAIN = Kind(Family.TRADE)


def kind_of(doc_type: str) -> Kind:
    """Tell the kind of a document type by the longest known word in it.

    >>> kind_of("Invoice cancellation").is_cancelling
    True
    >>> kind_of("促销扣款").family.name
    'DEDUCTION'
    >>> kind_of("ZX9")
    Kind(family=<Family.TRADE: 0>, is_cancelling=False, is_return=False)
    """
    text = doc_type.casefold()
    found = [word for word in _kinds() if word in text]
    return _kinds()[max(found, key=len)] if found else PLAIN


def special_kinds(doc_types: Iterable[str]) -> dict[str, Kind]:
    """List the document types that are not plain trade, with their kinds."""
    return {doc_type: kind for doc_type in doc_types if (kind := kind_of(doc_type)) != PLAIN}


@cache
def _kinds() -> dict[str, Kind]:
    text = resources.files(__package__).joinpath("kinds.toml").read_text(encoding="utf-8")
    return {
        word.casefold(): Kind(Family[entry["family"].upper()], entry["mark"] == "cancelling", entry["mark"] == "return")
        for entry in tomllib.loads(text)["kind"]
        for word in entry["words"]
    }
