"""Why something of the playbook is refused: a code with parameters, worded late in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: Mapping[str, Promise | str] = {
    "TITLE_MISSING": gettext_lazy("Give it a title, in Chinese or in English."),
    "BODY_MISSING": gettext_lazy("Say what happened or what is so, in Chinese or in English."),
    "ANSWER_MISSING": gettext_lazy("An objection needs the answer that works; write it in Chinese or in English."),
    "OUTCOME_MISSING": gettext_lazy("Say how the case ended: won, lost or stopped."),
    "TAG_UNKNOWN": gettext_lazy("One of the tags is unknown; choose from the lists."),
    "CHANGED_MEANWHILE": gettext_lazy(
        "%(person)s changed this entry at %(at)s while you were writing; open it beside yours, then save again."
    ),
    "NOTHING_CHANGED": gettext_lazy("Nothing differs from what is kept; there is nothing to save."),
    "REASON_MISSING": gettext_lazy("Say why in a few words."),
    "ALREADY_RETIRED": gettext_lazy("This entry is retired already."),
    "NOT_RETIRED": gettext_lazy("This entry is in use; there is nothing to bring back."),
    "NO_EXPERT": gettext_lazy(
        "No expert is named who could answer; ask your national manager to name experts of the support centre."
    ),
    "QUESTION_BLANK": gettext_lazy("Say in one line what you need, and below it what you know so far."),
    "NOT_OPEN": gettext_lazy("This question is not open any more: %(person)s answered or withdrew it."),
    "NOT_ANSWERED": gettext_lazy("There is no answer yet that you could say something about."),
    "ANSWER_BLANK": gettext_lazy("The answer is blank; write what helps."),
    "SAME_EXPERT": gettext_lazy("%(person)s is asked already; choose somebody else."),
    "EXPERT_ALREADY": gettext_lazy("%(person)s is an expert at that desk already."),
    "DATE_IN_FUTURE": gettext_lazy("%(day)s is still to come; write down what was given, not what is planned."),
    "ALREADY_WITHDRAWN": gettext_lazy("This was taken back already."),
    "FOREIGN_CONTACT": gettext_lazy("This contact belongs to another account; choose one of this account."),
}


class UnableToKeepEntry(Exception):
    """A change of the playbook is refused, with every reason."""

    def __init__(self, *reasons: "str | tuple[str, Mapping[str, Any]]") -> None:
        self.reasons: Sequence[tuple[str, Mapping[str, Any]]] = tuple(
            (reason, {}) if isinstance(reason, str) else reason for reason in reasons
        )
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
