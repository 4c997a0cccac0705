"""People with their positions over time, and who decides for them while they are away."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.organisation import AbsenceForm
from keytally.people.models import Delegation
from keytally.people.queries import positions as queries
from keytally.people.queries.absence import may_delegate_for
from keytally.people.queries.chart import people_names
from keytally.people.queries.organisation import organisation
from keytally.people.services.changes import UnableToOrganise
from keytally.people.services.delegation import delegate, end_delegation
from keytally.people.views.asked import clock, day_asked, text_asked
from keytally.people.views.edits import answer
from keytally.people.words import refusal_sentence

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE = 100


@requires("people.view")
@require_GET
def person_list(request: HttpRequest) -> HttpResponse:
    text = text_asked(request, "text")
    page = Paginator(queries.people_found(text), PER_PAGE).get_page(request.GET.get("page"))
    as_of = day_asked(request)
    rows = queries.person_rows(list(page), as_of=as_of)
    return render(request, "people/persons.html", {"page": page, "rows": rows, "text": text, "as_of": as_of})


@requires("people.view")
@require_GET
def person_page(request: HttpRequest, person_id: int) -> HttpResponse:
    person = get_object_or_404(queries.people_found(""), pk=person_id)
    return render(request, "people/person.html", _shown(person, reader=person_of(request), now=clock()))


@requires("people.delegate")
def absence(request: HttpRequest, person_id: int | None = None) -> HttpResponse:
    by = person_of(request)
    person = by if person_id is None else get_object_or_404(queries.people_found(""), pk=person_id)
    if not may_delegate_for(by, person, now=clock()):
        raise PermissionDenied("people.delegate")
    form = AbsenceForm(request.POST or None)

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        starts_at, ends_at = form.instants()
        delegate(person, to=said["to"], starts_at=starts_at, ends_at=ends_at, by=by, now=now, reason=said["reason"])
        return _("%(name)s decides meanwhile.") % {"name": said["to"]}

    title = _("While %(name)s is away") % {"name": person}
    note = _("The delegate decides what waits for this person in approvals; they see nothing else by it.")
    return answer(request, form, act=act, title=title, back=reverse("people:person", args=[person.pk]), note=note)


@requires("people.delegate")
@require_POST
def end_absence(request: HttpRequest, delegation_id: int) -> HttpResponse:
    by, now = person_of(request), clock()
    known = get_object_or_404(Delegation.objects.select_related("person"), pk=delegation_id)
    if not may_delegate_for(by, known.person, now=now):
        raise PermissionDenied("people.delegate")
    try:
        end_delegation(known, by=by, now=now)
    except UnableToOrganise as refused:
        messages.info(request, refusal_sentence(refused))
    else:
        messages.success(request, _("The delegation has ended."))
    return redirect("people:person", known.person_id)


def _shown(person: "User", *, reader: "User", now: datetime) -> dict[str, Any]:
    today = business_date(now)
    whole = organisation(as_of=today)
    levels = whole.managers_above(person.pk)
    names = people_names(manager for level in levels for manager in level)
    return {
        "person": person,
        "today": today,
        "now": now,
        "holdings": queries.holdings_of_person(person.pk),
        "managers": [[(number, names[number]) for number in level if number in names] for level in levels],
        "decides": len(whole.subtree(person.pk)) - 1,
        "reads": len(whole.dotted_reads(person.pk)),
        "delegations": queries.delegations_of(person.pk)[:20],
        "stands_in": queries.delegations_to(person.pk, now=now),
        "may_delegate": reader.may("people.delegate") and may_delegate_for(reader, person, now=now),
    }
