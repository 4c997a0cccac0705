"""The printed statement of account: one page to be sealed by both sides, and the lines by cause behind it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, KeepTogether, PageTemplate, Paragraph, Spacer, Table, TableStyle

from keytally.core.templatetags.keytally import money
from keytally.exchange.marked import Mark
from keytally.reconciliation.engine.results import Residual
from keytally.reconciliation.models import AccountStatement
from keytally.reconciliation.statement_figures import (
    Balance,
    StatementPage,
    cause_word,
    count_of,
    lines_of,
    side_word,
    statement_page,
    word,
)

# One of the fonts for Chinese that every reader of PDF brings along: nothing has to be there on this machine.
FONT = "STSong-Light"
PRINTED_LINES = 60
MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
_LINE = colors.HexColor("#8a97a6")
_GROUND = colors.HexColor("#f1f4f7")

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


def write_statement_pdf(statement: AccountStatement, *, to: Path, language: str, mark: Mark | None = None) -> None:
    """Write a statement as PDF in one language."""
    with override(language):
        page = statement_page(statement, language=language)
        foot = mark.line if mark else ""
        document = _Document(to, title=page.title, foot=foot)
        document.build([*_front(page, statement), *_lines_by_cause(page, statement), *_accepted(page)])


class _Document(BaseDocTemplate):  # type: ignore[misc]  # of a library without types
    """A4 pages with their number and the mark of whoever took the file."""

    def __init__(self, to: Path, *, title: str, foot: str) -> None:
        super().__init__(str(to), pagesize=A4, title=title, author="keytally", creator="keytally")
        self._foot = foot
        frame = Frame(
            MARGIN, 20 * mm, WIDTH, A4[1] - 36 * mm, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0
        )
        self.addPageTemplates(PageTemplate(frames=[frame], onPage=self._number))

    def _number(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.setFont(FONT, 8)
        canvas.setFillColor(colors.HexColor("#5b6672"))
        canvas.drawString(MARGIN, 11 * mm, self._foot[:110])
        canvas.drawRightString(A4[0] - MARGIN, 11 * mm, _("Page %(number)s") % {"number": document.page})


def _front(page: StatementPage, statement: AccountStatement) -> list[Any]:
    parts: list[Any] = [_text(page.title, size=18, align=1, after=10)]
    parts.append(_facts(page))
    for balance in page.balances:
        parts += [Spacer(1, 8), KeepTogether(_balance(balance))]
    if page.note:
        parts.append(_text(_("Note: %(note)s") % {"note": page.note}, after=4, before=6))
    parts.append(Spacer(1, 10))
    parts.append(KeepTogether(_seals(statement)))
    return parts


def _facts(page: StatementPage) -> Table:
    rows = [[_text(label, color="#5b6672"), _text(value or "____________________")] for label, value in page.facts]
    return Table(rows, colWidths=[32 * mm, WIDTH - 32 * mm], style=_plain())


def _balance(balance: Balance) -> list[Any]:
    def row(label: str, minor: int) -> list[Any]:
        return [_text(label), _figure(minor, balance.currency)]

    rows = [
        [
            _text(word("What")),
            _text(_("Amount, %(currency)s") % {"currency": balance.currency}, align=2),
        ]
    ]
    rows.append(row(word("Opening balance"), balance.opening_minor))
    rows.append(row(_("Movements in our books"), balance.ours_minor))
    rows.append(row(_("Closing balance in our books"), balance.closing_minor))
    rows += [
        row(word("Difference: %(cause)s") % {"cause": cause.label}, cause.amount_minor) for cause in balance.causes
    ]
    rows.append(row(_("Closing balance in your books"), balance.theirs_minor))
    style = [*_grid(), ("BACKGROUND", (0, 3), (-1, 3), _GROUND), ("BACKGROUND", (0, -1), (-1, -1), _GROUND)]
    return [Table(rows, colWidths=[WIDTH - 48 * mm, 48 * mm], style=TableStyle(style), repeatRows=1)]


def _seals(statement: AccountStatement) -> list[Any]:
    signed_at = timezone.localtime(statement.signed_at).strftime("%Y-%m-%d")
    prepared = _("Prepared by: %(name)s, %(day)s") % {"name": statement.figures["signed_by"], "day": signed_at}
    ours = [_text(_("For the supplier")), _text(prepared), _text(_("Signature and company seal:"))]
    theirs = [
        _text(_("For the retailer")),
        _text(_("We confirm the balance above. Exceptions:")),
        _text(_("Signature, company seal and date:")),
    ]
    table = Table([[ours, theirs]], colWidths=[WIDTH / 2] * 2, rowHeights=[46 * mm])
    table.setStyle(
        TableStyle(
            [
                ("BOX", (0, 0), (0, 0), 0.6, _LINE),
                ("BOX", (1, 0), (1, 0), 0.6, _LINE),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
    )
    return [table]


def _lines_by_cause(page: StatementPage, statement: AccountStatement) -> list[Any]:
    parts: list[Any] = []
    for balance in page.balances:
        for cause in balance.causes:
            lines = list(lines_of(statement, cause=cause.cause, currency=balance.currency, most=PRINTED_LINES))
            if lines:
                heading = f"{cause.label} · {money(cause.amount_minor, balance.currency)} {balance.currency}"
                parts += [_heading(heading, size=11, before=10), _lines(lines, balance.currency)]
            more = count_of(statement, cause=cause.cause, currency=balance.currency) - len(lines)
            if more > 0:
                parts.append(_text(_("%(count)d more lines are in the workbook.") % {"count": more}))
    return [_heading(_("Lines by cause"), size=13, before=14), *parts] if parts else []


def _lines(lines: Sequence[Residual], currency: str) -> Table:
    heads = (
        word("Document"),
        word("Order"),
        word("Store"),
        word("Item"),
        word("Date"),
        word("Side"),
        word("Difference"),
    )
    rows = [[_text(head, size=8) for head in heads[:-1]] + [_text(heads[-1], size=8, align=2)]]
    for one in lines:
        line = one.line
        cells = (
            line.doc_no,
            line.order_no,
            line.store,
            line.item or line.gtin,
            str(line.date or ""),
            side_word(one.side),
        )
        rows.append([_text(str(cell or ""), size=8) for cell in cells] + [_figure(-one.amount_minor, currency, size=8)])
    widths = [32 * mm, 30 * mm, 20 * mm, 28 * mm, 20 * mm, 14 * mm]
    return Table(rows, colWidths=[*widths, WIDTH - sum(widths)], style=TableStyle(_grid()), repeatRows=1)


def _accepted(page: StatementPage) -> list[Any]:
    if not page.accepted:
        return []
    rows = [[_text(head, size=8) for head in (word("Line"), word("Class"), _("Reason it was accepted"))]]
    for one in page.accepted[:PRINTED_LINES]:
        cells = (one["line_words"], cause_word(one["line_class"]), one["reason"])
        rows.append([_text(cell, size=8) for cell in cells])
    table = Table(rows, colWidths=[70 * mm, 30 * mm, WIDTH - 100 * mm], style=TableStyle(_grid()), repeatRows=1)
    parts: list[Any] = [_heading(_("Accepted as they are"), size=13, before=14), table]
    if len(page.accepted) > PRINTED_LINES:
        left = len(page.accepted) - PRINTED_LINES
        parts.append(_text(_("%(count)d more lines are in the workbook.") % {"count": left}))
    return parts


def _figure(minor: int, currency: str, *, size: int = 10) -> Paragraph:
    return _text(money(minor, currency), size=size, align=2)


def _text(
    words: str, *, size: int = 10, align: int = 0, before: int = 0, after: int = 0, color: str = "#111111"
) -> Paragraph:
    style = ParagraphStyle(
        "words",
        fontName=FONT,
        fontSize=size,
        leading=size * 1.35,
        alignment=align,
        spaceBefore=before,
        spaceAfter=after,
        textColor=colors.HexColor(color),
        wordWrap="CJK",
    )
    safe = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\N{MINUS SIGN}", "-")
    return Paragraph(safe, style)


def _heading(words: str, *, size: int, before: int) -> Paragraph:
    """Write a heading that stays on the page of what stands below it."""
    heading = _text(words, size=size, before=before, after=3)
    heading.style.keepWithNext = 1
    return heading


def _plain() -> TableStyle:
    everywhere = ((0, 0), (-1, -1))
    return TableStyle(
        [("TOPPADDING", *everywhere, 1), ("BOTTOMPADDING", *everywhere, 1), ("VALIGN", *everywhere, "TOP")]
    )


def _grid() -> list[tuple[Any, ...]]:
    return [
        ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
        ("BACKGROUND", (0, 0), (-1, 0), _GROUND),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
