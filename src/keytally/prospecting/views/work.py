"""Pages on which a lead is worked on: prepare, call, visit, write, plan, drop, give away, turn into an opportunity."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keytally.accounts.queries.reach import visible_to
from keytally.core.access import requires
from keytally.prospecting.convert_form import ConvertForm
from keytally.prospecting.forms import CounterPlanForm, DropForm, GiveForm, PlanForm, TouchForm, first_plan
from keytally.prospecting.labels import ActionKind, DropReason
from keytally.prospecting.queries import work as queries
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.rules.cadence import Outcome, TouchKind
from keytally.prospecting.rules.preparation import Personality, Willingness
from keytally.prospecting.services import conversion, leads, touches
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


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def counter_plan(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    form = CounterPlanForm(request.POST or None)

    def keep() -> None:
        said = form.cleaned_data
        touches.write_plan(
            kept,
            willingness=Willingness(said["willingness"]),
            personality=Personality(said["personality"]),
            plan=said["plan"],
            review_on=said["review_on"],
            by=found.by,
            on=found.today,
            now=found.now,
        )

    back = reverse("prospecting:lead", args=[kept.pk])
    return answer(request, form, keep, title=_("Class and counter-plan"), back=back, extra={"lead": kept})


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def next_action(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    action = queries.action_of(kept)
    shown: dict[str, Any] = (
        {
            "next_kind": action.kind,
            "next_on": action.due_on,
            "next_owner": action.owner_id,
            "next_note": action.note,
        }
        if action
        else {**first_plan(found.by, on=found.today)}
    )
    form = PlanForm(request.POST or None, initial=shown)

    def keep() -> None:
        leads.plan_next(kept, plan=form.plan(), by=found.by, on=found.today, now=found.now)

    back = reverse("prospecting:lead", args=[kept.pk])
    return answer(request, form, keep, title=_("Next action"), back=back, extra={"lead": kept})


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    form = DropForm(request.POST or None)

    def keep() -> None:
        said = form.cleaned_data
        reason = DropReason(said["reason"])
        leads.drop_lead(kept, reason=reason, note=said["note"], by=found.by, on=found.today, now=found.now)

    back = reverse("prospecting:lead", args=[kept.pk])
    return answer(request, form, keep, title=_("Drop the lead"), back=back, extra={"lead": kept})


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def take_up(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    form = PlanForm(request.POST or None, initial={**first_plan(found.by, on=found.today, kind=ActionKind.CALL)})

    def keep() -> None:
        leads.take_up(kept, plan=form.plan(), by=found.by, on=found.today, now=found.now)

    back = reverse("prospecting:lead", args=[kept.pk])
    return answer(request, form, keep, title=_("Take up again"), back=back, extra={"lead": kept})


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    form = GiveForm(request.POST or None)

    def keep() -> None:
        said = form.cleaned_data
        leads.give_over(kept, to=said["to"], by=found.by, now=found.now, reason=said["reason"])

    return answer(
        request,
        form,
        keep,
        title=_("Give to another owner"),
        back=reverse("prospecting:leads"),
        extra={"lead": kept},
    )


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def convert(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found)
    seen = visible_to(found.by, as_of=found.today)
    form = ConvertForm(request.POST or None, nodes=seen, initial=ConvertForm.shown(kept))

    def keep() -> None:
        conversion.convert(kept, wanted=form.wanted(), by=found.by, on=found.today, now=found.now)

    return answer(
        request,
        form,
        keep,
        title=_("Turn into an account and an opportunity"),
        back=reverse("prospecting:lead", args=[kept.pk]),
        help_text=_("Everything written of the lead stays and is evidence of the opportunity."),
        extra={"lead": kept},
    )
