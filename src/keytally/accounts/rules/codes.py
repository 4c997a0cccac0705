"""Is a number of the world well formed, and how is a code compared that people wrote?"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from keytally.kernel.identifiers import MalformedIdentifier, gln, gtin, uscc

Days = tuple[date | None, date | None]
_READERS: Mapping[str, Callable[[str], str]] = {"TAX_ID": uscc, "GLN": gln, "GTIN": gtin}


def checked_number(kind: str, text: str) -> tuple[str, str | None]:
    """Read a tax id, GLN or GTIN: the number as it is kept, and the reason it is refused if it is.

    >>> checked_number("GLN", "4012345000009"), checked_number("GLN", "4012345000008")
    (('4012345000009', None), ('4012345000008', 'GLN_WRONG'))
    """
    if not text.strip():
        return "", None
    try:
        return _READERS[kind](text.strip()), None
    except MalformedIdentifier:
        return text.strip(), f"{kind}_WRONG"


def plain_code(text: str) -> str:
    """Bring a code into the form in which it is compared: half width, upper case, no blanks.

    >>> plain_code(" sh－001a ")
    'SH-001A'
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def phone_words(text: str) -> tuple[str, ...]:
    """List the digits by which a phone number is looked for: all of them, and those behind an area code.

    >>> phone_words("021-6666 8888"), phone_words("+86 138-0013 8000")
    (('02166668888', '66668888'), ('13800138000',))
    """
    digits = plain_phone(text)
    if not digits.startswith("0") or len(digits) < 10:
        return (digits,) if digits else ()
    return digits, digits[3 if digits.startswith(("010", "02")) else 4 :]


def plain_phone(text: str) -> str:
    """Keep the digits of a phone number, without the country code of China.

    >>> plain_phone("+86 138-0013 8000")
    '13800138000'
    """
    digits = "".join(letter for letter in unicodedata.normalize("NFKC", text) if letter.isdecimal())
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in (10, 11):
            return digits.removeprefix(prefix)
    return digits


def overlap(one: Days, other: Days) -> bool:
    """Tell whether two spans of days, each from a day and until before another, have a day in common.

    >>> overlap((None, date(2026, 1, 1)), (date(2026, 1, 1), None)), overlap((None, None), (date(2026, 1, 1), None))
    (False, True)
    """
    (starts, ends), (other_starts, other_ends) = one, other
    return not (ends and other_starts and ends <= other_starts) and not (starts and other_ends and other_ends <= starts)
