"""Who changes what, when: a page with one form and one service behind it, answered the same way everywhere."""

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

from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import visible_node
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.core.access import person_of
from keytally.core.clock import business_date

if TYPE_CHECKING:
    from keytally.core.models import User

Data = QueryDict | None


@dataclass(frozen=True, slots=True)
class Occasion:
    """Who changes what, when."""

    node: AccountNode
    by: "User"
    today: date
    now: datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """A page on which something is typed: its title, its form, and what is done with it."""

    title: Promise | str
    form: Callable[[Occasion, Data], forms.Form]
    keep: Callable[[Occasion, Any], object]
    help: Promise | str = ""


def occasion(request: HttpRequest, number: int, *, permission: str) -> Occasion:
    """Find the account that is changed, or answer that there is none for this person."""
    person, now = person_of(request), datetime.now(UTC)
    node = visible_node(number, person=person, as_of=business_date(now), permission=permission)
    if node is None:
        raise Http404
    return Occasion(node, person, business_date(now), now)


def answer(request: HttpRequest, found: Occasion, wanted: Edit | None, *, anchor: str = "") -> HttpResponse:
    """Show a form, or keep what was typed; what is refused is shown with its reasons and nothing is lost."""
    if wanted is None:
        raise Http404
    form = wanted.form(found, request.POST if request.method == "POST" else None)
    back = reverse("accounts:show", args=[found.node.pk])
    if form.is_bound and form.is_valid():
        try:
            wanted.keep(found, form)
        except UnableToKeepAccount as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Kept."))
            return redirect(f"{back}{anchor}")
    shown = {"form": form, "title": wanted.title, "help": wanted.help, "node": found.node, "back": back}
    return render(request, "accounts/form.html", shown, status=422 if form.is_bound else 200)


def refuse(form: forms.Form, refusal: UnableToKeepAccount) -> None:
    """Show every reason for which a form was refused."""
    for sentence in refusal.sentences():
        form.add_error(None, sentence)
