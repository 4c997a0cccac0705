"""By what is an entry found where it helps: the stage, the tactic, the difficulty, the buyer's method, the category?"""

from collections.abc import Mapping
from enum import StrEnum


class Axis(StrEnum):
    """What a tag says something about."""

    STAGE = "STAGE"
    TACTIC = "TACTIC"
    DIFFICULTY = "DIFFICULTY"
    METHOD = "METHOD"
    CATEGORY = "CATEGORY"


class Stage(StrEnum):
    """The stages of the funnel (F03-F12)."""

    TARGET = "TARGET"
    INTENT = "INTENT"
    PROJECT = "PROJECT"
    RECOGNITION = "RECOGNITION"
    NEGOTIATION = "NEGOTIATION"
    CLOSING = "CLOSING"


class TacticCode(StrEnum):
    """The nine tactics in the order of row N04."""

    STRIKE_HOLLOW = "STRIKE_HOLLOW"
    STEP_BACK = "STEP_BACK"
    AVOID_ARGUMENT = "AVOID_ARGUMENT"
    GOOD_BAD = "GOOD_BAD"
    TURN_TABLES = "TURN_TABLES"
    DEADLINE = "DEADLINE"
    TRADE = "TRADE"
    GIVE_IN_KIND = "GIVE_IN_KIND"
    MARKET = "MARKET"


class Difficulty(StrEnum):
    """What makes a negotiation hard (N02, N08)."""

    RIVAL_LEVER = "RIVAL_LEVER"
    UNCLEAR_PROCESS = "UNCLEAR_PROCESS"
    WIDE_GAP = "WIDE_GAP"
    OUR_HASTE = "OUR_HASTE"
    DIVIDED = "DIVIDED"


class BuyerMethod(StrEnum):
    """What buyers do (N06)."""

    ROUNDS_OF_PRESSURE = "ROUNDS_OF_PRESSURE"
    KNOWS_US = "KNOWS_US"
    SEVERAL_LEVELS = "SEVERAL_LEVELS"
    STATUS = "STATUS"
    LOWER_IS_BETTER = "LOWER_IS_BETTER"


Tag = tuple[Axis, str]
# What each axis may say; a category is typed freely.
CODES: Mapping[Axis, type[StrEnum]] = {
    Axis.STAGE: Stage,
    Axis.TACTIC: TacticCode,
    Axis.DIFFICULTY: Difficulty,
    Axis.METHOD: BuyerMethod,
}
LONGEST_CATEGORY = 40


def is_known(tag: Tag) -> bool:
    """Tell whether a tag says something: a code of its axis, or a category in few words.

    >>> is_known((Axis.STAGE, "PROJECT")), is_known((Axis.STAGE, "x")), is_known((Axis.CATEGORY, "饮料"))
    (True, False, True)
    """
    axis, code = tag
    if axis is Axis.CATEGORY:
        return 0 < len(code.strip()) <= LONGEST_CATEGORY
    return code in {one.value for one in CODES[axis]}
