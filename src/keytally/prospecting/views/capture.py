"""A table of companies, pasted: look at what was understood, then keep it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from keytally.accounts.queries.reach import visible_to
from keytally.core.access import requires
from keytally.prospecting.forms import PasteForm, first_plan
from keytally.prospecting.refusals import UnableToProspect, sentence
from keytally.prospecting.rules.capture import UnableToCapture, capture
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services.capturing import Looked, keep_captured, look
from keytally.prospecting.views.pages import Moment, key_of, moment


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    nodes = visible_to(found.by, as_of=found.today)
    first = {**first_plan(found.by, on=found.today), "source": LeadSource.WEB_SEARCH}
    form = PasteForm(request.POST or None, nodes=nodes, initial=first)
    looked: Looked | None = None
    if form.is_bound and form.is_valid():
        try:
            looked = look(capture(form.cleaned_data["table"]))
            if request.POST.get("step") == "keep":
                return _kept(request, form, looked, found)
        except UnableToCapture as refusal:
            form.add_error("table", sentence(refusal.code, refusal.parameters))
        except UnableToProspect as refusal:
            for words in refusal.sentences():
                form.add_error(None, words)
    context: dict[str, Any] = {"form": form, "looked": looked, "key": key_of(request), "faults": _faults(looked)}
    return render(request, "prospecting/paste.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, form: PasteForm, looked: Looked, found: Moment) -> HttpResponse:
    others = {int(row) for row in request.POST.getlist("other") if row.isascii() and row.isdecimal() and len(row) < 7}
    links = form.links()
    kept = keep_captured(
        looked,
        others=others,
        source=LeadSource(links["source"]),
        links=links,
        first=form.plan(),
        key=key_of(request),
        by=found.by,
        now=found.now,
    )
    words = ngettext("%(count)d lead was kept.", "%(count)d leads were kept.", len(kept)) % {"count": len(kept)}
    messages.success(request, words)
    return redirect("prospecting:leads")


def _faults(looked: Looked | None) -> list[dict[str, Any]]:
    """Word every row that cannot be read."""
    return [
        {
            "row": fault.row,
            "column": fault.column,
            "value": fault.value,
            "reason": sentence(fault.code, {"value": fault.value, **fault.parameters}),
        }
        for fault in (looked.faults if looked else ())
    ]
