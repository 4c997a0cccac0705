"""The box in the top bar: one place to find everything."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keytally.core.access import person_of, signed_in
from keytally.core.clock import business_date
from keytally.core.search import found

MOST = 20


@signed_in
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Show what fits, under the box or as a page of its own."""
    text = request.GET.get("q", "")[:120].replace("\x00", "")
    hits = found(person_of(request), text, as_of=business_date(datetime.now(UTC)), most=MOST)
    template = "site/_found.html" if request.headers.get("HX-Request") == "true" else "site/search.html"
    return render(request, template, {"hits": hits, "text": text})
