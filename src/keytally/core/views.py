"""Hands out attachments."""

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET

from keytally.core import queries
from keytally.core.access import day_of, person_of, signed_in
from keytally.core.rules import CONTENT_TYPES, FileType


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
