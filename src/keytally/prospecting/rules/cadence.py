"""Is a lead kept moving: one next action, notes right after return, a daily norm, no mass mail? (D02-D05, P05)"""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

DEFAULT_SAME_TEXT_LIMIT = 5
DEFAULT_NOTES_HOURS = 4
DEFAULT_CALLS, DEFAULT_APPOINTMENTS = 10, 2
_BLANK = re.compile(r"[\W_]+")


class TouchKind(StrEnum):
    """How a lead was touched."""

    CALL = "CALL"
    VISIT = "VISIT"
    LETTER = "LETTER"


class Outcome(StrEnum):
    """What a touch came to."""

    UNREACHED = "UNREACHED"
    INTERESTED = "INTERESTED"
    APPOINTMENT = "APPOINTMENT"
    LATER = "LATER"
    NOT_INTERESTED = "NOT_INTERESTED"


class ActionState(StrEnum):
    """A next action waits, was done, or was put in place of by another."""

    OPEN = "OPEN"
    DONE = "DONE"
    REPLACED = "REPLACED"


class CallReason(StrEnum):
    """Why a lead stands where it does on the list of whom to call."""

    NO_ACTION = "NO_ACTION"
    LATE = "LATE"
    TODAY = "TODAY"
    REVIEW_PLAN = "REVIEW_PLAN"
    FITS = "FITS"
    LOOK_INTO = "LOOK_INTO"


@dataclass(frozen=True, slots=True)
class CadenceRules:
    """How many leads may get the same text in a day, how soon notes are prompt, and the norm of a working day."""

    same_text_limit: int = DEFAULT_SAME_TEXT_LIMIT
    notes_hours: int = DEFAULT_NOTES_HOURS
    calls: int = DEFAULT_CALLS
    appointments: int = DEFAULT_APPOINTMENTS
    # Pages about our products, one of which every first message points at (P06); by language.
    product_pages: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides when a lead is called: its action, its plan, its points."""

    due_on: date | None
    review_on: date | None
    points: int
    is_worth_work: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """A lead's place on the list, the smaller the earlier, and every reason for it."""

    rank: tuple[int, int, int]
    reasons: tuple[tuple[CallReason, int], ...]


def turn(standing: Standing, *, as_of: date) -> Turn:
    """Say when a lead's turn is: without an action first, then the latest, then today's, each the fittest first.

    >>> turn(Standing(None, None, 80, True), as_of=date(2026, 9, 1)).reasons[0][0].value
    'NO_ACTION'
    """
    reasons: list[tuple[CallReason, int]] = []
    late = 0
    if standing.due_on is None:
        group = 0
        reasons.append((CallReason.NO_ACTION, 0))
    else:
        late = (as_of - standing.due_on).days
        group = 1 if late > 0 else 2 if late == 0 else 3
        reasons += [(CallReason.LATE, late)] if late > 0 else [(CallReason.TODAY, 0)] if late == 0 else []
    if standing.review_on is not None and standing.review_on <= as_of:
        reasons.append((CallReason.REVIEW_PLAN, (as_of - standing.review_on).days))
    reasons.append((CallReason.FITS if standing.is_worth_work else CallReason.LOOK_INTO, standing.points))
    return Turn((group, -late, -standing.points), tuple(reasons))


def fingerprint(text: str, *, names: Collection[str]) -> str:
    """Sum up a text without the names in it, so that a greeting alone does not make it another.

    >>> one = fingerprint("王经理，您好！请看新品。", names=["王经理"])
    >>> one == fingerprint("李总 您好 请看新品", names=["李总"])
    True
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    for name in sorted((unicodedata.normalize("NFKC", one).casefold() for one in names if one.strip()), key=len)[::-1]:
        plain = plain.replace(name, "")
    return hashlib.sha256(_BLANK.sub("", plain).encode()).hexdigest()


def may_send(leads_with_text: int, *, rules: CadenceRules) -> bool:
    """Tell whether one lead more may get the same text today; more than the limit is mass mail (P05).

    >>> may_send(4, rules=CadenceRules()), may_send(5, rules=CadenceRules())
    (True, False)
    """
    return leads_with_text < rules.same_text_limit


def points_at_page(text: str, *, rules: CadenceRules) -> bool:
    """Tell whether a first message points at a page about our products; true where no page is kept (P06).

    >>> points_at_page("...", rules=CadenceRules(product_pages={"en": "https://we.example/juice"}))
    False
    """
    return not rules.product_pages or any(page in text for page in rules.product_pages.values())


def is_prompt(happened_at: datetime, written_at: datetime, *, rules: CadenceRules) -> bool:
    """Tell whether notes were written right after return (D04)."""
    return written_at - happened_at <= timedelta(hours=rules.notes_hours)


@dataclass(frozen=True, slots=True)
class Habit:
    """What somebody did in some working days, against the norm; shares are in parts per million."""

    days: int
    calls: int
    appointments: int
    calls_norm: int
    appointments_norm: int
    visits: int
    prompt_notes: int

    @property
    def calls_ppm(self) -> int | None:
        """How far the norm of calls is kept; None without working days."""
        return _ppm(self.calls, self.calls_norm)

    @property
    def appointments_ppm(self) -> int | None:
        """How far the norm of appointments is kept; None without working days."""
        return _ppm(self.appointments, self.appointments_norm)

    @property
    def prompt_ppm(self) -> int | None:
        """How many of the visits have notes written right after return; None without visits."""
        return _ppm(self.prompt_notes, self.visits)


def habit(counts: Mapping[str, int], *, working_days: int, rules: CadenceRules) -> Habit:
    """Hold what somebody did against the norm of so many working days (D05)."""
    return Habit(
        days=working_days,
        calls=counts.get("calls", 0),
        appointments=counts.get("appointments", 0),
        calls_norm=rules.calls * working_days,
        appointments_norm=rules.appointments * working_days,
        visits=counts.get("visits", 0),
        prompt_notes=counts.get("prompt_notes", 0),
    )


def _ppm(part: int, whole: int) -> int | None:
    return part * 1_000_000 // whole if whole else None
