"""What the pages of prospecting share: who acts on which lead and when, and how a form is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from keytally.accounts.refusals import UnableToKeepAccount
from keytally.core.access import person_of
from keytally.core.clock import business_date
from keytally.funnel.refusals import UnableToKeepOpportunity
from keytally.prospecting.queries.reach import WORK, visible_lead
from keytally.prospecting.refusals import UnableToProspect

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.prospecting.models import Lead

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Moment:
    """Who acts, and when."""

    by: "User"
    today: date
    now: datetime


def moment(request: HttpRequest) -> Moment:
    """Say who acts, and when."""
    now = datetime.now(UTC)
    return Moment(person_of(request), business_date(now), now)


def lead_or_404(number: int, *, found: Moment, permission: str = WORK) -> "Lead":
    """Find a lead that this person may work on, or answer that there is none for them."""
    lead = visible_lead(number, person=found.by, as_of=found.today, permission=permission)
    if lead is None:
        raise Http404
    return lead


def answer(
    request: HttpRequest,
    form: forms.Form,
    keep: Callable[[], object],
    *,
    title: Promise | str,
    back: str,
    help_text: Promise | str = "",
    extra: dict[str, Any] | None = None,
    template: str = "prospecting/form.html",
) -> HttpResponse:
    """Show a form, or keep what was typed; what is refused is shown with its reasons and nothing is lost."""
    if form.is_bound and form.is_valid():
        try:
            keep()
        except (UnableToProspect, UnableToKeepAccount, UnableToKeepOpportunity) as refusal:
            for sentence in refusal.sentences():
                form.add_error(None, sentence)
        else:
            messages.success(request, _("Kept."))
            return redirect(back)
    context = {"form": form, "title": title, "back": back, "help": help_text, "key": key_of(request), **(extra or {})}
    return render(request, template, context, status=422 if form.is_bound else 200)


def key_of(request: HttpRequest) -> str:
    """Give a new form a key, so that sending it twice keeps one thing."""
    now = datetime.now(UTC)
    return request.POST.get("key", "")[:48] or f"page-{person_of(request).pk}-{now:%Y%m%d%H%M%S%f}"


def page_of(request: HttpRequest, rows: "QuerySet[Any]", *, count: int) -> "Page[Any]":
    """Cut a list into pages whose count is known already."""
    paginator = Paginator(rows, PER_PAGE)
    paginator.__dict__["count"] = count
    return paginator.get_page(request.GET.get("page"))
