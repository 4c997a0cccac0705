"""Pages of what a run found beside its grid: candidates, the runs there were, files to take away."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core import export_pages
from keytally.core.access import requires
from keytally.reconciliation import exports, queries
from keytally.reconciliation.engine import results
from keytally.reconciliation.engine.candidates import candidate_page
from keytally.reconciliation.views.found import visible, with_result
from keytally.reconciliation.views.grid import page_of

PER_PAGE = 50


@requires("reconcile.view")
@require_GET
def candidates(request: HttpRequest, number: int) -> HttpResponse:
    found = with_result(request, number)
    try:
        shown = candidate_page(
            queries.pages_folder(found),
            published=queries.result_folder(found),
            page=page_of(request),
            page_size=PER_PAGE,
        )
    except results.UnableToShow as error:
        raise Http404 from error
    return render(request, "reconciliation/candidates.html", {"found": found, "shown": shown, "kept": ""})


@requires("reconcile.view")
@require_http_methods(["GET", "POST"])
def download(request: HttpRequest, number: int, name: str) -> HttpResponseBase:
    found = with_result(request, number)
    if name not in queries.DOWNLOADS or not (queries.result_folder(found) / name).is_file():
        raise Http404
    back = reverse("reconciliation:show", args=[number])
    return export_pages.answer(request, exports.offer_of_file(found, name), back=back)


@requires("reconcile.view")
@require_GET
def runs(request: HttpRequest, number: int) -> HttpResponse:
    found = visible(request, number)
    return render(request, "reconciliation/runs.html", {"found": found, "runs": queries.runs_of(number)})
