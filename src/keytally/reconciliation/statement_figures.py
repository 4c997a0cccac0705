"""What stands on a statement of account, in one language? The rows that the printed page and the workbook share."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from keytally.reconciliation import queries
from keytally.reconciliation.engine.results import Residual, Side, UnableToShow, Wanted, residual_page
from keytally.reconciliation.labels import class_label
from keytally.reconciliation.models import AccountStatement

BATCH = 500
# Words of a printed statement; other pages may use the same English for something else.
WORDS: Mapping[str, Promise | str] = {
    "From": pgettext_lazy("statement", "From"),
    "Account": pgettext_lazy("statement", "Account"),
    "Name in law": pgettext_lazy("statement", "Name in law"),
    "Reconciliation": pgettext_lazy("statement", "Reconciliation"),
    "Month": pgettext_lazy("statement", "Month"),
    "Number": pgettext_lazy("statement", "Number"),
    "What": pgettext_lazy("statement", "What"),
    "Opening balance": pgettext_lazy("statement", "Opening balance"),
    "Difference: %(cause)s": pgettext_lazy("statement", "Difference: %(cause)s"),
    "Document": pgettext_lazy("statement", "Document"),
    "Order": pgettext_lazy("statement", "Order"),
    "Store": pgettext_lazy("statement", "Store"),
    "Item": pgettext_lazy("statement", "Item"),
    "Date": pgettext_lazy("statement", "Date"),
    "Side": pgettext_lazy("statement", "Side"),
    "Difference": pgettext_lazy("statement", "Difference"),
    "Line": pgettext_lazy("statement", "Line"),
    "Class": pgettext_lazy("statement", "Class"),
    "Cause": pgettext_lazy("statement", "Cause"),
    "Currency": pgettext_lazy("statement", "Currency"),
    "Accepted": pgettext_lazy("statement", "Accepted"),
}
SIDES: Mapping[Side, Promise | str] = {
    Side.OURS: pgettext_lazy("statement", "ours"),
    Side.THEIRS: pgettext_lazy("statement", "yours"),
}
CAUSES: Mapping[str, Promise | str] = {
    "NOT_RECEIVED": pgettext_lazy("statement", "in our books, nothing in yours"),
    "NOT_IN_BOOKS": pgettext_lazy("statement", "in your books, nothing in ours"),
    "AMBIGUOUS": pgettext_lazy("statement", "not told apart document by document, accepted"),
    "UNEXPLAINED": pgettext_lazy("statement", "of unknown cause, accepted"),
}


@dataclass(frozen=True, slots=True)
class CauseRow:
    """One cause of a bridge: what it is called, how many lines have it, and what it comes to."""

    cause: str
    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Balance:
    """A bridge as a statement shows it: opening, ours, the causes, theirs."""

    currency: str
    opening_minor: int
    ours_minor: int
    closing_minor: int
    causes: tuple[CauseRow, ...]
    theirs_minor: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A statement of account in the reader's language."""

    title: str
    facts: tuple[tuple[str, str], ...]
    balances: tuple[Balance, ...]
    accepted: tuple[dict[str, Any], ...]
    note: str


def side_word(side: Side) -> str:
    """Say whose a line is to the retailer who reads the statement."""
    return str(SIDES[side])


def cause_word(token: str) -> str:
    """Name a class or a cause to the retailer who reads the statement; what was accepted is not left to anybody."""
    return str(CAUSES[token]) if token in CAUSES else class_label(token)


def word(name: str) -> str:
    """Say a word of the statement in the active language."""
    return str(WORDS[name])


def statement_page(statement: AccountStatement, *, language: str) -> StatementPage:
    """Word a statement in the active language, which is `language`."""
    figures = statement.figures
    return StatementPage(
        title=_("Statement of account"),
        facts=tuple(_facts(statement, language=language)),
        balances=tuple(_balance(bridge) for bridge in figures["bridges"]),
        accepted=tuple(figures["accepted"]),
        note=statement.note,
    )


def lines_of(statement: AccountStatement, *, cause: str, currency: str, most: int) -> Iterator[Residual]:
    """Give the lines of a cause, the largest first, at most so many."""
    folder = queries.run_folder(statement.reconciliation_id, statement.run_number) / "pages"
    wanted = Wanted(cause=cause, currency=currency)
    given, page, pages = 0, 1, 1
    while page <= pages and given < most:
        try:
            shown = residual_page(folder, wanted=wanted, page=page, page_size=min(BATCH, most))
        except UnableToShow:
            return
        for row in shown.rows[: most - given]:
            given += 1
            yield row
        page, pages = page + 1, shown.pages


def count_of(statement: AccountStatement, *, cause: str, currency: str) -> int:
    """Count the lines of a cause."""
    folder = queries.run_folder(statement.reconciliation_id, statement.run_number) / "pages"
    try:
        return residual_page(folder, wanted=Wanted(cause=cause, currency=currency), page_size=1).lines
    except UnableToShow:
        return 0


def _facts(statement: AccountStatement, *, language: str) -> Iterator[tuple[str, str]]:
    figures, account = statement.figures, statement.figures["account"]
    yield (
        word("From"),
        settings.COMPANY_NAME_ZH if language.startswith("zh") else settings.COMPANY_NAME_EN,
    )
    if account:
        name = account["name_zh"] if language.startswith("zh") or not account["name_en"] else account["name_en"]
        yield word("Account"), f"{name} ({account['code']})"
        if account["legal_name"]:
            yield (
                word("Name in law"),
                " · ".join(one for one in (account["legal_name"], account["tax_id"]) if one),
            )
    yield word("Reconciliation"), figures["name"]
    if figures["month"] or figures["period"]:
        yield word("Month"), figures["month"] or figures["period"]
    yield word("Number"), f"{statement.reconciliation_id}-{statement.run_number}-{statement.pk}"


def _balance(bridge: dict[str, Any]) -> Balance:
    causes = tuple(CauseRow(bar["cause"], cause_word(bar["cause"]), -bar["amount_minor"]) for bar in bridge["bars"])
    return Balance(
        currency=bridge["currency"],
        opening_minor=bridge["opening_minor"],
        ours_minor=bridge["ours_minor"],
        closing_minor=bridge["opening_minor"] + bridge["ours_minor"],
        causes=causes,
        theirs_minor=bridge["opening_minor"] + bridge["theirs_minor"],
    )
