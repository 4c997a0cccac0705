"""Who changes which negotiation, when; and the one way in which a typed form becomes a change or shows why not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from keytally.core.access import person_of
from keytally.core.clock import business_date
from keytally.core.sensitivity import may_read
from keytally.negotiation.models import Negotiation
from keytally.negotiation.queries.reach import negotiation_of
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.services.keeping import NEGOTIATION

if TYPE_CHECKING:
    from keytally.core.models import User

Data = QueryDict | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who changes what, when."""

    negotiation: Negotiation
    by: "User"
    today: date
    now: datetime

    @property
    def sees_walk_away(self) -> bool:
        """Tell whether walk-aways and all that follows from them are for this reader."""
        return may_read(self.by, kind=NEGOTIATION, field="walk_away")


@dataclass(frozen=True, slots=True)
class Edit:
    """A page on which something is typed: its title, its form, and what is done with it."""

    title: Promise | str
    form: Callable[[Occasion, Data], forms.Form]
    keep: Callable[[Occasion, Any], object]
    help: Promise | str = ""
    anchor: str = ""


def occasion(request: HttpRequest, number: int, *, permission: str) -> Occasion:
    """Find the negotiation, or answer that there is none for this person."""
    person, now = person_of(request), datetime.now(UTC)
    found = negotiation_of(number, person=person, as_of=business_date(now), permission=permission)
    if found is None:
        raise Http404
    return Occasion(found, person, business_date(now), now)


def answer(request: HttpRequest, found: Occasion, wanted: Edit | None) -> HttpResponse:
    """Show a form, or keep what was typed; what is refused is shown with its reasons and nothing is lost."""
    if wanted is None:
        raise Http404
    form = wanted.form(found, request.POST if request.method == "POST" else None)
    back = f"{reverse('negotiation:show', args=[found.negotiation.pk])}{wanted.anchor}"
    if form.is_bound and form.is_valid():
        try:
            wanted.keep(found, form)
        except UnableToNegotiate as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Kept."))
            return redirect(back)
    shown = {
        "form": form,
        "title": wanted.title,
        "help": wanted.help,
        "back": back,
        "subtitle": found.negotiation.opportunity.name,
    }
    return render(request, "negotiation/form.html", shown, status=422 if form.is_bound else 200)


def refuse(form: forms.Form, refusal: UnableToNegotiate) -> None:
    """Show every reason at the head of a form."""
    for sentence in refusal.sentences():
        form.add_error(None, sentence)


def done(request: HttpRequest, step: Callable[[], object], *, said: str = "") -> bool:
    """Take a step of a button; what is refused is said at the head of the next page."""
    try:
        step()
    except UnableToNegotiate as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
        return False
    messages.success(request, said or _("Kept."))
    return True
