"""Which version of a controlled document counts on a day, and what must be true before it does? Rows O01, Q26.

A version is drafted, signed off step by step, and published; from then on nobody edits it: a later one supersedes it
from its day, or it is withdrawn.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from keytally.kernel.verdicts import Verdict, every, judge

_VERSION = re.compile(r"([A-Z])/(\d{1,2})", re.ASCII)
LAST_LETTER = "Z"
LAST_NUMBER = 99


class SignOff(StrEnum):
    """How many people sign."""

    FIVE_STEPS = "FIVE_STEPS"
    THREE_STEPS = "THREE_STEPS"


class Step(StrEnum):
    """What a signature stands for: 编制, 初审, 审核, 复审, 审批 or 批准."""

    COMPILED = "COMPILED"
    FIRST_REVIEWED = "FIRST_REVIEWED"
    REVIEWED = "REVIEWED"
    SECOND_REVIEWED = "SECOND_REVIEWED"
    APPROVED = "APPROVED"


# Row O01 names five steps, row Q26 three.
STEPS: Mapping[SignOff, tuple[Step, ...]] = {
    SignOff.FIVE_STEPS: tuple(Step),
    SignOff.THREE_STEPS: (Step.COMPILED, Step.REVIEWED, Step.APPROVED),
}


class State(StrEnum):
    """How far a version has come; what a published one is on a day is its standing."""

    DRAFT = "DRAFT"
    IN_SIGN_OFF = "IN_SIGN_OFF"
    PUBLISHED = "PUBLISHED"
    DISCARDED = "DISCARDED"


class Standing(StrEnum):
    """What a version is on a day."""

    DRAFT = "DRAFT"
    IN_SIGN_OFF = "IN_SIGN_OFF"
    COMING = "COMING"
    IN_FORCE = "IN_FORCE"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"
    DISCARDED = "DISCARDED"


@dataclass(frozen=True, slots=True, order=True)
class VersionNo:
    """A version 版号 as documents bear it: a letter for the edition, a number for its revision."""

    letter: str
    number: int

    @classmethod
    def of(cls, text: str) -> "VersionNo":
        """Read a version, or raise ValueError.

        >>> VersionNo.of("A/1").next_revision()
        VersionNo(letter='A', number=2)
        """
        found = _VERSION.fullmatch(text)
        if not found:
            raise ValueError(f"a version is written like A/1, not {text!r}")
        return cls(found[1], int(found[2]))

    def next_revision(self) -> "VersionNo":
        """Name the version after a small change; past the last number it is a new edition."""
        return VersionNo(self.letter, self.number + 1) if self.number < LAST_NUMBER else self.next_edition()

    def next_edition(self) -> "VersionNo":
        """Name the version after the whole was written anew, or raise ValueError past the last letter."""
        if self.letter == LAST_LETTER:
            raise ValueError("after Z the document needs a new code")
        return VersionNo(chr(ord(self.letter) + 1), 0)

    def __str__(self) -> str:
        return f"{self.letter}/{self.number}"


@dataclass(frozen=True, slots=True)
class Version:
    """What decides a version's standing."""

    id: int
    version: VersionNo
    state: State
    starts_on: date | None = None
    withdrawn_on: date | None = None


def standings(versions: Iterable[Version], *, as_of: date) -> dict[int, Standing]:
    """Tell what each version of one document is on a day, by its id.

    The highest version that has begun is in force and supersedes all below it, for good: withdrawing it brings none of
    them back.
    """
    known = list(versions)
    begun = [version for version in known if _has_begun(version, as_of=as_of)]
    highest = max((version.version for version in begun), default=None)
    return {version.id: _standing(version, highest=highest, as_of=as_of) for version in known}


def next_versions(versions: Iterable[VersionNo]) -> tuple[VersionNo, ...]:
    """Name the versions that may follow those there are: the next revision and the next edition; first A/1."""
    last = max(versions, default=None)
    if last is None:
        return (VersionNo("A", 1),)
    if last.letter == LAST_LETTER:
        return (last.next_revision(),) if last.number < LAST_NUMBER else ()
    return tuple(dict.fromkeys((last.next_revision(), last.next_edition())))


def readiness(*, title: bool, content: bool, pages: int, department: bool) -> Verdict:
    """Judge whether a draft may go into sign-off, with what it lacks; without a day it counts when it is published."""
    present = {
        "title": title,
        "content": content,
        "pages": pages > 0,
        "department": department,
    }
    return judge(every(*present), {name for name, is_there in present.items() if is_there})


def effective_day(*, wanted: date, published_on: date) -> date:
    """Say from which day a version counts: the day wanted, but never before its sign-off was complete."""
    return max(wanted, published_on)


def content_hash(content: Mapping[str, Any]) -> str:
    """Make the fingerprint that a sign-off binds: any change of what would be published changes it."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def missing_steps(sign_off: SignOff, *, signed: Iterable[Step]) -> tuple[Step, ...]:
    """List the steps of a sign-off that nobody has signed yet, in their order."""
    done = set(signed)
    return tuple(step for step in STEPS[sign_off] if step not in done)


def _has_begun(version: Version, *, as_of: date) -> bool:
    return version.state is State.PUBLISHED and version.starts_on is not None and version.starts_on <= as_of


def _standing(version: Version, *, highest: VersionNo | None, as_of: date) -> Standing:
    if version.state is not State.PUBLISHED:
        return Standing(version.state.value)
    if version.withdrawn_on is not None and version.withdrawn_on <= as_of:
        return Standing.WITHDRAWN
    if highest is not None and version.version < highest:
        return Standing.SUPERSEDED
    return Standing.IN_FORCE if _has_begun(version, as_of=as_of) else Standing.COMING
