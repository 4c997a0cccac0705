"""Why something of prospecting is refused: a code with parameters, worded late in the reader's language."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: Mapping[str, Promise | str] = {
    "NAME_MISSING": gettext_lazy("The company's name is missing."),
    "TAX_ID_WRONG": gettext_lazy("“%(value)s” is no tax id: its check digit or length is wrong."),
    "NO_MAIL": gettext_lazy("“%(value)s” is no address of mail; write one, as name@company.cn."),
    "NO_PHONE": gettext_lazy("“%(value)s” is no phone number."),
    "NO_COUNTRY": gettext_lazy("“%(value)s” is no country: write its two letters, as CN or DE."),
    "TOO_LONG": gettext_lazy("“%(value)s…” is longer than the %(most)s characters that fit here."),
    "NOTHING_PASTED": gettext_lazy("Nothing was pasted: copy the table with its first row, which names the columns."),
    "PASTED_TOO_LONG": gettext_lazy("The table is longer than %(most)s characters; paste it in parts."),
    "TOO_MANY_ROWS": gettext_lazy("The table has %(rows)s rows; at most %(most)s are taken at once."),
    "NO_COMPANY_COLUMN": gettext_lazy(
        "No column of “%(header)s” names the company: call it “Company” or “公司名称” and paste again."
    ),
    "KNOWN_ALREADY": gettext_lazy("%(name)s is known already: %(reasons)s."),
    "REFERRER_MISSING": gettext_lazy("Say which account led to this lead: its source is an existing customer."),
    "ACTION_PAST": gettext_lazy("The next action lies in the past: choose today or a day to come."),
    "NOT_OPEN": gettext_lazy("This lead has ended; it is read only."),
    "NOT_DROPPED": gettext_lazy("Only a lead that was dropped can be taken up again."),
    "UNPREPARED": gettext_lazy("Not prepared yet: %(items)s. Prepare it, or say why you go without."),
    "PLAN_MISSING": gettext_lazy(
        "Before the next contact say how willing they are and how you go about it (counter-plan), or why without."
    ),
    "TOUCH_IN_FUTURE": gettext_lazy("This has not happened yet: set it as the next action instead."),
    "NO_NAMED_PERSON": gettext_lazy("A message goes to one named person: first find out who buys our category."),
    "NO_CONSENT": gettext_lazy("They have not agreed to be sent material: ask on the telephone first."),
    "PAGE_MISSING": gettext_lazy("A first message points at a page about our products: %(pages)s."),
    "SAME_TEXT": gettext_lazy(
        "This text went to %(count)s leads today already. keytally sends no mass mail: write to this person."
    ),
    "SAME_TEXT_KEPT": gettext_lazy(
        "This text went to %(count)s leads that day already. A letter is written to one person, not to many."
    ),
    "TEXT_MISSING": gettext_lazy("Write what was said and agreed."),
    "ITEM_UNKNOWN": gettext_lazy("The checklist has no such item."),
    "REASON_MISSING": gettext_lazy("Say why in a few words."),
    "ALREADY_CONVERTED": gettext_lazy("This lead became an opportunity already."),
    "ENDS_EARLY": gettext_lazy("It ends after it begins."),
    "CAMPAIGN_MISSING": gettext_lazy("Choose the campaign whose occasion this is."),
    "SEGMENT_KNOWN": gettext_lazy("A segment of this name is there already."),
    "GUEST_KNOWN": gettext_lazy("%(name)s is on the list already."),
    "NOT_HELD_YET": gettext_lazy("Who came is known only when the day has come."),
    "REVIEW_PAST": gettext_lazy("The day to look at the plan again lies in the past."),
}


def spoken_later(words: Callable[[], str]) -> Any:  # noqa: ANN401 - a lazy text
    """Word a parameter in the language of whoever reads it."""
    return lazy(words, str)()


class UnableToProspect(Exception):
    """Something of prospecting is refused, with every reason."""

    def __init__(self, *reasons: "str | tuple[str, Mapping[str, Any]]") -> None:
        self.reasons = tuple((reason, {}) if isinstance(reason, str) else reason for reason in reasons)
        super().__init__(*(code for code, _parameters in self.reasons))

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes of the reasons."""
        return tuple(code for code, _parameters in self.reasons)

    def sentences(self) -> list[str]:
        """Word every reason in the reader's language."""
        return [sentence(code, parameters) for code, parameters in self.reasons]


def sentence(code: str, parameters: Mapping[str, Any] | None = None) -> str:
    """Word one reason."""
    return str(SENTENCES.get(code, _("It is refused: %(code)s."))) % {"code": code, **(parameters or {})}
