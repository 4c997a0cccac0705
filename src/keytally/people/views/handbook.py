"""Pages of the team handbook: read and acknowledge it, change it, see who has yet to read it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.handbook import HandbookForm, empty_lines, lines_of
from keytally.people.queries import handbook as queries
from keytally.people.queries.members import FOLLOW
from keytally.people.services import handbook as services
from keytally.people.staff_words import refusal
from keytally.people.views.asked import clock

if TYPE_CHECKING:
    from keytally.people.models import HandbookEdition

CHANGE = "handbook.change"


@requires("handbook.view")
@require_GET
def handbook(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    known = queries.handbook(as_of=today)
    context = {
        "known": known,
        "reading": queries.reading(person, as_of=today),
        "has_acknowledged": queries.has_acknowledged(person, number=known.number),
        "may_acknowledge": person.may("handbook.acknowledge"),
        "may_change": person.may(CHANGE),
        "may_follow": person.may(FOLLOW),
        "editions": queries.editions(),
    }
    return render(request, "people/handbook/page.html", context)


@requires("handbook.acknowledge")
@require_POST
def handbook_acknowledge(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 9):
            raise services.UnableToAcknowledge(number)
        services.acknowledge(person_of(request), number=int(number), now=clock())
    except services.UnableToAcknowledge:
        messages.warning(request, _("The handbook changed meanwhile; read it again, then acknowledge it."))
    else:
        messages.success(request, _("Thank you: you have acknowledged the handbook."))
    return redirect("people:handbook")


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def handbook_change(request: HttpRequest) -> HttpResponse:
    now = clock()
    known = queries.handbook(as_of=business_date(now))
    if request.method != "POST":
        form = HandbookForm(initial={"starts_on": business_date(now), "asks_again": True})
        form.lines = lines_of(known.sections)
        return _form_page(request, form=form)
    form = HandbookForm(request.POST)
    if form.wants_more_lines():
        form.lines += empty_lines()
        return _form_page(request, form=form)
    kept = _keep(request, form, known=known, now=now) if form.is_valid() else None
    if kept is None:
        return _form_page(request, form=form, status=422)
    messages.success(request, _("The handbook holds from %(day)s.") % {"day": kept.starts_on})
    return redirect("people:handbook")


@requires(FOLLOW)
@require_GET
def handbook_members(request: HttpRequest) -> HttpResponse:
    today = business_date(clock())
    rows = queries.readings(person_of(request), as_of=today)
    waiting = sum(not row.reading.is_done for row in rows)
    return render(
        request, "people/handbook/members.html", {"rows": rows, "waiting": waiting, "done": len(rows) - waiting}
    )


def _keep(
    request: HttpRequest, form: HandbookForm, *, known: queries.Handbook, now: datetime
) -> "HandbookEdition | None":
    said = {name: form.cleaned_data[name] for name in ("starts_on", "asks_again", "reason")}
    try:
        return services.change_handbook(form.sections(known=known.sections), **said, by=person_of(request), now=now)
    except services.UnableToKeep as error:
        for code in error.args:
            form.add_error(None, refusal(code))
        return None


def _form_page(request: HttpRequest, *, form: HandbookForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "lines": list(enumerate(form.lines, start=1))}
    return render(request, "people/handbook/change.html", context, status=status)
