"""Pages on which a lead is worked on: prepare it, and write down a call, a visit or a letter."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keytally.core.access import requires
from keytally.prospecting.forms import TouchForm, first_plan
from keytally.prospecting.labels import ActionKind
from keytally.prospecting.queries import work as queries
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.rules.cadence import Outcome, TouchKind
from keytally.prospecting.services import touches
from keytally.prospecting.views.pages import answer, key_of, lead_or_404, moment


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def touch(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    kind = request.GET.get("kind", TouchKind.CALL.value)
    first = {**first_plan(found.by, on=found.today, kind=ActionKind.CALL), "kind": kind, "happened_at": found.now}
    form = TouchForm(
        request.POST or None,
        initial={**first, "contact_name": kept.contact_name, "may_write": kept.may_write},
    )

    def keep() -> None:
        said = form.cleaned_data
        touches.record_touch(
            kept,
            said=touches.Said(
                kind=TouchKind(said["kind"]),
                happened_at=form.ended_at(),
                contact_name=said["contact_name"],
                outcome=Outcome(said["outcome"]),
                text=said["text"],
                following=form.plan(),
                may_write=said["may_write"],
                exception_reason=said["exception_reason"],
                key=key_of(request),
            ),
            by=found.by,
            now=found.now,
        )

    ready = queries.is_prepared(kept, as_of=found.today)
    return answer(
        request,
        form,
        keep,
        title=_("Write down what happened"),
        back=reverse("prospecting:lead", args=[kept.pk]),
        help_text=_("Write it right after return; say what comes next. A lead always has one next action."),
        extra={"lead": kept, "prepared": ready},
    )


@requires("prospecting.work")
@require_POST
def prepare(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    try:
        touches.prepare(
            kept,
            item=request.POST.get("item", "")[:40].replace("\x00", ""),
            note=request.POST.get("note", "").replace("\x00", ""),
            is_done=request.POST.get("is_done") == "yes",
            by=found.by,
            on=found.today,
            now=found.now,
        )
    except UnableToProspect as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    return redirect(f"{reverse('prospecting:lead', args=[kept.pk])}#prepare")
