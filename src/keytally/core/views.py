"""Hands out attachments and lists, and shows who took what out and who did what."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core import audit_pages, export_pages, exports, queries
from keytally.core.access import day_of, person_of, requires, signed_in
from keytally.core.rules import CONTENT_TYPES, FileType
from keytally.core.scope import scope_of

PER_PAGE = 50


@signed_in
@require_GET
def attachment(request: HttpRequest, attachment_id: int) -> FileResponse:
    found = queries.visible_attachment(attachment_id, person=person_of(request), as_of=day_of(request))
    if found is None:
        raise Http404
    content_type = CONTENT_TYPES[FileType(found.file_type)]
    response = FileResponse(
        queries.open_attachment(found), as_attachment=True, filename=found.name, content_type=content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@signed_in
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest, code: str) -> HttpResponseBase:
    """Offer a registered list; its own permission is asked for here, because one page serves every list."""
    wanted, person = exports.listing(code), person_of(request)
    if wanted is None:
        raise Http404
    if not person.may(wanted.permission):
        raise PermissionDenied(wanted.permission)
    offer = exports.offer_of(wanted, person=person, as_of=day_of(request), asked=request.GET.dict())
    return export_pages.answer(request, offer, back=reverse(wanted.back))


@requires("exports.view")
@require_GET
def export_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    page = Paginator(queries.visible_exports(person, day_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/exports.html", {"page": page, "scope": scope_of(person, "exports.view")})


@requires("audit.view")
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    person, action = _asked(request, "person", most=150), _asked(request, "action", most=64)
    found = queries.audit_entries(username=person, action=action)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    kept = urlencode({key: value for key, value in (("person", person), ("action", action)) if value})
    shown = {
        "page": page,
        "rows": audit_pages.rows_of(page, reader=person_of(request), as_of=day_of(request)),
        "person": person,
        "action": action,
        "kept": f"{kept}&" if kept else "",
    }
    return render(request, "core/audit.html", shown)


def _asked(request: HttpRequest, name: str, *, most: int) -> str:
    return request.GET.get(name, "").strip()[:most].replace("\x00", "")
