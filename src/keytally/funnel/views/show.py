"""The page of one opportunity, and its moves."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.accounts.queries import pages as account_pages
from keytally.accounts.queries.reach import RELATE, visible_node
from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.access import requires
from keytally.core.panels import panels_of
from keytally.core.queries import attachments_of, audit_of
from keytally.core.subjects import Subject, may_see, subject_url
from keytally.funnel.labels import stage_name
from keytally.funnel.queries import pages, proofs
from keytally.funnel.queries.reach import CHANGE, OVERRIDE, REVIEW, TAKE_OVER, VIEW, visible_to
from keytally.funnel.queries.team import running_team
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.evidence import Qualification, qualification
from keytally.funnel.rules.stages import STAGES, CustomerSize, Stage, position
from keytally.funnel.services import ending, handing_over, moving
from keytally.funnel.subjects import OPPORTUNITY
from keytally.funnel.subjects import opportunity as subject_of
from keytally.funnel.views.occasions import Occasion, mending, occasion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keytally.funnel.models import Opportunity
    from keytally.funnel.rules.gates import GateProfile

HISTORY = 15


@requires("funnel.view")
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=VIEW)
    opportunity, today = found.opportunity, found.today
    profile = gate_profile(as_of=today)
    shown = proofs.evidence_shown(opportunity, as_of=today)
    context = {
        "opportunity": opportunity,
        "today": today,
        "profile": profile,
        "rule": profile.stages[Stage(opportunity.stage)] if opportunity.stage else None,
        "qualification": _qualification(opportunity, shown, profile, found),
        "gates": pages.gates_of(opportunity, shown=shown, profile=profile, as_of=today),
        "evidence": [(one, _link(one, found)) for one in shown],
        "closing": pages.closing_of(shown, as_of=today),
        "stages": [(stage, profile.stages[stage], position(stage) - position(opportunity.stage)) for stage in STAGES],
        "history": pages.history_of(opportunity),
        "hand_over": handing_over.waiting_hand_over(opportunity),
        "team": running_team(opportunity.pk, as_of=today),
        "needs": opportunity.needs.select_related("recorded_by"),
        "competitors": opportunity.competitors.all(),
        "papers": pages.papers_of(opportunity),
        "files": pages.other_files(opportunity, attachments_of(subject_of(opportunity.pk))),
        "reviews": opportunity.reviews.select_related("by")[:HISTORY],
        "repeats": opportunity.repeats.order_by("pk"),
        "entries": audit_of(subject_of(opportunity.pk))[:HISTORY],
        "panels": [
            # Each panel is rendered by a template of its capability.
            (panel.title, mark_safe(panel.render(request, opportunity.pk, today)))  # noqa: S308 - see above
            for panel in panels_of(OPPORTUNITY)
            if found.by.may(panel.permission)
        ],
        **_decision(found),
        **_may(found),
    }
    return render(request, "funnel/show.html", context)


@requires("funnel.change")
@require_POST
def move(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=CHANGE)
    to = request.POST.get("to", "")
    if to not in set(Stage):
        raise Http404
    back = reverse("funnel:show", args=[number])
    try:
        moving.move(
            opportunity_id=number,
            to=Stage(to),
            by=found.by,
            now=found.now,
            seen_in=request.POST.get("seen_in"),
            reason=request.POST.get("reason", ""),
        )
    except GateClosed as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
        return redirect(mending(number, refusal, then=to, back="page"))
    except UnableToKeepOpportunity as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    else:
        messages.success(request, _("Moved to “%(stage)s”.") % {"stage": stage_name(to)})
    return redirect(back)


@requires("funnel.take_over")
@require_POST
def accept(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=TAKE_OVER)
    try:
        handing_over.accept_hand_over(opportunity_id=number, by=found.by, now=found.now)
    except UnableToKeepOpportunity as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    else:
        messages.success(request, _("You lead this stage now."))
    return redirect("funnel:show", number)


@requires("funnel.change")
@require_POST
def resume(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=CHANGE)
    try:
        ending.resume(opportunity_id=number, by=found.by, now=found.now)
    except UnableToKeepOpportunity as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    else:
        messages.success(request, _("It is open again."))
    return redirect("funnel:show", number)


def _qualification(
    opportunity: "Opportunity", shown: "Sequence[proofs.Shown]", profile: "GateProfile", found: Occasion
) -> Qualification:
    return qualification(
        Stage(opportunity.stage) if opportunity.stage else None,
        size=CustomerSize(opportunity.customer_size or CustomerSize.GOVERNMENT),
        profile=profile,
        proofs=[one.proof for one in shown],
        is_let_in=opportunity.pk in proofs.let_in([opportunity.pk]),
        as_of=found.today,
    )


def _link(one: proofs.Shown, found: Occasion) -> str:
    """Lead to the record that shows it, if the reader may see that."""
    record = one.row or one.found
    if record is None or not record.subject_kind or record.subject_id is None:
        return ""
    if record.subject_kind == "attachment":
        return reverse("core:attachment", args=[record.subject_id])
    subject = Subject(record.subject_kind, record.subject_id)
    if subject == subject_of(found.opportunity.pk) or not may_see(found.by, subject=subject, as_of=found.today):
        return ""
    return subject_url(subject) or ""


def _decision(found: Occasion) -> dict[str, Any]:
    """Show who decides at the account, to whoever may see the account."""
    account = found.opportunity.account
    if account is None or not visible_node(account.pk, person=found.by, as_of=found.today):
        return {"map": None, "may_see_account": False, "may_relate": False}
    related = visible_accounts(found.by, as_of=found.today, permission=RELATE).filter(pk=account.pk)
    return {
        "map": account_pages.decision_map(account, as_of=found.today),
        "may_see_account": True,
        "may_relate": found.by.may(RELATE) and related.exists(),
    }


def _may(found: Occasion) -> dict[str, bool]:
    permissions = {"change": CHANGE, "override": OVERRIDE, "review": REVIEW, "take_over": TAKE_OVER}
    return {
        f"may_{name}": found.by.may(permission)
        and visible_to(found.by, as_of=found.today, permission=permission).filter(pk=found.opportunity.pk).exists()
        for name, permission in permissions.items()
    }
