"""The list of negotiations, the page of one, opening and beginning."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import requires
from keytally.core.queries import audit_of
from keytally.core.subjects import Subject
from keytally.negotiation.labels import ASPECTS, PRECONDITIONS, PRINCIPLES, STATES, Aspect, Party, choices
from keytally.negotiation.models import Negotiation
from keytally.negotiation.queries import table
from keytally.negotiation.queries.chart import chart_of
from keytally.negotiation.queries.reach import (
    CHANGE,
    MANDATE,
    OVERRIDE,
    VIEW,
    asked_of,
    filtered,
    opportunity_of,
    visible_to,
)
from keytally.negotiation.rule_data import tactic_texts
from keytally.negotiation.services import preparing
from keytally.negotiation.services.keeping import NEGOTIATION
from keytally.negotiation.views.occasions import Occasion, done, occasion
from keytally.playbook.queries import suggestions
from keytally.playbook.queries.entries import entry_from
from keytally.playbook.views.moments import moment

PER_PAGE = 50
HISTORY = 20


@requires("negotiation.view")
@require_GET
def negotiation_list(request: HttpRequest) -> HttpResponse:
    found, asked = moment(request), asked_of(request.GET.dict())
    page = Paginator(filtered(found.by, asked, as_of=found.today), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": asked,
        "states": choices(STATES),
        "kept": f"{query}&" if (query := asked.query()) else "",
        "today": found.today,
    }
    return render(request, "negotiation/list.html", context)


@requires("negotiation.change")
@require_POST
def open_new(request: HttpRequest, opportunity: int) -> HttpResponse:
    found = moment(request)
    about = opportunity_of(opportunity, person=found.by, as_of=found.today)
    if about is None:
        raise Http404
    made: list[Negotiation] = []
    if done(request, lambda: made.append(preparing.open_negotiation(about, by=found.by, now=found.now))):
        return redirect("negotiation:show", made[0].pk)
    return redirect("funnel:show", opportunity)


@requires("negotiation.view")
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=VIEW)
    negotiation = found.negotiation
    verdict = preparing.verdict_of(negotiation, as_of=found.today)
    picture = table.picture_of(negotiation) if found.sees_walk_away else None
    rounds = negotiation.rounds.select_related("recorded_by").prefetch_related("moves__issue")
    context = {
        "negotiation": negotiation,
        "opportunity": negotiation.opportunity,
        "verdict": verdict,
        "preconditions": [(code in verdict.met, *words) for code, words in PRECONDITIONS.items()],
        "people": negotiation.people.all(),
        "table": picture.table if picture else table.on_table(negotiation),
        "picture": picture,
        "names": {str(one.pk): one for one in table.issues_of(negotiation)},
        "chart": chart_of(picture) if picture else None,
        "rounds": list(rounds.order_by("-number")),
        "principles": PRINCIPLES.values(),
        "requests": table.requests_about(negotiation) if found.sees_walk_away else [],
        "uses": negotiation.tactic_uses.select_related("used_by"),
        "comparison": _comparison(found),
        "debrief": entry_from(NEGOTIATION, negotiation.pk),
        "history": audit_of(Subject(NEGOTIATION, number))[:HISTORY],
        "today": found.today,
        **_tactics(found),
        **_may(found),
    }
    return render(request, "negotiation/show.html", context)


@requires("negotiation.change")
@require_POST
def begin(request: HttpRequest, number: int) -> HttpResponse:
    found = occasion(request, number, permission=CHANGE)
    may_override = _reaches(found, OVERRIDE)

    def step() -> None:
        preparing.begin(
            number,
            by=found.by,
            now=found.now,
            as_of=found.today,
            reason=request.POST.get("reason", "")[:300],
            may_override=may_override,
        )

    done(request, step, said=_("The negotiation has begun."))
    return redirect("negotiation:show", number)


def _tactics(found: Occasion) -> dict[str, Any]:
    negotiation, texts = found.negotiation, tactic_texts(as_of=found.today)
    suggested = table.tactics_now(negotiation, as_of=found.today)
    chain = negotiation.opportunity.account
    helpful = suggestions(
        found.by,
        as_of=found.today,
        stage="NEGOTIATION",
        tactics=[one.tactic.code for one in suggested],
        difficulties=negotiation.difficulties,
        methods=negotiation.methods,
        chain=(chain.chain_id or chain.pk) if chain else None,
    )
    return {
        "phase": table.phase_now(negotiation, as_of=found.today),
        "tactics": [(one, texts[one.tactic.code]) for one in suggested],
        "helpful": helpful,
    }


def _comparison(found: Occasion) -> list[dict[str, Any]]:
    """Lay the three side by side, with who leads in each aspect and what is still unknown."""
    cells = {(one.party, one.aspect): one for one in found.negotiation.cells.all()}
    rows = []
    for aspect in Aspect:
        row = [cells.get((party, aspect)) for party in Party]
        us, rival = cells.get((Party.US, aspect)), cells.get((Party.RIVAL, aspect))
        lead = us.points - rival.points if us and rival and us.points is not None and rival.points is not None else None
        # In a weakness the higher figure is the worse one.
        lead = -lead if lead is not None and aspect is Aspect.WEAKNESS else lead
        is_hidden = aspect is Aspect.FLOOR and not found.sees_walk_away
        rows.append({"label": ASPECTS[aspect], "cells": row, "lead": lead, "is_hidden": is_hidden})
    return rows if cells else []


def _may(found: Occasion) -> dict[str, bool]:
    is_open = found.negotiation.is_open
    wanted = {"may_change": CHANGE, "may_mandate": MANDATE, "may_override": OVERRIDE}
    return {name: is_open and _reaches(found, permission) for name, permission in wanted.items()}


def _reaches(found: Occasion, permission: str) -> bool:
    if not found.by.may(permission):
        return False
    return visible_to(found.by, found.today, permission=permission).filter(pk=found.negotiation.pk).exists()
