"""Pages on which something of an opportunity is typed: one page, one form, one service for each."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.funnel.forms import opportunity as typed
from keytally.funnel.labels import EndReason, NeedKind, PaperKind, SourceKind, stage_name
from keytally.funnel.models import GateEvidence, TeamMember
from keytally.funnel.queries.reach import CHANGE, OVERRIDE, REVIEW
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.closing import FACTS
from keytally.funnel.rules.stages import STAGES, CustomerSize, Stage, State, TeamRole, position
from keytally.funnel.services import ending, evidence, moving, opening, papers, team
from keytally.funnel.views.occasions import Data, Edit, Occasion, answer, mending, occasion, refuse

if TYPE_CHECKING:
    from keytally.funnel.rules.gates import GateProfile


@requires("funnel.change")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    today = business_date(now)
    accounts = visible_accounts(person, as_of=today).filter(merged_into=None)
    asked = request.GET.get("account_id", "")
    known = (
        accounts.filter(pk=int(asked)).first() if asked.isascii() and asked.isdecimal() and len(asked) < 16 else None
    )
    first = {"account": known.code if known else "", "owner": person.pk, "opened_on": today}
    form = typed.NewOpportunityForm(
        request.POST or None, accounts=accounts, profile=gate_profile(as_of=today), initial=first
    )
    key = request.POST.get("key") or f"page-{person.pk}-{now:%Y%m%d%H%M%S%f}"
    if form.is_bound and form.is_valid():
        try:
            opened = opening.open_opportunity(wanted=_wanted(form), by=person, now=now, idempotency_key=key[:100])
        except UnableToKeepOpportunity as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s was opened.") % {"name": opened.name})
            return redirect("funnel:show", opened.pk)
    shown = {"form": form, "title": _("New opportunity"), "back": reverse("funnel:list"), "key": key}
    return render(request, "funnel/form.html", shown, status=422 if form.is_bound else 200)


@requires("funnel.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=CHANGE), EDITS.get(what))


@requires("funnel.override")
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, number: int, to: str) -> HttpResponse:
    if to not in set(Stage):
        raise Http404
    found = occasion(request, number, permission=OVERRIDE)

    def keep(found: Occasion, form: forms.Form) -> None:
        moving.override(
            opportunity_id=found.opportunity.pk,
            to=Stage(to),
            reason=form.cleaned_data["reason"],
            by=found.by,
            now=found.now,
        )

    help_text = _("An override is written down with your name and counted; what was missing stays readable.")
    return answer(
        request, found, Edit(_("Override the gate"), lambda _found, data: typed.OverrideForm(data), keep, help_text)
    )


@requires("funnel.review")
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, number: int) -> HttpResponse:
    def keep(found: Occasion, form: forms.Form) -> None:
        team.keep_review(opportunity_id=found.opportunity.pk, **form.cleaned_data, by=found.by, now=found.now)

    wanted = Edit(_("Weekly review"), lambda _found, data: typed.ReviewForm(data), keep, anchor="#reviews")
    return answer(request, occasion(request, number, permission=REVIEW), wanted)


@requires("funnel.change")
@require_http_methods(["GET", "POST"])
def void(request: HttpRequest, evidence_id: int) -> HttpResponse:
    known = GateEvidence.objects.filter(pk=evidence_id).first()
    if known is None:
        raise Http404

    def keep(found: Occasion, form: forms.Form) -> None:
        evidence.void_evidence(evidence_id=evidence_id, reason=form.cleaned_data["reason"], by=found.by, now=found.now)

    wanted = Edit(_("Void the evidence"), lambda _found, data: typed.VoidForm(data), keep, known.note, "#evidence")
    return answer(request, occasion(request, known.opportunity_id, permission=CHANGE), wanted)


@requires("funnel.change")
@require_POST
def end_member(request: HttpRequest, member_id: int) -> HttpResponse:
    member = TeamMember.objects.filter(pk=member_id).first()
    if member is None:
        raise Http404
    found = occasion(request, member.opportunity_id, permission=CHANGE)
    try:
        team.end_member(member_id=member_id, by=found.by, now=found.now)
    except UnableToKeepOpportunity as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    return redirect(f"{reverse('funnel:show', args=[found.opportunity.pk])}#team")


def _wanted(form: typed.NewOpportunityForm) -> opening.NewOpportunity:
    said = form.cleaned_data
    shown = [
        evidence.NewEvidence(code, said["opened_on"], SourceKind.OTHER, said["shown_note"]) for code in said["shown"]
    ]
    return opening.NewOpportunity(
        account=said["account"],
        owner=said["owner"],
        opened_on=said["opened_on"],
        source=typed.source_of(said["source"]),
        evidence=shown,
        **form.facts(),
    )


def _evidence_form(found: Occasion, data: Data) -> forms.Form:
    profile = gate_profile(as_of=found.today)
    first = {"happened_on": found.today, "criterion": found.asked.get("criterion", "")}
    return typed.GateEvidenceForm(data, groups=_groups(found, profile), profile=profile, initial=first)


def _groups(found: Occasion, profile: "GateProfile") -> list[tuple[str, tuple[str, ...]]]:
    """Offer the criteria of the next gate first, then of the one it stands in, then the others."""
    here = position(found.opportunity.stage)
    wanted = found.asked.get("to", "")
    first = position(wanted) if wanted in set(Stage) else here + 1
    order = sorted(STAGES, key=lambda stage: (position(stage) != first, position(stage) != here, position(stage)))
    size = CustomerSize(found.opportunity.customer_size or CustomerSize.GOVERNMENT)
    if found.opportunity.state == State.WON:
        return [(Stage.CLOSING, tuple(code for code in FACTS if code in profile.criteria))]
    groups = [(stage.value, profile.gate(stage, size=size).criteria) for stage in order]
    facts = tuple(code for code in FACTS if code in profile.criteria and code != "contract_signed")
    return [(name, (*codes, *facts) if name == Stage.CLOSING else codes) for name, codes in groups]


def _keep_evidence(found: Occasion, form: forms.Form) -> str | None:
    said = form.cleaned_data
    evidence.record_evidence(
        opportunity_id=found.opportunity.pk,
        evidence=evidence.NewEvidence(
            criterion=said["criterion"],
            happened_on=said["happened_on"],
            source_kind=SourceKind(said["source_kind"]),
            note=said["note"],
            holds_through=said["holds_through"],
        ),
        by=found.by,
        now=found.now,
    )
    return _then_move(found)


def _then_move(found: Occasion) -> str | None:
    """Go on with the move that a closed gate held up; where it is still closed, ask for more evidence."""
    then = found.asked.get("then", "")
    if then not in set(Stage):
        return None
    try:
        moving.move(opportunity_id=found.opportunity.pk, to=Stage(then), by=found.by, now=found.now)
    except GateClosed as refusal:
        for sentence in refusal.sentences():
            messages.error(found.request, sentence)
        kept = {"back": "page"} if found.asked.get("back") == "page" else {}
        return mending(found.opportunity.pk, refusal, then=then, **kept)
    except UnableToKeepOpportunity as refusal:
        for sentence in refusal.sentences():
            messages.error(found.request, sentence)
        return None
    messages.success(found.request, _("Moved to “%(stage)s”.") % {"stage": stage_name(then)})
    return None if found.asked.get("back") == "page" else reverse("funnel:board")


def _facts_form(found: Occasion, data: Data) -> forms.Form:
    kept = {name: getattr(found.opportunity, name) for name in typed.FactsForm.base_fields}
    return typed.FactsForm(data, initial=kept)


def _keep_facts(found: Occasion, form: typed.FactsForm) -> None:
    opening.change_opportunity(opportunity_id=found.opportunity.pk, facts=form.facts(), by=found.by, now=found.now)


def _keep_owner(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    opening.give_opportunity(
        opportunity_id=found.opportunity.pk, to=said["owner"], reason=said["reason"], by=found.by, now=found.now
    )


def _keep_lost(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    end = ending.Ending(EndReason(said["reason"]), said["note"], said["lost_to"], said["lesson"])
    ending.close_lost(opportunity_id=found.opportunity.pk, ending=end, by=found.by, now=found.now)


def _keep_stopped(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    end = ending.Ending(EndReason(said["reason"]), said["note"], lesson=said["lesson"])
    ending.stop(
        opportunity_id=found.opportunity.pk,
        ending=end,
        look_again_on=said["look_again_on"],
        by=found.by,
        now=found.now,
    )


def _keep_won(found: Occasion, form: forms.Form) -> None:
    ending.close_won(opportunity_id=found.opportunity.pk, by=found.by, now=found.now, note=form.cleaned_data["note"])


def _repeat_form(found: Occasion, data: Data) -> forms.Form:
    first = {"name": found.opportunity.name, "amount_minor": found.opportunity.amount_minor}
    return typed.RepeatForm(data, initial=first)


def _keep_repeat(found: Occasion, form: forms.Form) -> str:
    opened = opening.repeat_purchase(
        opportunity_id=found.opportunity.pk, **form.cleaned_data, by=found.by, now=found.now
    )
    return reverse("funnel:show", args=[opened.pk])


def _keep_member(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    team.add_member(
        opportunity_id=found.opportunity.pk,
        person=said["person"],
        role=TeamRole(said["role"]),
        by=found.by,
        now=found.now,
    )


def _keep_need(found: Occasion, form: forms.Form) -> None:
    said = {**form.cleaned_data, "kind": NeedKind(form.cleaned_data["kind"])}
    team.add_need(opportunity_id=found.opportunity.pk, **said, by=found.by, now=found.now)


def _keep_competitor(found: Occasion, form: forms.Form) -> None:
    team.add_competitor(opportunity_id=found.opportunity.pk, **form.cleaned_data, by=found.by, now=found.now)


def _keep_paper(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    papers.add_paper(
        opportunity_id=found.opportunity.pk,
        chunks=said["file"].chunks(),
        name=said["file"].name,
        kind=PaperKind(said["kind"]),
        received_on=said["received_on"],
        by=found.by,
        now=found.now,
    )


def _paper_form(found: Occasion, data: Data) -> forms.Form:
    return typed.PaperForm(data, found.request.FILES or None, initial={"received_on": found.today})


EDITS: dict[str, Edit] = {
    "evidence": Edit(
        gettext_lazy("Record evidence"),
        _evidence_form,
        _keep_evidence,
        gettext_lazy("A gate opens by what happened, not by what we hope: say what, when, and where it can be read."),
        "#gates",
    ),
    "facts": Edit(gettext_lazy("What is known of it"), _facts_form, _keep_facts),
    "owner": Edit(gettext_lazy("Give to another owner"), lambda _found, data: typed.OwnerForm(data), _keep_owner),
    "won": Edit(
        gettext_lazy("Won"),
        lambda _found, data: typed.WonForm(data),
        _keep_won,
        gettext_lazy("Won is not paid: until it is signed, paid as agreed and shipped, no revenue is closed."),
    ),
    "lost": Edit(gettext_lazy("Lost"), lambda _found, data: typed.LostForm(data), _keep_lost),
    "stopped": Edit(gettext_lazy("Stop"), lambda _found, data: typed.StopForm(data), _keep_stopped),
    "repeat": Edit(
        gettext_lazy("Repeat purchase"),
        _repeat_form,
        _keep_repeat,
        gettext_lazy("A new opportunity is opened, linked to this one; it begins at “Intent”."),
    ),
    "team": Edit(
        gettext_lazy("Let in on the team"), lambda _found, data: typed.MemberForm(data), _keep_member, "", "#team"
    ),
    "need": Edit(gettext_lazy("New need"), lambda _found, data: typed.NeedForm(data), _keep_need, "", "#needs"),
    "competitor": Edit(
        gettext_lazy("New competitor"),
        lambda _found, data: typed.CompetitorForm(data),
        _keep_competitor,
        "",
        "#competitors",
    ),
    "paper": Edit(
        gettext_lazy("Lay a paper to it"),
        _paper_form,
        _keep_paper,
        gettext_lazy("A contract form of theirs or ours opens the gate of negotiation by itself."),
        "#papers",
    ),
}
