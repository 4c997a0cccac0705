"""How is an account of a tier led, and who must be named for it? (Q23-Q25, R03, K08)"""

from collections.abc import Mapping
from enum import StrEnum


class Tier(StrEnum):
    """The strategic class of an account in a year; the credit grade is another thing."""

    A = "A"
    B = "B"
    C = "C"


class CreditGrade(StrEnum):
    """How far an account is trusted with goods before they are paid (R01); the tier is another thing."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


# Row Q23-Q25: how each tier is led, as codes that the page words.
MANAGEMENT: Mapping[Tier, tuple[str, ...]] = {
    Tier.A: ("TAKE_PART", "COORDINATE", "PLAN_DEVELOPMENT"),
    Tier.B: ("COORDINATE", "GUIDE"),
    Tier.C: ("BRANCH_HANDLES", "FOLLOW_TREND", "GUIDE"),
}


def dedicated_gaps(
    tier: Tier | None, *, grade: CreditGrade | None = None, has_person: bool, has_deputy: bool
) -> tuple[str, ...]:
    """List what is missing for the one named person: tiers A and B and credit grade A need one, with a deputy (R03).

    >>> dedicated_gaps(Tier.A, has_person=True, has_deputy=False)
    ('NO_DEPUTY',)
    """
    if tier not in (Tier.A, Tier.B) and grade is not CreditGrade.A:
        return ()
    wanted = (("NO_DEDICATED_PERSON", has_person), ("NO_DEPUTY", has_deputy))
    return tuple(code for code, is_there in wanted if not is_there)
