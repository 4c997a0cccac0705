"""The page of sub-balances: what each store has on both sides, sorted, filtered, and taken away."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core import export_pages
from keytally.core.access import person_of, requires
from keytally.reconciliation import store_export
from keytally.reconciliation.queries.stores import StoreFilter, StoreSort, stores_asked_of, stores_of
from keytally.reconciliation.views import found as pages
from keytally.reconciliation.views.grid import Heading

PER_PAGE = 50
_COLUMNS: tuple[tuple[StoreSort | None, Promise | str], ...] = (
    (StoreSort.STORE, gettext_lazy("Store")),
    (StoreSort.OUR_LINES, gettext_lazy("Our lines")),
    (StoreSort.THEIR_LINES, gettext_lazy("Their lines")),
    (StoreSort.OURS, gettext_lazy("Our balance")),
    (StoreSort.THEIRS, gettext_lazy("Their balance")),
    (StoreSort.GAP, gettext_lazy("Ours - theirs")),
    (None, gettext_lazy("Currency")),
)


@requires("reconcile.view")
@require_GET
def stores(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.with_result(request, number)
    wanted = stores_asked_of(request.GET.dict())
    shown = stores_of(found, wanted=wanted)
    context = {
        "found": found,
        "below": True,
        "heading": _("Sub-balances of the stores"),
        "page": Paginator(shown.rows, PER_PAGE).get_page(request.GET.get("page")),
        "kept": f"{urlencode(wanted.asked)}&" if wanted.asked else "",
        "sums": shown.sums,
        "is_told": shown.is_told,
        "wanted": wanted,
        "columns": [_heading(wanted, sort, label) for sort, label in _COLUMNS],
    }
    return render(request, "reconciliation/stores.html", context)


@requires("reconcile.view")
@require_http_methods(["GET", "POST"])
def take_stores(request: HttpRequest, number: int) -> HttpResponseBase:
    found = pages.with_result(request, number)
    offer = store_export.offer_of_stores(found, stores_asked_of(request.GET.dict()), person=person_of(request))
    return export_pages.answer(request, offer, back=reverse("reconciliation:stores", args=[number]))


def _heading(wanted: StoreFilter, sort: StoreSort | None, label: Promise | str) -> Heading:
    is_figure = sort not in (None, StoreSort.STORE)
    if sort is None:
        return Heading(label, url="", is_sorted=False, is_figure=is_figure)
    is_sorted = wanted.sort is sort
    is_turned = not wanted.is_descending if is_sorted else is_figure
    asked = {**wanted.asked, "sort": sort.value, "direction": "desc" if is_turned else "asc"}
    return Heading(label, f"?{urlencode(asked)}", is_sorted=is_sorted, is_figure=is_figure)
