"""Pages of what a run found: the lines that differ, why, candidates, rejected rows, files to take away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core import export_pages
from keytally.core.access import day_of, person_of, requires
from keytally.core.templatetags.keytally import money, quantity
from keytally.imports import queries as imports_queries
from keytally.reconciliation import exports, queries
from keytally.reconciliation.engine import results
from keytally.reconciliation.engine.candidates import candidate_page
from keytally.reconciliation.engine.results import Explanation, Line, Side, SortKey, Wanted
from keytally.reconciliation.labels import COLUMN_LABELS, class_label
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.templatetags.reconciliation import unit_price

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the residuals: its label, and the address that sorts by it."""

    label: Promise | str
    url: str
    is_sorted: bool
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field of a line beside the same field of the lines it was compared with."""

    label: Promise | str
    values: tuple[str, ...]
    differs: bool
    is_figure: bool


_COLUMNS: tuple[tuple[Promise | str, SortKey | None, bool], ...] = (
    ("", None, False),
    (_("Side"), None, False),
    (_("Class"), SortKey.CLASS, False),
    (_("Ours - theirs"), SortKey.SIZE, True),
    (_("Quantity difference"), None, True),
    (COLUMN_LABELS["doc_no"], SortKey.DOCUMENT, False),
    (COLUMN_LABELS["order_no"], SortKey.ORDER, False),
    (COLUMN_LABELS["store"], SortKey.STORE, False),
    (COLUMN_LABELS["item"], SortKey.ITEM, False),
    (COLUMN_LABELS["date"], SortKey.DATE, False),
    (_("Line amount"), None, True),
    (_("Row in file"), SortKey.PLACE, True),
)


@requires("reconcile.view")
@require_GET
def residuals(request: HttpRequest, number: int) -> HttpResponse:
    found = _with_result(request, number)
    wanted = _wanted(request)
    shown = _shown_or_404(found, wanted=wanted, page=_page_of(request))
    bridges = queries.bridges(found.summary)
    several_files = any(side.files > 1 for side in queries.side_counts(found.summary))
    context = {
        "found": found,
        "wanted": wanted,
        "shown": shown,
        "columns": _headings(wanted, several_files=several_files),
        "several_files": several_files,
        "classes": queries.residual_classes(found.summary),
        "causes": list(dict.fromkeys(bar.cause for bridge in bridges for bar in bridge.bars)),
        "sides": list(Side),
        "currencies": [bridge.currency for bridge in bridges],
        "several_currencies": len(bridges) > 1,
        "is_filtered": any((wanted.line_class, wanted.cause, wanted.side, wanted.currency, wanted.text)),
        "kept": f"{_kept(wanted)}&",
        "kept_all": f"{_kept(wanted)}&page={shown.page}",
    }
    return render(request, "reconciliation/residuals.html", context)


@requires("reconcile.view")
@require_GET
def why(request: HttpRequest, number: int, side: str, line_id: str) -> HttpResponse:
    found = _with_result(request, number)
    if side not in set(Side):
        raise Http404
    try:
        explained = results.explanation(
            queries.pages_folder(found), published=queries.result_folder(found), side=Side(side), line_id=line_id
        )
    except results.UnableToShow as error:
        raise Http404 from error
    if explained is None:
        raise Http404
    name = class_label(explained.residual.line_class)
    context = {
        "found": found,
        "why": explained,
        "heading": _("Why “%(name)s”?") % {"name": name},
        "other_side": Side.THEIRS if explained.residual.side is Side.OURS else Side.OURS,
        "fields": _fields(explained),
        "kept_all": f"{_kept(_wanted(request))}&page={_page_of(request)}",
    }
    return render(request, "reconciliation/why.html", context)


@requires("reconcile.view")
@require_GET
def candidates(request: HttpRequest, number: int) -> HttpResponse:
    found = _with_result(request, number)
    try:
        shown = candidate_page(
            queries.pages_folder(found),
            published=queries.result_folder(found),
            page=_page_of(request),
            page_size=PER_PAGE,
        )
    except results.UnableToShow as error:
        raise Http404 from error
    return render(request, "reconciliation/candidates.html", {"found": found, "shown": shown, "kept": ""})


@requires("reconcile.view")
@require_GET
def rejected(request: HttpRequest, number: int) -> HttpResponse:
    found = _with_result(request, number)
    rows = imports_queries.rejected_rows(ours=found.ours_id, theirs=found.theirs_id)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    counted = sum(side.rejected for side in queries.side_counts(found.summary))
    context = {
        "found": found,
        "page": page,
        "more_rows": max(0, counted - page.paginator.count),
        "has_file": "rejected.csv" in dict(queries.downloads(found)),
    }
    return render(request, "reconciliation/rejected.html", context)


@requires("reconcile.view")
@require_http_methods(["GET", "POST"])
def download(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    found = _with_result(request, number)
    if name not in queries.DOWNLOADS or not (queries.result_folder(found) / name).is_file():
        raise Http404
    back = reverse("reconciliation:show", args=[number])
    return export_pages.answer(request, exports.offer_of_file(found, name), back=back)


def _with_result(request: HttpRequest, number: int) -> Reconciliation:
    found = get_object_or_404(queries.visible_reconciliations(person_of(request), day_of(request)), pk=number)
    if not found.has_result:
        raise Http404
    return found


def _shown_or_404(found: Reconciliation, *, wanted: Wanted, page: int) -> results.ResidualPage:
    try:
        return results.residual_page(queries.pages_folder(found), wanted=wanted, page=page, page_size=PER_PAGE)
    except results.UnableToShow as error:
        raise Http404 from error


def _wanted(request: HttpRequest) -> Wanted:
    asked = request.GET
    side, sort = asked.get("side", ""), asked.get("sort", "")
    return Wanted(
        line_class=asked.get("class") or None,
        cause=asked.get("cause") or None,
        side=Side(side) if side in set(Side) else None,
        currency=asked.get("currency") or None,
        text=asked.get("text", "")[:120].replace("\x00", ""),
        sort=SortKey(sort) if sort in set(SortKey) else SortKey.SIZE,
        descending=asked.get("direction", "desc") != "asc",
    )


def _kept(wanted: Wanted, **changed: str) -> str:
    """Write what is wanted as the query of an address, without the page."""
    asked: dict[str, Any] = {
        "class": wanted.line_class,
        "cause": wanted.cause,
        "side": wanted.side,
        "currency": wanted.currency,
        "text": wanted.text,
        "sort": wanted.sort,
        "direction": "desc" if wanted.descending else "asc",
    }
    return urlencode({key: value for key, value in {**asked, **changed}.items() if value})


def _headings(wanted: Wanted, *, several_files: bool) -> list[Heading]:
    columns = [*_COLUMNS, (_("File"), None, False)] if several_files else _COLUMNS
    return [_heading(wanted, label=label, sort=sort, is_figure=is_figure) for label, sort, is_figure in columns]


def _heading(wanted: Wanted, *, label: Promise | str, sort: SortKey | None, is_figure: bool) -> Heading:
    if sort is None:
        return Heading(label, url="", is_sorted=False, is_figure=is_figure)
    is_sorted = wanted.sort is sort
    first = "desc" if sort is SortKey.SIZE else "asc"
    turned = ("asc" if wanted.descending else "desc") if is_sorted else first
    return Heading(label, f"?{_kept(wanted, sort=sort, direction=turned)}", is_sorted=is_sorted, is_figure=is_figure)


def _page_of(request: HttpRequest) -> int:
    page = request.GET.get("page", "1")
    return int(page) if page.isascii() and page.isdecimal() and len(page) < 9 else 1


def _fields(explained: Explanation) -> list[FieldRow]:
    lines = (explained.residual.line, *explained.compared)
    shown = [_texts(line) for line in lines]
    telling = _TELLING | _TELLING_BY_CLASS.get(explained.residual.line_class, frozenset())
    rows = [
        FieldRow(
            label=COLUMN_LABELS[field],
            values=tuple(texts[field] for texts in shown),
            differs=field in telling and _differs([texts[field] for texts in shown]),
            is_figure=field in _FIGURES,
        )
        for field in COLUMN_LABELS
        if any(texts[field] for texts in shown)
    ]
    return [*rows, FieldRow(_("File and row"), tuple(_place(line) for line in lines), differs=False, is_figure=False)]


_FIGURES = frozenset({"quantity", "unit_price", "amount"})
_TELLING = _FIGURES | {"currency"}
_TELLING_BY_CLASS: Mapping[str, frozenset[str]] = {
    "WRONG_STORE": frozenset({"store"}),
    "WRONG_ITEM": frozenset({"item", "gtin"}),
    "TIMING": frozenset({"date"}),
}


def _differs(values: list[str]) -> bool:
    """Say that a field differs where both have one; codes of two parties differ anyway and are not marked."""
    return len(values) == 2 and all(values) and values[0] != values[1]


def _texts(line: Line) -> dict[str, str]:
    currency = line.currency or "CNY"
    return {
        "doc_no": line.doc_no or "",
        "doc_type": line.doc_type or "",
        "line_no": line.line_no or "",
        "order_no": line.order_no or "",
        "store": line.store or "",
        "item": line.item or "",
        "gtin": line.gtin or "",
        "date": date_format(line.date, "Y-m-d") if line.date else "",
        "quantity": quantity(line.quantity),
        "unit_price": unit_price(line.unit_price),
        "amount": money(line.amount, currency),
        "currency": line.currency or "",
    }


def _place(line: Line) -> str:
    sheet = f" · {line.place.sheet}" if line.place.sheet else ""
    return f"{line.place.file}{sheet} · {line.place.row}"
