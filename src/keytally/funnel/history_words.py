"""How the import of history words what it found, refused and missed."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.funnel.rules.history import Refused, Result

Word = Promise | str

RESULTS: Mapping[Result, Word] = {
    Result.OPEN: pgettext_lazy("history", "in progress"),
    Result.WON: pgettext_lazy("history", "won"),
    Result.LOST: pgettext_lazy("history", "lost"),
    Result.STOPPED: pgettext_lazy("history", "stopped"),
}
STATES: Mapping[str, Word] = {
    "DRAFT": pgettext_lazy("history", "to be tried"),
    "CHECKED": pgettext_lazy("history", "tried, nothing kept yet"),
    "DONE": pgettext_lazy("history", "imported"),
    "UNDONE": pgettext_lazy("history", "undone"),
}
GAPS: Mapping[str, Word] = {
    "NO_AMOUNT_WON": _("won, but without an amount: they count for the win rate, not for the mean amount"),
    "NO_AMOUNT_LOST": _("lost and without an amount"),
    "NO_AMOUNT_STOPPED": _("stopped and without an amount"),
    "NO_AMOUNT_OPEN": _("in progress and without an amount"),
    "NO_ACCOUNT_WON": _("won, but without an account"),
    "NO_ACCOUNT_LOST": _("lost and without an account"),
    "NO_ACCOUNT_STOPPED": _("stopped and without an account"),
    "NO_ACCOUNT_OPEN": _("in progress and without an account"),
    "NO_OWNER": _("without an owner"),
    "NO_PRODUCT": _("without a product"),
    "OWNER_UNKNOWN": _("nobody of ours, or more than one, has the owner's name: the name is kept as written"),
    "ACCOUNT_UNKNOWN": _("no account of ours, or more than one, has that name: the name is kept as written"),
    "OPEN_WITH_CLOSING": _("in progress, yet with a closing date: an expectation, and not taken over"),
}
REFUSALS: Mapping[str, Word] = {
    "REFERENCE_MISSING": _("The number of the opportunity is missing; without it a second file would count it twice."),
    "REFERENCE_TWICE": _("“%(value)s” stands in this file twice, or was imported before."),
    "OUTCOME_MISSING": _("It does not say whether it was won, lost, stopped or is in progress."),
    "NO_OUTCOME": _("“%(value)s” says neither won, lost, stopped nor in progress."),
    "STAGE_NAMED": _(
        "“%(value)s” is a stage of the funnel, and stages are reached by evidence, not by an import: write “in "
        "progress” to bring it as history, or open it as an opportunity with its evidence."
    ),
    "OPENED_ON_MISSING": _("The day on which it began is missing; without it nothing can be measured."),
    "CLOSED_ON_MISSING": _("It is over, but the day on which it ended is missing."),
    "OPENED_IN_FUTURE": _("It begins on %(value)s, which is still to come."),
    "CLOSED_IN_FUTURE": _("It ended on %(value)s, which is still to come."),
    "CLOSED_BEFORE_OPENED": _("It ended on %(value)s, before it began."),
    "NO_AMOUNT": _("“%(value)s” is no amount that is zero or more."),
    "NO_CURRENCY": _("“%(value)s” is no currency; write CNY."),
    "NO_DAY": _("“%(value)s” is no day, or may be read in two ways; write 2026-07-01."),
    "TOO_LONG": _("“%(value)s” is longer than this column holds."),
}
ERRORS: Mapping[str, Word] = {
    "ROWS_REJECTED": _("Rows were rejected and all or nothing was chosen: mend the file, or take the good rows only."),
    "TOO_MANY_ROWS": _("The file has more than 100,000 rows: cut it into several."),
    "HAS_DEPENDENTS": _("Somebody has worked on what this import brought: it can no longer be undone."),
    "WRONG_STATE": _("The import is not in a state in which this can be done; look at the page again."),
}


def sentence(refused: Refused) -> str:
    """Word why a row is refused, in the reader's language."""
    return str(REFUSALS[refused.code]) % {"value": refused.value}


def gap_words(code: str) -> Word:
    """Word what was counted: an outcome or a gap."""
    if code.startswith("RESULT_"):
        return RESULTS[Result(code.removeprefix("RESULT_"))]
    return GAPS[code]
