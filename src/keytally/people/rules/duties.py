"""What is the holder of a position there to do? Rows O11, Q01-Q10, J01-J04, T01-T09.

A position description is a list of duties. Each duty has a code that stays when its words change, so that a measure
can be hung on it, and points at the row of the specification it comes from.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

MOST_DUTIES = 60


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do, what it leaves on file, and the measure that tells how it is done, if one is hung on it."""

    code: str
    row: str = ""
    text_zh: str = ""
    text_en: str = ""
    record_zh: str = ""
    record_en: str = ""
    measure: str = ""
    # Whether the words are those of the source, or keytally's own default.
    is_given: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """The duties of everyone whose position has one of the roles."""

    code: str
    title_zh: str
    title_en: str
    row: str = ""
    roles: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a description cannot be kept, and at which duty."""

    code: str
    duty: str = ""


class UnableToRead(ValueError):
    """Kept content is no description; the argument says what is missing."""


def description_from(content: Mapping[str, Any]) -> Description:
    """Read a description as it is kept, or raise `UnableToRead`."""
    try:
        duties = tuple(Duty(**duty) for duty in content["duties"])
        facts = {name: content[name] for name in ("code", "title_zh", "title_en", "row")}
        return Description(**facts, roles=tuple(content["roles"]), duties=duties)
    except (KeyError, TypeError) as error:
        raise UnableToRead(str(error)) from error


def content_of(description: Description) -> dict[str, Any]:
    """Write a description down as it is kept.

    >>> description_from(content_of(Description("x", "某岗", "Some job"))).title_en
    'Some job'
    """
    names = Duty.__dataclass_fields__
    return {
        "code": description.code,
        "title_zh": description.title_zh,
        "title_en": description.title_en,
        "row": description.row,
        "roles": list(description.roles),
        "duties": [{name: getattr(duty, name) for name in names} for duty in description.duties],
    }


def faults(description: Description) -> tuple[Fault, ...]:
    """List every reason why a description cannot be kept; none means it can."""
    found = []
    if not (description.title_zh.strip() and description.title_en.strip()):
        found.append(Fault("NO_TITLE"))
    if not description.duties:
        found.append(Fault("NO_DUTIES"))
    if len(description.duties) > MOST_DUTIES:
        found.append(Fault("TOO_MANY_DUTIES"))
    half = [duty.code for duty in description.duties if not (duty.text_zh.strip() and duty.text_en.strip())]
    found += [Fault("HALF_A_DUTY", duty=code) for code in half]
    found += [Fault("TWICE", duty=code) for code in _repeated(duty.code for duty in description.duties)]
    return tuple(found)


def with_codes(duties: Sequence[Duty], *, prefix: str, taken: Iterable[str]) -> tuple[Duty, ...]:
    """Give each duty without a code the next free one; a code that was ever used is not used again.

    >>> [duty.code for duty in with_codes([Duty("KA-1"), Duty("")], prefix="KA", taken=["KA-1", "KA-2"])]
    ['KA-1', 'KA-3']
    """
    used = {*taken, *(duty.code for duty in duties if duty.code)}
    coded, number = [], 0
    for duty in duties:
        code = duty.code
        while not code:
            number += 1
            code = "" if f"{prefix}-{number}" in used else f"{prefix}-{number}"
        used.add(code)
        coded.append(replace(duty, code=code))
    return tuple(coded)


def of_role(descriptions: Iterable[Description], *, role: str) -> tuple[Description, ...]:
    """List the descriptions that hold for a role of positions."""
    return tuple(description for description in descriptions if role in description.roles)


def _repeated(codes: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice = []
    for code in codes:
        if code and code in seen:
            twice.append(code)
        seen.add(code)
    return twice
