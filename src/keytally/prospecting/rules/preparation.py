"""Is a lead prepared for the first contact, and may it be touched again without a counter-plan? (D01, D04, K04)"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from keytally.kernel.verdicts import Verdict, every, judge


class Willingness(StrEnum):
    """How willing a customer is (D04)."""

    EAGER = "EAGER"
    OPEN = "OPEN"
    WAITING = "WAITING"
    REFUSING = "REFUSING"


class Personality(StrEnum):
    """How a customer decides (D04)."""

    DRIVING = "DRIVING"
    SOCIABLE = "SOCIABLE"
    STEADY = "STEADY"
    EXACT = "EXACT"


@dataclass(frozen=True, slots=True)
class Item:
    """An item of the checklist before the first contact, in both languages."""

    code: str
    name_zh: str
    name_en: str
    is_mandatory: bool = True


# D01 and K04: what a supplier knows and has at hand before the telephone is lifted.
DEFAULT_ITEMS: Sequence[Item] = (
    Item("facts", "客户基本资料（公司、门店、品类、采购人）", "Facts of the company: stores, category, who buys"),
    Item("needs", "客户需求", "What they need"),
    Item("questions", "客户可能提出的问题及答案", "Questions they are likely to ask, with our answers"),
    Item("disputes", "可能的争议点", "Points that are likely to be disputed", is_mandatory=False),
    Item("floor", "我方让步底线", "Our floor"),
    Item("documents", "文稿、商品介绍、交易条件", "Papers: introduction of the goods, terms of trade"),
    Item("words", "演练话术", "What to say, rehearsed", is_mandatory=False),
    Item("appointment", "访谈时间和方式", "Time and manner of the talk"),
)


def prepared(items: Sequence[Item], *, ticked: Collection[str]) -> Verdict:
    """Judge whether every mandatory item is done; says which are not.

    >>> prepared(DEFAULT_ITEMS, ticked={"facts"}).passed
    False
    """
    mandatory = [item.code for item in items if item.is_mandatory]
    return judge(every(*mandatory), ticked) if mandatory else Verdict(passed=True, met=(), unmet=(), short_by=0)


def needs_counter_plan(touches: int, *, has_plan: bool) -> bool:
    """Tell whether a class and a counter-plan are missing before the next contact; the first one needs none (D04)."""
    return touches > 0 and not has_plan
