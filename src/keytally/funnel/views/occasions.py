"""Who changes which opportunity, when; and the one way in which a typed form becomes a change or shows why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from keytally.core.access import person_of
from keytally.core.clock import business_date
from keytally.funnel.models import Opportunity
from keytally.funnel.queries.reach import visible_opportunity
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity

if TYPE_CHECKING:
    from keytally.core.models import User

Data = QueryDict | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who changes what, when."""

    opportunity: Opportunity
    by: "User"
    today: date
    now: datetime
    asked: QueryDict
    request: HttpRequest


@dataclass(frozen=True, slots=True)
class Edit:
    """A page on which something is typed: its title, its form, and what is done with it."""

    title: Promise | str
    form: Callable[[Occasion, Data], forms.Form]
    keep: Callable[[Occasion, Any], object]
    help: Promise | str = ""
    anchor: str = ""


def occasion(request: HttpRequest, number: int, *, permission: str) -> Occasion:
    """Find the opportunity that is changed, or answer that there is none for this person."""
    person, now = person_of(request), datetime.now(UTC)
    today = business_date(now)
    found = visible_opportunity(number, person=person, as_of=today, permission=permission)
    if found is None:
        raise Http404
    return Occasion(found, person, today, now, request.GET, request)


def answer(request: HttpRequest, found: Occasion, wanted: Edit | None) -> HttpResponse:
    """Show a form, or keep what was typed; what is refused is shown with its reasons and nothing is lost."""
    if wanted is None:
        raise Http404
    form = wanted.form(found, request.POST if request.method == "POST" else None)
    back = reverse("funnel:show", args=[found.opportunity.pk])
    if form.is_bound and form.is_valid():
        try:
            done = wanted.keep(found, form)
        except UnableToKeepOpportunity as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Kept."))
            return redirect(done if isinstance(done, str) else f"{back}{wanted.anchor}")
    shown = {
        "form": form,
        "title": wanted.title,
        "help": wanted.help,
        "opportunity": found.opportunity,
        "back": back,
        "is_upload": form.is_multipart(),
    }
    return render(request, "funnel/form.html", shown, status=422 if form.is_bound else 200)


def mending(number: int, refusal: GateClosed, *, then: str, **more: str) -> str:
    """Address the form for the first evidence that a closed gate misses, from which the move then goes on."""
    stage, verdict = next(iter(refusal.closed.items()))
    missing = {"criterion": verdict.missing[0].criteria[0]} if verdict.missing else {}
    asked = {"to": stage.value, "then": then, **missing, **more}
    return f"{reverse('funnel:edit', args=[number, 'evidence'])}?{urlencode(asked)}"


def refuse(form: forms.Form, refusal: UnableToKeepOpportunity) -> None:
    """Write the reasons of a refusal above the form."""
    for sentence in refusal.sentences():
        form.add_error(None, sentence)
