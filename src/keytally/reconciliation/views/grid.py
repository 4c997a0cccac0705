"""The grid of residuals: filters in the address, totals of what is filtered, fifty rows at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from keytally.core.access import person_of, requires
from keytally.reconciliation import queries
from keytally.reconciliation.engine import results
from keytally.reconciliation.engine.results import Residual, Side, SortKey, Wanted
from keytally.reconciliation.labels import COLUMN_LABELS
from keytally.reconciliation.models import Decision, Reconciliation, ResidualCase
from keytally.reconciliation.views import found as pages

PER_PAGE = 50
MOST_IDS = 60_000
_NAMES = (
    "class", "cause", "side", "currency", "text", "store", "item", "least", "most", "first_on", "last_on",
    "state", "assignee", "sort", "direction",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the residuals: its label, and the address that sorts by it."""

    label: Promise | str
    url: str
    is_sorted: bool
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A residual in the grid, with what people did about it."""

    residual: Residual
    case: ResidualCase | None
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for, as it was written there."""

    asked: Mapping[str, str]

    @property
    def query(self) -> str:
        """Write it as the query of an address, without the page."""
        return urlencode({name: value for name, value in self.asked.items() if value})

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything is left out."""
        return any(value for name, value in self.asked.items() if name not in ("sort", "direction"))

    def turned(self, **changed: str) -> str:
        """Write the query with some of it changed."""
        return urlencode({name: value for name, value in {**self.asked, **changed}.items() if value})


_COLUMNS: tuple[tuple[Promise | str, SortKey | None, bool], ...] = (
    (_("Side"), None, False),
    (pgettext_lazy("reconciliation", "Class"), SortKey.CLASS, False),
    (COLUMN_LABELS["doc_no"], SortKey.DOCUMENT, False),
    (COLUMN_LABELS["store"], SortKey.STORE, False),
    (COLUMN_LABELS["item"], SortKey.ITEM, False),
    (COLUMN_LABELS["date"], SortKey.DATE, False),
    (_("Ours - theirs"), SortKey.SIZE, True),
    (_("Who · state"), None, False),
    (_("Quantity difference"), None, True),
    (_("Line amount"), None, True),
    (COLUMN_LABELS["order_no"], SortKey.ORDER, False),
    (_("Row in file"), SortKey.PLACE, True),
)


@requires("reconcile.view")
@require_GET
def residuals(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.with_result(request, number)
    filtered = filter_of(request)
    wanted = wanted_of(filtered, found, person_id=person_of(request).pk)
    try:
        shown = results.residual_page(
            queries.pages_folder(found), wanted=wanted, page=page_of(request), page_size=PER_PAGE
        )
    except results.UnableToShow as error:
        raise Http404 from error
    template = "_grid.html" if request.headers.get("HX-Target") == "kt-grid" else "residuals.html"
    context = {**_grid_page(found, filtered=filtered, wanted=wanted, shown=shown), **_around(request, found)}
    return render(request, f"reconciliation/{template}", context)


def filter_of(request: HttpRequest) -> Filter:
    """Read the filter of an address."""
    asked = request.GET if request.method == "GET" else request.POST
    return Filter({name: asked.get(name, "")[:120].replace("\x00", "").strip() for name in _NAMES})


def wanted_of(filtered: Filter, found: Reconciliation, *, person_id: int) -> Wanted:
    """Word a filter for the engine; what people did is looked up and given by identity."""
    asked = filtered.asked
    side, sort = asked["side"], asked["sort"]
    wanted = Wanted(
        line_class=asked["class"] or None,
        cause=asked["cause"] or None,
        side=Side(side) if side in set(Side) else None,
        currency=asked["currency"] or None,
        text=asked["text"],
        store=asked["store"],
        item=asked["item"],
        least_minor=_minor(asked["least"]),
        most_minor=_minor(asked["most"]),
        first_on=_day(asked["first_on"]),
        last_on=_day(asked["last_on"]),
        sort=SortKey(sort) if sort in set(SortKey) else SortKey.SIZE,
        descending=asked["direction"] != "asc",
    )
    return _by_people(wanted, found, state=asked["state"], assignee=asked["assignee"], person_id=person_id)


def page_of(request: HttpRequest) -> int:
    """Read the number of a page."""
    page = request.GET.get("page", "1")
    return int(page) if page.isascii() and page.isdecimal() and len(page) < 9 else 1


def _by_people(wanted: Wanted, found: Reconciliation, *, state: str, assignee: str, person_id: int) -> Wanted:
    if not state and not assignee:
        return wanted
    cases, without = queries.cases_of(found.pk), None
    is_among = False
    if assignee == "none":
        without = set(cases.exclude(assignee=None).values_list("line_id", flat=True))
    elif assignee == "me" or assignee.isdecimal():
        cases, is_among = cases.filter(assignee=person_id if assignee == "me" else int(assignee)), True
    if state == ResidualCase.State.OPEN and not is_among:
        without = (without or set()) | set(cases.exclude(state=state).values_list("line_id", flat=True))
    elif state in ResidualCase.State.values:
        cases, is_among = cases.filter(state=state), True
    among = tuple(cases.values_list("line_id", flat=True)[:MOST_IDS]) if is_among else None
    return replace(wanted, among=among, without=tuple(without) if without is not None else None)


def _grid_page(
    found: Reconciliation, *, filtered: Filter, wanted: Wanted, shown: results.ResidualPage
) -> dict[str, Any]:
    bridges = queries.bridges(found.summary)
    kept = filtered.query
    return {
        "found": found,
        "asked": filtered.asked,
        "wanted": wanted,
        "shown": shown,
        "rows": _rows(found, shown.rows),
        "columns": [_heading(filtered, wanted, *column) for column in _COLUMNS],
        "classes": queries.residual_classes(found.summary),
        "causes": list(dict.fromkeys(bar.cause for bridge in bridges for bar in bridge.bars)),
        "sides": list(Side),
        "currencies": [bridge.currency for bridge in bridges],
        "several_currencies": len(bridges) > 1,
        "is_filtered": filtered.is_filtered,
        "kept": f"{kept}&" if kept else "",
        "kept_all": f"{kept}&page={shown.page}" if kept else f"page={shown.page}",
        "states": ResidualCase.State.choices,
        "assignees": queries.assignees_of(found.pk),
    }


def _around(request: HttpRequest, found: Reconciliation) -> dict[str, Any]:
    return {
        "may_decide": not found.is_signed and pages.may(request, found, "reconcile.decide"),
        "may_run": not found.is_signed and pages.may(request, found, "reconcile.run"),
        "waiting": queries.waiting_changes(found),
        "assignable": queries.assignable(found),
        "nothing": (),
        "latest_entry": queries.latest_entry(found.pk),
        "last_run": queries.latest_run(found),
    }


def _rows(found: Reconciliation, rows: tuple[Residual, ...]) -> list[GridRow]:
    ids = [row.id for row in rows]
    cases = {(case.side, case.line_id): case for case in queries.cases_of(found.pk).filter(line_id__in=ids)}
    decided: dict[str, Decision] = {}
    for one in queries.decisions_about(found.pk, ids):
        decided.setdefault(one.ours_id, one)
        decided.setdefault(one.theirs_id, one)
    return [GridRow(row, cases.get((row.side.value, row.id)), decided.get(row.id)) for row in rows]


def _heading(
    filtered: Filter,
    wanted: Wanted,
    label: Promise | str,
    sort: SortKey | None,
    is_figure: bool,  # noqa: FBT001 - a row of _COLUMNS
) -> Heading:
    if sort is None:
        return Heading(label, url="", is_sorted=False, is_figure=is_figure)
    is_sorted = wanted.sort is sort
    first = "desc" if sort is SortKey.SIZE else "asc"
    turned = ("asc" if wanted.descending else "desc") if is_sorted else first
    return Heading(label, f"?{filtered.turned(sort=sort, direction=turned)}", is_sorted=is_sorted, is_figure=is_figure)


def _minor(text: str) -> int | None:
    """Read an amount as people write it; what is none filters nothing."""
    try:
        amount = Decimal(text.replace(",", "").replace("，", "")) if text else None
        return None if amount is None or not amount.is_finite() else int(amount.scaleb(2))
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
