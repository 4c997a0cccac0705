"""How the codes of the playbook are called on pages, in files and in messages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import EntryKind, Outcome
from keytally.playbook.rules.tags import Axis, BuyerMethod, Difficulty, Stage, TacticCode, Tag

Word = Promise | str
Code = TypeVar("Code", bound=StrEnum)


class ValueKind(StrEnum):
    """What we gave an account (K06)."""

    MARKET_NEWS = "MARKET_NEWS"
    SALES_DATA = "SALES_DATA"
    MARKETING = "MARKETING"
    SUPPORT = "SUPPORT"
    TIE = "TIE"


KINDS: Mapping[EntryKind, Word] = {
    EntryKind.CASE: pgettext_lazy("playbook", "Case"),
    EntryKind.TECHNIQUE: pgettext_lazy("playbook", "Technique"),
    EntryKind.LESSON: pgettext_lazy("playbook", "Lesson"),
    EntryKind.SUPPORT: _("Support we can offer"),
    EntryKind.PRODUCT_FACT: _("Product fact"),
    EntryKind.OBJECTION: _("Objection and answer"),
}
OUTCOMES: Mapping[Outcome, Word] = {
    Outcome.WON: pgettext_lazy("case", "Won"),
    Outcome.LOST: pgettext_lazy("case", "Lost"),
    Outcome.STOPPED: pgettext_lazy("case", "Stopped"),
}
AXES: Mapping[Axis, Word] = {
    Axis.STAGE: pgettext_lazy("playbook", "Stage"),
    Axis.TACTIC: pgettext_lazy("playbook", "Tactic"),
    Axis.DIFFICULTY: pgettext_lazy("playbook", "Difficulty"),
    Axis.METHOD: _("Buyer's method"),
    Axis.CATEGORY: pgettext_lazy("playbook", "Category"),
}
STAGES: Mapping[Stage, Word] = {
    Stage.TARGET: pgettext_lazy("stage", "Target"),
    Stage.INTENT: pgettext_lazy("stage", "Intent"),
    Stage.PROJECT: pgettext_lazy("stage", "Project"),
    Stage.RECOGNITION: pgettext_lazy("stage", "Recognition"),
    Stage.NEGOTIATION: pgettext_lazy("stage", "Negotiation"),
    Stage.CLOSING: pgettext_lazy("stage", "Closing"),
}
TACTICS: Mapping[TacticCode, Word] = {
    TacticCode.STRIKE_HOLLOW: _("Avoid the solid, strike the hollow"),
    TacticCode.STEP_BACK: _("Step back to advance"),
    TacticCode.AVOID_ARGUMENT: _("Avoid argument"),
    TacticCode.GOOD_BAD: _("Good cop, bad cop"),
    TacticCode.TURN_TABLES: _("Turn the tables"),
    TacticCode.DEADLINE: pgettext_lazy("tactic", "Deadline"),
    TacticCode.TRADE: _("Trade conditions"),
    TacticCode.GIVE_IN_KIND: _("Cut price little, give more in kind"),
    TacticCode.MARKET: _("Market strategy"),
}
DIFFICULTIES: Mapping[Difficulty, Word] = {
    Difficulty.RIVAL_LEVER: _("They use a competitor as a lever"),
    Difficulty.UNCLEAR_PROCESS: _("Their decision process is unclear"),
    Difficulty.WIDE_GAP: _("The gap is too wide"),
    Difficulty.OUR_HASTE: _("We are in a hurry and distort our own moves"),
    Difficulty.DIVIDED: _("They are divided inside"),
}
METHODS: Mapping[BuyerMethod, Word] = {
    BuyerMethod.ROUNDS_OF_PRESSURE: _("Several rounds of price pressure"),
    BuyerMethod.KNOWS_US: _("Know your opponent"),
    BuyerMethod.SEVERAL_LEVELS: _("Bargaining at several levels"),
    BuyerMethod.STATUS: _("Showing us our place"),
    BuyerMethod.LOWER_IS_BETTER: _("Lower is always better"),
}
DESKS: Mapping[Desk, Word] = {
    Desk.EXECUTIVE: pgettext_lazy("desk", "Executive"),
    Desk.SALES: _("Sales management"),
    Desk.PLANNING: _("Planning"),
}
VALUES: Mapping[ValueKind, Word] = {
    ValueKind.MARKET_NEWS: _("News of the trade"),
    ValueKind.SALES_DATA: _("Sales data"),
    ValueKind.MARKETING: _("Marketing ideas and means"),
    ValueKind.SUPPORT: _("People, training, display, system support"),
    ValueKind.TIE: _("Personal tie with the owner or manager"),
}
_WORDS: Mapping[Axis, Mapping[str, Word]] = {
    Axis.STAGE: {code.value: word for code, word in STAGES.items()},
    Axis.TACTIC: {code.value: word for code, word in TACTICS.items()},
    Axis.DIFFICULTY: {code.value: word for code, word in DIFFICULTIES.items()},
    Axis.METHOD: {code.value: word for code, word in METHODS.items()},
}


def choices(words: Mapping[Code, Word]) -> list[tuple[str, Word]]:
    """List codes with their words, for a form or a column."""
    return [(code.value, word) for code, word in words.items()]


def tag_word(tag: Tag) -> Word:
    """Name what a tag says; a category as it was typed."""
    axis, code = tag
    return _WORDS.get(axis, {}).get(code, code)


def tag_choices(axis: Axis) -> list[tuple[str, Word]]:
    """List what a tag of an axis may say."""
    return list(_WORDS.get(axis, {}).items())


def spoken(zh: str, en: str) -> str:
    """Choose the reader's language of a text kept in both; the other where it is missing."""
    first, second = (zh, en) if (get_language() or "").startswith("zh") else (en, zh)
    return first or second
