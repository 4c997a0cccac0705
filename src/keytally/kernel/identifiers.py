"""What names a thing, and is the name well formed?

Ids of rows are typed, so that an account's cannot be handed in for a job's. Numbers that the world gives out carry
check digits; python-stdnum knows them.
"""

import unicodedata
from typing import NewType

from stdnum import ean
from stdnum.cn import uscc as _uscc
from stdnum.exceptions import ValidationError

UserId = NewType("UserId", int)
AttachmentId = NewType("AttachmentId", int)
JobId = NewType("JobId", int)
ImportId = NewType("ImportId", int)
ReconciliationId = NewType("ReconciliationId", int)

Gtin = NewType("Gtin", str)
Gln = NewType("Gln", str)
Uscc = NewType("Uscc", str)


class MalformedIdentifier(ValueError):
    """The text is no such number: wrong length, wrong characters or a wrong check digit."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{text!r} is no {kind}")
        self.kind = kind
        self.text = text


def gtin(text: str) -> Gtin:
    """Read a GTIN of 8, 12, 13 or 14 digits, dropping separators.

    >>> gtin("6 901234 567892")
    '6901234567892'
    """
    number = _validated("GTIN", text)
    if len(number) not in (8, 12, 13, 14):
        raise MalformedIdentifier("GTIN", text)
    return Gtin(number)


def gtin_14(number: Gtin) -> str:
    """Write a GTIN with 14 digits, in which form all lengths can be compared.

    >>> gtin_14(gtin("96385074"))
    '00000096385074'
    """
    return number.zfill(14)


def gln(text: str) -> Gln:
    """Read a global location number: 13 digits.

    >>> gln("4012345000009")
    '4012345000009'
    """
    number = _validated("GLN", text)
    if len(number) != 13:
        raise MalformedIdentifier("GLN", text)
    return Gln(number)


def uscc(text: str) -> Uscc:
    """Read a unified social credit code, the tax number of a Chinese company; an input method may write it full width.

    >>> uscc("91110000600037341l"), uscc("９１110000600037341L")
    ('91110000600037341L', '91110000600037341L')
    """
    try:
        return Uscc(str(_uscc.validate(unicodedata.normalize("NFKC", text))))
    except ValidationError:
        raise MalformedIdentifier("USCC", text) from None


def _validated(kind: str, text: str) -> str:
    try:
        return str(ean.validate(text))
    except ValidationError:
        raise MalformedIdentifier(kind, text) from None
