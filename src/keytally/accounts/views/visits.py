"""Pages for visits and competitors: plan or record one, say what became of it, write its notes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from keytally.accounts.forms.visits import CompetitorForm, NotesForm, VisitAnswerForm, VisitForm
from keytally.accounts.labels import VISIT_STATES
from keytally.accounts.models import Contact, Visit
from keytally.accounts.queries.reach import RELATE, VIEW, visible_to
from keytally.accounts.queries.visits import (
    filtered_visits,
    may_be_met,
    visible_visits,
    visit_totals,
    wanted_visits,
)
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.services import visits
from keytally.accounts.views.occasions import Data, Edit, Occasion, answer, occasion
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.queries import people

ANCHOR = "#visits"
PER_PAGE = 50


@requires("accounts.view")
@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(datetime.now(UTC))
    wanted = wanted_visits(request.GET.dict())
    found = filtered_visits(person, wanted, as_of=today)
    sums = visit_totals(found)
    paginator = Paginator(found, PER_PAGE)
    paginator.__dict__["count"] = sum(sums.values())
    chains = visible_to(person, as_of=today).filter(kind=NodeKind.CHAIN, merged_into=None).order_by("name_sort")
    context = {
        "page": paginator.get_page(request.GET.get("page")),
        "sums": [(VISIT_STATES[VisitState(state)], count) for state, count in sorted(sums.items())],
        "count": sum(sums.values()),
        "wanted": wanted,
        "query": urlencode(wanted.asked()),
        "turned": urlencode(replace(wanted, oldest_first=not wanted.oldest_first).asked()),
        "states": [(one.value, label) for one, label in VISIT_STATES.items()],
        "visitors": [(one.pk, str(one)) for one in people().filter(is_active=True).order_by("name")],
        "chains": [(one.pk, one.name) for one in chains[:300]],
        "today": today,
    }
    return render(request, "accounts/visits.html", context)


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=RELATE), KEPT.get(what), anchor=ANCHOR)


@requires("accounts.view")
@require_GET
def visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    known = _visit(request, visit_id, permission=VIEW)
    person, today = person_of(request), business_date(datetime.now(UTC))
    may_relate = person.may(RELATE) and visible_to(person, as_of=today, permission=RELATE).filter(pk=known.node_id)
    context = {
        "visit": known,
        "node": known.node,
        "contacts": known.contacts.select_related("node"),
        "sightings": known.sightings.select_related("competitor"),
        "may_relate": bool(may_relate),
    }
    return render(request, "accounts/visit.html", context)


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def answer_for(request: HttpRequest, visit_id: int, what: str) -> HttpResponse:
    known = _visit(request, visit_id, permission=RELATE)
    make = ANSWERS.get(what)
    found = occasion(request, known.node_id, permission=RELATE)
    return answer(request, found, make(known) if make else None, anchor=ANCHOR)


def _visit(request: HttpRequest, number: int, *, permission: str) -> Visit:
    today = business_date(datetime.now(UTC))
    seen = visible_visits(person_of(request), as_of=today, permission=permission)
    found = seen.filter(pk=number).select_related("node", "visitor", "recorded_by").first()
    if found is None:
        raise Http404
    return found


def _visit_form(found: Occasion, data: Data) -> forms.Form:
    initial = {"state": VisitState.MADE, "on": found.today, "visitor": found.by}
    contacts = may_be_met(found.node, person=found.by, as_of=found.today)
    return VisitForm(data, contacts=contacts, initial=initial)


def _keep_visit(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    wanted = visits.NewVisit(
        visitor=said["visitor"],
        on=said["on"],
        state=VisitState(said["state"]),
        contacts=_chosen(form),
        place=said["place"],
        aim=said["aim"],
        notes=said["notes"],
        reason=said["reason"],
    )
    visits.record_visit(found.node, wanted=wanted, by=found.by, today=found.today, now=found.now)


def _keep_competitor(found: Occasion, form: forms.Form) -> None:
    seen = visits.Sighting(**form.cleaned_data)
    visits.record_competitor(found.node, seen=seen, by=found.by, today=found.today, now=found.now)


def _chosen(form: forms.Form) -> Sequence[Contact]:
    return list(form.cleaned_data.get("contacts", ()))


def _answer_edit(known: Visit) -> Edit:
    def form(found: Occasion, data: Data) -> forms.Form:
        contacts = may_be_met(found.node, person=found.by, as_of=found.today)
        return VisitAnswerForm(data, contacts=contacts, initial={"contacts": known.contacts.all()})

    def keep_answer(found: Occasion, filled: forms.Form) -> None:
        said = filled.cleaned_data
        visits.answer_visit(
            known,
            state=VisitState(said["state"]),
            contacts=_chosen(filled),
            notes=said["notes"],
            reason=said["reason"],
            by=found.by,
            today=found.today,
            now=found.now,
        )

    return Edit(gettext_lazy("What became of the visit"), form, keep_answer)


def _notes_edit(known: Visit) -> Edit:
    def keep_notes(found: Occasion, filled: forms.Form) -> None:
        visits.write_notes(known, notes=filled.cleaned_data["notes"], by=found.by, now=found.now)

    title = gettext_lazy("Notes of the visit")
    return Edit(title, lambda _found, data: NotesForm(data, initial={"notes": known.notes}), keep_notes)


ANSWERS = {"answer": _answer_edit, "notes": _notes_edit}
KEPT: dict[str, Edit] = {
    "visit": Edit(
        gettext_lazy("New visit"),
        _visit_form,
        _keep_visit,
        gettext_lazy("Whoever was met stays on their rung of the ladder. Write the notes right after the visit."),
    ),
    "competitor": Edit(
        gettext_lazy("Competitor seen"),
        lambda found, data: CompetitorForm(data, initial={"seen_on": found.today}),
        _keep_competitor,
        gettext_lazy("Who else offers here, what, where they are strong and weak, and how low they go."),
    ),
}
