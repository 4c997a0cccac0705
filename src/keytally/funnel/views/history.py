"""Pages of the import of history: give a file, see what was understood, try it, go, undo."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keytally.accounts.rules.attributes import Attribute
from keytally.core.access import person_of, requires
from keytally.exchange.errors import UnableToRead
from keytally.funnel.history_words import ERRORS, STATES, gap_words
from keytally.funnel.models import HistoryImport
from keytally.funnel.queries.history import imports_of
from keytally.funnel.rules.history import HISTORY
from keytally.funnel.services import history
from keytally.imports.services import UnableToImport, Upload
from keytally.kernel.money import UnknownCurrency, minor_digits

SAMPLE_ROWS, SHOWN_REJECTED, SHOWN_IMPORTS = 5, 200, 20


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """What history needs, with the column of the file that was taken for it."""

    code: str
    label: str
    place: int | None
    sample: str


@requires("funnel.import_history")
@require_http_methods(["GET", "POST"])
def history_imports(request: HttpRequest) -> HttpResponse:
    error = ""
    if request.method == "POST":
        try:
            kept = _opened(request)
        except (UnableToImport, UnableToRead, ValueError) as refusal:
            error = _sentence(refusal)
        else:
            return redirect("funnel:history_import", kept.pk)
    recent = imports_of(person_of(request))[:SHOWN_IMPORTS]
    context = {
        "error": error,
        "said": request.POST,
        "recent": [(one, STATES[one.state], one.batch.files.all()) for one in recent],
    }
    return render(request, "funnel/history_imports.html", context, status=422 if error else 200)


@requires("funnel.import_history")
@require_http_methods(["GET", "POST"])
def history_import(request: HttpRequest, history_id: int) -> HttpResponse:
    kept = _own(request, history_id)
    if request.method == "POST" and kept.state in ("DRAFT", "CHECKED"):
        _set_columns(request, kept)
        return _act(request, kept, lambda: history.check_history(kept, by=person_of(request), now=datetime.now(UTC)))
    return render(request, "funnel/history_import.html", _shown(kept))


@requires("funnel.import_history")
@require_POST
def run_history(request: HttpRequest, history_id: int) -> HttpResponse:
    kept = _own(request, history_id)

    def act() -> None:
        count = history.run_history(kept, by=person_of(request), now=datetime.now(UTC)).accepted
        messages.success(
            request, ngettext("%(count)d row was imported.", "%(count)d rows were imported.", count) % {"count": count}
        )

    return _act(request, kept, act)


@requires("funnel.import_history")
@require_POST
def undo_history(request: HttpRequest, history_id: int) -> HttpResponse:
    kept = _own(request, history_id)

    def act() -> None:
        count = history.undo_history(kept, by=person_of(request), now=datetime.now(UTC))
        words = ngettext(
            "The import was undone: %(count)d opportunity is gone.",
            "The import was undone: %(count)d opportunities are gone.",
            count,
        )
        messages.success(request, words % {"count": count})

    return _act(request, kept, act)


def _own(request: HttpRequest, history_id: int) -> HistoryImport:
    return get_object_or_404(HistoryImport.objects.select_related("batch"), pk=history_id, owner=person_of(request))


def _act(request: HttpRequest, kept: HistoryImport, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except history.UnableToImportHistory as refusal:
        messages.error(request, str(ERRORS[refusal.args[0]]))
    return redirect("funnel:history_import", kept.pk)


def _opened(request: HttpRequest) -> HistoryImport:
    file = request.FILES.get("file")
    if file is None:
        raise ValueError("NO_FILE")
    return history.open_history(
        Upload(file.name or "file", file.chunks()),
        currency=_currency(request),
        by=person_of(request),
        now=datetime.now(UTC),
    )


def _currency(request: HttpRequest) -> str:
    code = request.POST.get("currency", "").strip().upper() or "CNY"
    minor_digits(code)
    return code


def _set_columns(request: HttpRequest, kept: HistoryImport) -> None:
    chosen = {one.code: request.POST.get(f"column_{one.code}", "") for one in HISTORY}
    columns = {code: int(place) for code, place in chosen.items() if place.isascii() and place.isdecimal()}
    try:
        currency = _currency(request)
    except UnknownCurrency:
        currency = kept.currency
        messages.error(request, _("This is no currency; %(currency)s stays.") % {"currency": currency})
    history.set_columns(kept, columns=columns, currency=currency, is_good_rows_only="good_rows_only" in request.POST)


def _shown(kept: HistoryImport) -> dict[str, Any]:
    table = history.table_of(kept)
    sample = [cells for _number, cells in islice(table.rows(), SAMPLE_ROWS)]
    return {
        "kept": kept,
        "state": STATES[kept.state],
        "columns": [_column(one, kept, sample) for one in HISTORY],
        "names": [(place, name or f"#{place + 1}") for place, name in enumerate(table.names)],
        "is_open": kept.state in ("DRAFT", "CHECKED"),
        "is_checked": kept.state == "CHECKED",
        "is_done": kept.state == "DONE",
        "results": [(gap_words(code), count) for code, count, _rows in kept.warnings if code.startswith("RESULT_")],
        "gaps": [
            (gap_words(code), count, rows) for code, count, rows in kept.warnings if not code.startswith("RESULT_")
        ],
        "rejected": kept.batch.rejected.all()[:SHOWN_REJECTED],
        "may_go": kept.state == "CHECKED" and (kept.is_good_rows_only or not kept.batch.rejected_rows),
        "file": kept.batch.files.first(),
        "back": reverse("funnel:history_imports"),
    }


def _column(attribute: Attribute, kept: HistoryImport, sample: Sequence[Sequence[str]]) -> ColumnRow:
    is_chinese = (get_language() or "").startswith("zh")
    place = kept.columns.get(attribute.code)
    cells = [row[place] for row in sample if place is not None and place < len(row) and row[place]]
    label = attribute.name_zh if is_chinese else attribute.name_en
    return ColumnRow(attribute.code, label, place, " · ".join(cells[:3])[:120])


def _sentence(refusal: Exception) -> str:
    if isinstance(refusal, UnableToRead):
        return refusal.text(get_language() or "zh")
    if isinstance(refusal, UnableToImport):
        return _("This kind of file cannot be read; use xlsx, xls, csv, tsv or parquet.")
    if isinstance(refusal, UnknownCurrency):
        return _("“%(value)s” is no currency; write CNY.") % {"value": refusal.args[0]}
    return _("Choose a file.")
