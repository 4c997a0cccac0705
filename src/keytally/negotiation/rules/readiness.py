"""May a negotiation begin, and what does it risk if it does? (N01)"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from keytally.kernel.verdicts import Verdict, every, judge

KEY_PEOPLE, SOLUTION, DATES, MODE = "KEY_PEOPLE", "SOLUTION", "DATES", "MODE"
GATE = every(KEY_PEOPLE, SOLUTION, DATES, MODE)


class Route(StrEnum):
    """How we got to the table."""

    TENDER = "TENDER"
    IN_TURN = "IN_TURN"


class Way(StrEnum):
    """How the customer has said it will negotiate."""

    ONE_ROUND = "ONE_ROUND"
    SEVERAL_ROUNDS = "SEVERAL_ROUNDS"
    SEVERAL_LEVELS = "SEVERAL_LEVELS"
    WRITTEN_OFFERS = "WRITTEN_OFFERS"


@dataclass(frozen=True, slots=True)
class KeyPerson:
    """Somebody of the customer: do they decide or pay, and since when have they confirmed the solution?"""

    name: str
    decides: bool
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What is known before the first round."""

    people: Sequence[KeyPerson] = ()
    starts_on: date | None = None
    finishes_on: date | None = None
    dates_confirmed: bool = False
    way: Way | None = None
    route: Route | None = None
    suppliers: int = 1


def readiness(known: Preconditions, *, as_of: date) -> Verdict:
    """Judge the four preconditions of row N01 on a day.

    >>> readiness(Preconditions(way=Way.ONE_ROUND), as_of=date(2026, 11, 28)).unmet
    ('KEY_PEOPLE', 'SOLUTION', 'DATES')
    """
    met: Mapping[str, bool] = {
        KEY_PEOPLE: any(one.decides for one in known.people),
        SOLUTION: _is_confirmed(known.people, as_of=as_of),
        DATES: known.dates_confirmed and _fits(known.starts_on, known.finishes_on),
        MODE: known.way is not None,
    }
    return judge(GATE, {code for code, holds in met.items() if holds})


def route_fault(route: Route | None, *, suppliers: int) -> str | None:
    """Name what contradicts itself in how we got here: a tender leaves one supplier, turns need two (N01)."""
    if route is Route.TENDER and suppliers != 1:
        return "TENDER_HAS_RIVALS"
    if route is Route.IN_TURN and suppliers < 2:
        return "TURNS_NEED_RIVALS"
    return None


def _is_confirmed(people: Sequence[KeyPerson], *, as_of: date) -> bool:
    deciders = [one for one in people if one.decides]
    return bool(deciders) and all(one.confirmed_on is not None and one.confirmed_on <= as_of for one in people)


def _fits(starts_on: date | None, finishes_on: date | None) -> bool:
    return starts_on is not None and finishes_on is not None and starts_on <= finishes_on
