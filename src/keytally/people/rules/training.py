"""Is an answer right, is a test passed, and which training is due for whom? Workflows 2.14, row Q05."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# keytally's default: whoever takes up a position has a month for its training.
DAYS_TO_TRAIN = 30


class Level(StrEnum):
    """How well something must be known: 了解, 掌握 or 查找."""

    KNOW = "KNOW"
    MASTER = "MASTER"
    LOOK_UP = "LOOK_UP"


class Proof(StrEnum):
    """What shows that somebody was trained."""

    READ = "READ"
    ATTENDED = "ATTENDED"
    PASSED = "PASSED"


# What is enough for a level; a master has passed the test, whoever only looks things up has seen where they stand.
ENOUGH: Mapping[Level, frozenset[Proof]] = {
    Level.KNOW: frozenset({Proof.ATTENDED, Proof.PASSED}),
    Level.MASTER: frozenset({Proof.PASSED}),
    Level.LOOK_UP: frozenset(Proof),
}


class Choice(StrEnum):
    """How many answers of a question are right."""

    SINGLE = "SINGLE"
    MULTIPLE = "MULTIPLE"


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its number, with the numbers of its answers and of the right ones."""

    id: int
    choice: Choice
    answers: tuple[int, ...]
    right: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """How a test went."""

    right: int
    asked: int
    is_passed: bool
    wrong: tuple[int, ...]

    @property
    def percent(self) -> int:
        """Give the share of right answers, rounded down so that it never shows more than was reached."""
        return self.right * 100 // self.asked if self.asked else 0


class Due(StrEnum):
    """How a person stands with a course that their position asks for."""

    DONE = "DONE"
    TO_DO = "TO_DO"
    OVERDUE = "OVERDUE"
    # Done, and to be done again within the month.
    RENEW_SOON = "RENEW_SOON"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with a course, by when it is due, and what was shown last."""

    due: Due
    due_on: date | None
    proof: Proof | None = None
    proven_on: date | None = None


def question_faults(question: Question) -> tuple[str, ...]:
    """List why a question cannot be asked; none means it can.

    >>> question_faults(Question(1, Choice.SINGLE, (1, 2), frozenset({1, 2})))
    ('SEVERAL_RIGHT',)
    """
    found = []
    if len(question.answers) < 2:
        found.append("TOO_FEW_ANSWERS")
    if not question.right:
        found.append("NONE_RIGHT")
    if question.choice is Choice.SINGLE and len(question.right) > 1:
        found.append("SEVERAL_RIGHT")
    return tuple(found)


def score(questions: Sequence[Question], *, chosen: Mapping[int, Collection[int]], pass_mark_percent: int) -> Score:
    """Score a paper: a question counts when exactly its right answers were chosen.

    >>> paper = [Question(1, Choice.MULTIPLE, (1, 2, 3), frozenset({1, 2}))]
    >>> score(paper, chosen={1: {1, 2}}, pass_mark_percent=80).percent
    100
    """
    wrong = tuple(question.id for question in questions if frozenset(chosen.get(question.id, ())) != question.right)
    right = len(questions) - len(wrong)
    is_passed = bool(questions) and right * 100 >= pass_mark_percent * len(questions)
    return Score(right=right, asked=len(questions), is_passed=is_passed, wrong=wrong)


def standing(
    *,
    level: Level,
    proofs: Iterable[tuple[Proof, date]],
    asked_since: date,
    valid_months: int,
    as_of: date,
) -> Standing:
    """Tell how a person stands with a course: the last proof that is enough for its level counts until it runs out."""
    enough = [(on, proof) for proof, on in proofs if proof in ENOUGH[level] and on <= as_of]
    if not enough:
        due_on = asked_since + timedelta(days=DAYS_TO_TRAIN)
        return Standing(Due.OVERDUE if as_of > due_on else Due.TO_DO, due_on)
    proven_on, proof = max(enough)
    if not valid_months:
        return Standing(Due.DONE, None, proof, proven_on)
    due_on = months_after(proven_on, months=valid_months)
    return Standing(_renewal(due_on, as_of=as_of), due_on, proof, proven_on)


def may_attempt(*, allowed: int, used: int, granted: int) -> bool:
    """Tell whether another attempt is left; a course that allows none by number allows any."""
    return not allowed or used < allowed + granted


def months_after(day: date, *, months: int) -> date:
    """Name the same day some months later, or the last of that month where it has no such day.

    >>> months_after(date(2026, 1, 31), months=1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.month - 1 + months, 12)
    first_on = date(day.year + year, month + 1, 1)
    last_on = (first_on + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first_on.replace(day=min(day.day, last_on.day))


def _renewal(due_on: date, *, as_of: date) -> Due:
    if as_of > due_on:
        return Due.OVERDUE
    return Due.RENEW_SOON if as_of > due_on - timedelta(days=DAYS_TO_TRAIN) else Due.DONE
