"""Pages of position descriptions: the list, one of them with its history, and its change from a day."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.duties import DescriptionForm, empty_lines, lines_of
from keytally.people.measures import measures
from keytally.people.queries import duties as queries
from keytally.people.queries.duties import KnownDescription
from keytally.people.queries.members import role_names
from keytally.people.rules.duties import Description
from keytally.people.services import duties as services
from keytally.people.staff_words import refusal
from keytally.people.views.asked import clock, day_asked

if TYPE_CHECKING:
    from keytally.core.models import User
    from keytally.people.models import PositionDescription

CHANGE = "duties.change"


@requires("duties.view")
@require_GET
def duty_list(request: HttpRequest) -> HttpResponse:
    as_of = day_asked(request)
    names = role_names()
    rows = [(known, _role_labels(known.description, names=names)) for known in queries.descriptions(as_of=as_of)]
    context = {"rows": rows, "as_of": as_of, "may_change": person_of(request).may(CHANGE)}
    return render(request, "people/duties/list.html", context)


@requires("duties.view")
@require_GET
def duty_page(request: HttpRequest, code: str) -> HttpResponse:
    as_of = day_asked(request)
    known = _known(code, request=request)
    context = {
        "known": known,
        "roles": _role_labels(known.description, names=role_names()),
        "history": queries.history(code),
        "as_of": as_of,
        "may_change": person_of(request).may(CHANGE),
    }
    return render(request, "people/duties/page.html", context)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def duty_change(request: HttpRequest, code: str) -> HttpResponse:
    return _edit(request, code=code, known=_known(code, request=request).description)


@requires(CHANGE)
@require_http_methods(["GET", "POST"])
def duty_new(request: HttpRequest) -> HttpResponse:
    return _edit(request, code="", known=None)


def _edit(request: HttpRequest, *, code: str, known: Description | None) -> HttpResponse:
    now = clock()
    if request.method != "POST":
        form = DescriptionForm(role_names=role_names(), initial=_initial(known, starts_on=business_date(now)))
        form.lines = lines_of(known)
        return _form_page(request, form=form, known=known)
    form = DescriptionForm(request.POST, role_names=role_names())
    if form.wants_more_lines():
        form.lines += empty_lines()
        return _form_page(request, form=form, known=known)
    if known is None:
        _need_free_code(form, as_of=business_date(now))
    kept = _keep(form, code=code, known=known, by=person_of(request), now=now) if form.is_valid() else None
    if kept is None:
        return _form_page(request, form=form, known=known, status=422)
    messages.success(request, _("The description holds from %(day)s.") % {"day": kept.starts_on})
    return redirect("people:duty", kept.code)


def _need_free_code(form: DescriptionForm, *, as_of: date) -> None:
    code = form.data.get("code", "")
    if not code:
        form.add_error("code", _("Give it a code of letters, digits and hyphens."))
    elif queries.description(code, as_of=as_of):
        form.add_error("code", refusal("CODE_TAKEN"))


def _keep(
    form: DescriptionForm, *, code: str, known: Description | None, by: "User", now: datetime
) -> "PositionDescription | None":
    wanted = form.description(code=code or form.cleaned_data["code"], known=known)
    said = {name: form.cleaned_data[name] for name in ("starts_on", "reason")}
    try:
        return services.change_description(wanted, **said, by=by, now=now)
    except services.UnableToKeep as error:
        for fault in error.faults:
            form.add_error(None, refusal(fault.code))
        return None


def _form_page(
    request: HttpRequest, *, form: DescriptionForm, known: Description | None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "known": known, "measures": measures(), "lines": list(enumerate(form.lines, start=1))}
    return render(request, "people/duties/change.html", context, status=status)


def _initial(known: Description | None, *, starts_on: object) -> dict[str, Any]:
    facts = {"title_zh": known.title_zh, "title_en": known.title_en, "roles": list(known.roles)} if known else {}
    return {**facts, "starts_on": starts_on}


def _known(code: str, *, request: HttpRequest) -> KnownDescription:
    known = queries.description(code, as_of=day_asked(request))
    if known is None:
        raise Http404
    return known


def _role_labels(description: Description, *, names: dict[str, str]) -> list[str]:
    return [names.get(role, role) for role in description.roles]
