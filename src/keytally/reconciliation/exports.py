"""What may leave the house of reconciliations: the list, and the files of a result."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keytally.core.exports import Column, Listing, Offer, register_listing
from keytally.core.sensitivity import CONFIDENTIAL, INSIDE, OPEN, Guard
from keytally.exchange.marked import Mark, mark_workbook
from keytally.kernel.money import Money
from keytally.reconciliation import board_export, queries
from keytally.reconciliation.engine.contract import Bridge
from keytally.reconciliation.models import AccountStatement, Reconciliation
from keytally.reconciliation.statement_book import write_statement_book
from keytally.reconciliation.statement_pdf import write_statement_pdf

__all__ = ["GUARDS", "board_export", "offer_of_file"]

# Lines carry supply prices; the summary has balances, the profile says only how files are read.
GUARDS: Mapping[str, Guard] = {
    "report.xlsx": CONFIDENTIAL,
    "links.parquet": CONFIDENTIAL,
    "residuals.parquet": CONFIDENTIAL,
    "candidates.parquet": CONFIDENTIAL,
    "rejected.csv": CONFIDENTIAL,
    "summary.json": INSIDE,
    "profile.toml": OPEN,
}


def offer_of_statement(found: Reconciliation, statement: AccountStatement, *, language: str) -> Offer:
    """Offer a signed statement of account in one language, to print and to work with."""

    def write(to: Path, file_format: str, mark: Mark) -> None:
        if file_format == "pdf":
            write_statement_pdf(statement, to=to, language=language, mark=mark)
        else:
            write_statement_book(statement, to=to, language=language, mark=mark)

    with override(language):
        label = gettext("Statement of account")
    return Offer(
        code="account_statement",
        label=_("Statement of account"),
        file_name=f"{label} {found.name} {found.month}".strip(),
        formats=("pdf", "xlsx"),
        row_count=sum(len(bridge["bars"]) for bridge in statement.figures["bridges"]),
        guard=INSIDE,
        write=write,
        subject=queries.subject_of(found.pk),
    )


def offer_of_file(found: Reconciliation, name: str) -> Offer:
    """Offer a file of a result; the report goes out with a mark, what machines read goes out as it is."""
    stem, _dot, file_format = name.rpartition(".")
    source = queries.result_folder(found) / name

    def write(to: Path, _format: str, mark: Mark) -> None:
        if file_format == "xlsx":
            mark_workbook(source, to=to, mark=mark)
        else:
            shutil.copyfile(source, to)

    return Offer(
        code=f"reconciliation.{stem}",
        label=f"{found.name} · {name}",
        file_name=f"{found.name}-{stem}",
        formats=(file_format,),
        row_count=queries.row_count(found, name),
        guard=GUARDS[name],
        write=write,
        subject=queries.subject_of(found.pk),
    )


def _bridge(found: Reconciliation) -> Bridge | None:
    bridges = queries.bridges(found.summary) if found.has_result else []
    return bridges[0] if bridges else None


def _amount(minor_of: Callable[[Bridge], int]) -> Callable[[Reconciliation], Money | None]:
    def amount(found: Reconciliation) -> Money | None:
        bridge = _bridge(found)
        return Money(minor_of(bridge), bridge.currency) if bridge else None

    return amount


def _currency(found: Reconciliation) -> str:
    bridge = _bridge(found)
    return bridge.currency if bridge else ""


register_listing(
    Listing(
        code="reconciliations",
        label=_("Reconciliations"),
        permission="reconcile.view",
        kind=queries.SUBJECT_KIND,
        columns=[
            Column(_("No."), lambda found: found.pk),
            Column(pgettext_lazy("reconciliation", "Name"), lambda found: found.name),
            Column(_("State"), lambda found: found.shown_state.label),
            Column(_("Person"), lambda found: str(found.owner)),
            Column(_("Made at"), lambda found: found.created_at),
            Column(_("Currency"), _currency),
            Column(_("Our balance"), _amount(lambda bridge: bridge.ours_minor)),
            Column(_("Their balance"), _amount(lambda bridge: bridge.theirs_minor)),
            Column(_("Difference"), _amount(lambda bridge: bridge.ours_minor - bridge.theirs_minor)),
        ],
        rows=lambda person, as_of, asked: queries.filtered_reconciliations(
            person, as_of, state=asked.get("state", ""), text=asked.get("text", "")[:120].replace("\x00", "")
        ),
        back="reconciliation:list",
    )
)
