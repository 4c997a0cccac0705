"""The statement of account as a workbook: the balance, and every line by cause."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from keytally.exchange.marked import Mark
from keytally.kernel.money import Money
from keytally.reconciliation.engine.results import Residual
from keytally.reconciliation.models import AccountStatement
from keytally.reconciliation.statement_figures import (
    CauseRow,
    StatementPage,
    cause_word,
    lines_of,
    side_word,
    statement_page,
    word,
)

MOST_ROWS = 50_000


def write_statement_book(statement: AccountStatement, *, to: Path, language: str, mark: Mark | None = None) -> None:
    """Write a statement as a workbook in one language."""
    with override(language):
        page = statement_page(statement, language=language)
        book = xlsxwriter.Workbook(str(to), {"constant_memory": True})
        book.set_properties({"author": mark.taken_by if mark else "keytally", "comments": mark.line if mark else ""})
        looks = {
            "title": book.add_format({"bold": True, "font_size": 16}),
            "head": book.add_format({"bold": True, "bottom": 1, "bg_color": "#F1F4F7"}),
            "money": book.add_format({"num_format": "#,##0.00"}),
            "total": book.add_format({"num_format": "#,##0.00", "bold": True}),
        }
        _balance_sheet(book, page, statement, looks=looks)
        _lines_sheet(book, page, statement, looks=looks)
        _accepted_sheet(book, page, looks=looks)
        book.close()


def _balance_sheet(book: Any, page: StatementPage, statement: AccountStatement, *, looks: dict[str, Any]) -> None:  # noqa: ANN401 - of a library without types
    sheet = book.add_worksheet(page.title[:31])
    sheet.set_column(0, 0, 46)
    sheet.set_column(1, 2, 22)
    sheet.write_string(0, 0, page.title, looks["title"])
    row = 2
    for label, value in page.facts:
        _strings(sheet, row, [label, value])
        row += 1
    for balance in page.balances:
        row += 1
        _strings(
            sheet,
            row,
            [word("What"), _("Amount, %(currency)s") % {"currency": balance.currency}],
            looks["head"],
        )
        figures = [
            (word("Opening balance"), balance.opening_minor, "money"),
            (_("Movements in our books"), balance.ours_minor, "money"),
            (_("Closing balance in our books"), balance.closing_minor, "total"),
            *(
                (word("Difference: %(cause)s") % {"cause": cause.label}, cause.amount_minor, "money")
                for cause in balance.causes
            ),
            (_("Closing balance in your books"), balance.theirs_minor, "total"),
        ]
        for label, minor, look in figures:
            row += 1
            sheet.write_string(row, 0, label)
            sheet.write_number(row, 1, _major(minor, balance.currency), looks[look])
        row += 1
    if page.note:
        _strings(sheet, row, [_("Note: %(note)s") % {"note": page.note}])
        row += 1
    signed_at = timezone.localtime(statement.signed_at).strftime("%Y-%m-%d")
    prepared = _("Prepared by: %(name)s, %(day)s") % {"name": statement.figures["signed_by"], "day": signed_at}
    _strings(sheet, row + 1, [prepared, "", _("For the retailer")])
    _strings(sheet, row + 2, [_("Signature and company seal:"), "", _("Signature, company seal and date:")])


def _lines_sheet(book: Any, page: StatementPage, statement: AccountStatement, *, looks: dict[str, Any]) -> None:  # noqa: ANN401
    sheet = book.add_worksheet(_("Lines by cause")[:31])
    sheet.set_column(0, 9, 18)
    heads = [
        word("Cause"),
        word("Side"),
        word("Document"),
        word("Order"),
        word("Store"),
        word("Item"),
        word("Date"),
        word("Currency"),
    ]
    _strings(sheet, 0, [*heads, word("Difference"), word("Class")], looks["head"])
    row = 0
    for balance in page.balances:
        for cause in balance.causes:
            left = MOST_ROWS - row
            for one in lines_of(statement, cause=cause.cause, currency=balance.currency, most=left):
                row += 1
                _strings(sheet, row, [cause.label, *_cells(one)])
                sheet.write_number(row, 8, _major(-one.amount_minor, balance.currency), looks["money"])
                sheet.write_string(row, 9, cause_word(one.line_class))


def _cause_words(cause: CauseRow) -> str:
    return word("Difference: %(cause)s") % {"cause": cause.label}


def _cells(one: Residual) -> list[str]:
    line, side = one.line, side_word(one.side)
    known = (line.doc_no, line.order_no, line.store, line.item or line.gtin)
    return [side, *(value or "" for value in known), line.date.isoformat() if line.date else "", one.currency or ""]


def _accepted_sheet(book: Any, page: StatementPage, *, looks: dict[str, Any]) -> None:  # noqa: ANN401
    if not page.accepted:
        return
    sheet = book.add_worksheet(word("Accepted")[:31])
    sheet.set_column(0, 2, 40)
    _strings(
        sheet,
        0,
        [
            word("Line"),
            word("Class"),
            _("Reason it was accepted"),
            word("Difference"),
        ],
        looks["head"],
    )
    for row, one in enumerate(page.accepted, start=1):
        _strings(sheet, row, [one["line_words"], cause_word(one["line_class"]), one["reason"]])
        sheet.write_number(row, 3, _major(-one["amount_minor"], one["currency"] or "CNY"), looks["money"])


def _strings(sheet: Any, row: int, words: Sequence[str], look: Any = None) -> None:  # noqa: ANN401
    for column, text in enumerate(words):
        if text:
            sheet.write_string(row, column, text, look)


def _major(minor: int, currency: str) -> Decimal:
    return Money(minor, currency).major
