"""How does a person take a file away? A page asks why; the answer is recorded, then the file goes."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from keytally.core import exports
from keytally.core.access import person_of
from keytally.core.exports import Offer, UnableToExport
from keytally.core.models import Export
from keytally.core.sensitivity import SENSITIVITY_LABELS
from keytally.exchange.marked import TooManyRows

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "toml": "application/toml; charset=utf-8",
}


def answer(request: HttpRequest, offer: Offer, *, back: str) -> HttpResponseBase:
    """Show what is offered and ask why; answer a posted form with the file, once its record is written."""
    person = person_of(request)
    if not offer.guard.opens_to(person):
        raise PermissionDenied("CLASS")
    if request.method != "POST":
        return _ask(request, offer, back=back)
    chosen, reason = request.POST.get("format", ""), request.POST.get("reason", "")[:1000]
    try:
        export = exports.record_export(offer, file_format=chosen, reason=reason, by=person, now=datetime.now(UTC))
        return _hand_out(offer, export)
    except UnableToExport as refusal:
        return _ask(request, offer, back=back, error=_sentence(refusal.args[0]))
    except TooManyRows as refusal:
        error = _("A workbook holds %(count)d rows and this has more; take it as CSV.") % {"count": refusal.args[0]}
        return _ask(request, offer, back=back, error=error)


def _ask(request: HttpRequest, offer: Offer, *, back: str, error: str = "") -> HttpResponse:
    shown = {
        "offer": offer,
        "needs_reason": offer.needs_reason(),
        "sensitivity": SENSITIVITY_LABELS[offer.guard.sensitivity],
        "back": back,
        "error": error,
        "chosen": request.POST.get("format") or offer.formats[0],
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "core/export.html", shown, status=422 if error else 200)


def _sentence(code: str) -> str:
    if code == "REASON":
        return _("Say in a few words why you need this file; it is kept with your name.")
    return _("This format is not offered; choose one of those on the page.")


def _hand_out(offer: Offer, export: Export) -> FileResponse:
    response = FileResponse(
        _written(offer, export),
        as_attachment=True,
        filename=f"{get_valid_filename(offer.file_name)}-E{export.pk:06d}.{export.file_format}",
        content_type=CONTENT_TYPES[export.file_format],
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _written(offer: Offer, export: Export) -> IO[bytes]:
    """Write the file where nobody else reads it; it is gone from the folder once it is open."""
    root = Path(settings.FILES_ROOT) / "leaving"
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root) as folder:
        file = Path(folder) / f"export.{export.file_format}"
        offer.write(file, export.file_format, exports.mark_of(export))
        return file.open("rb")
