"""What is done with a lead on a page of its own: one form and one service for each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from keytally.accounts.queries.reach import visible_to
from keytally.core.access import requires
from keytally.prospecting.convert_form import ConvertForm
from keytally.prospecting.forms import CounterPlanForm, DropForm, FactsForm, GiveForm, PlanForm, first_plan
from keytally.prospecting.labels import ActionKind, DropReason
from keytally.prospecting.queries.work import action_of
from keytally.prospecting.rules.preparation import Personality, Willingness
from keytally.prospecting.services import conversion, leads, touches
from keytally.prospecting.views.pages import Moment, answer, lead_or_404, moment

if TYPE_CHECKING:
    from keytally.prospecting.models import Lead

Data = QueryDict | None


@dataclass(frozen=True, slots=True)
class Deed:
    """A page on which something is done with a lead: its title, its form, and what is done."""

    title: Promise | str
    form: Callable[[Moment, "Lead", Data], forms.Form]
    keep: Callable[[Moment, "Lead", Any], object]
    help: Promise | str = ""
    # Afterwards the lead may be out of the reader's sight.
    leads_away: bool = False


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def deed(request: HttpRequest, number: int, what: str) -> HttpResponse:
    found = moment(request)
    lead, wanted = lead_or_404(number, found=found), DEEDS.get(what)
    if wanted is None:
        raise Http404
    form = wanted.form(found, lead, request.POST if request.method == "POST" else None)
    page = reverse("prospecting:lead", args=[lead.pk])
    return answer(
        request,
        form,
        lambda: wanted.keep(found, lead, form),
        title=wanted.title,
        back=reverse("prospecting:leads") if wanted.leads_away else page,
        help_text=wanted.help,
        extra={"lead": lead},
    )


def _facts_form(found: Moment, lead: "Lead", data: Data) -> FactsForm:
    return FactsForm(data, nodes=visible_to(found.by, as_of=found.today), initial=FactsForm.shown(lead))


def _keep_facts(found: Moment, lead: "Lead", form: FactsForm) -> None:
    leads.change_lead(lead, facts=form.facts(), links=form.links(), by=found.by, on=found.today, now=found.now)


def _write_plan(found: Moment, lead: "Lead", form: forms.Form) -> None:
    said = form.cleaned_data
    touches.write_plan(
        lead,
        willingness=Willingness(said["willingness"]),
        personality=Personality(said["personality"]),
        plan=said["plan"],
        review_on=said["review_on"],
        by=found.by,
        on=found.today,
        now=found.now,
    )


def _next_form(found: Moment, lead: "Lead", data: Data) -> PlanForm:
    action = action_of(lead)
    if action is None:
        return PlanForm(data, initial={**first_plan(found.by, on=found.today)})
    shown = {"next_kind": action.kind, "next_on": action.due_on, "next_owner": action.owner_id}
    return PlanForm(data, initial={**shown, "next_note": action.note})


def _plan_next(found: Moment, lead: "Lead", form: PlanForm) -> None:
    leads.plan_next(lead, plan=form.plan(), by=found.by, on=found.today, now=found.now)


def _drop(found: Moment, lead: "Lead", form: forms.Form) -> None:
    said = form.cleaned_data
    reason = DropReason(said["reason"])
    leads.drop_lead(lead, reason=reason, note=said["note"], by=found.by, on=found.today, now=found.now)


def _call_first(found: Moment, _lead: "Lead", data: Data) -> PlanForm:
    return PlanForm(data, initial={**first_plan(found.by, on=found.today, kind=ActionKind.CALL)})


def _take_up(found: Moment, lead: "Lead", form: PlanForm) -> None:
    leads.take_up(lead, plan=form.plan(), by=found.by, on=found.today, now=found.now)


def _give(found: Moment, lead: "Lead", form: forms.Form) -> None:
    said = form.cleaned_data
    leads.give_over(lead, to=said["to"], by=found.by, now=found.now, reason=said["reason"])


def _convert_form(found: Moment, lead: "Lead", data: Data) -> ConvertForm:
    return ConvertForm(data, nodes=visible_to(found.by, as_of=found.today), initial=ConvertForm.shown(lead))


def _convert(found: Moment, lead: "Lead", form: ConvertForm) -> None:
    conversion.convert(lead, wanted=form.wanted(), by=found.by, on=found.today, now=found.now)


DEEDS: dict[str, Deed] = {
    "edit": Deed(_("What is known"), _facts_form, _keep_facts),
    "plan": Deed(_("Class and counter-plan"), lambda _found, _lead, data: CounterPlanForm(data), _write_plan),
    "next": Deed(_("Next action"), _next_form, _plan_next),
    "drop": Deed(_("Drop the lead"), lambda _found, _lead, data: DropForm(data), _drop),
    "take-up": Deed(_("Take up again"), _call_first, _take_up),
    "give": Deed(_("Give to another owner"), lambda _found, _lead, data: GiveForm(data), _give, leads_away=True),
    "convert": Deed(
        _("Turn into an account and an opportunity"),
        _convert_form,
        _convert,
        _("Everything written of the lead stays and is evidence of the opportunity."),
    ),
}
