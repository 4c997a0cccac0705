"""The parts of the company: add, rename, close; and the set-up of the whole from the template."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.organisation import EndForm, NewUnitForm, PositionRoleForm, RenameUnitForm
from keytally.people.forms.setup import SetUpForm
from keytally.people.models import Unit
from keytally.people.queries import positions as queries
from keytally.people.queries.organisation import position_roles
from keytally.people.rules.organisation import UnitKind
from keytally.people.services.roles import keep_position_role
from keytally.people.services.setup import set_up
from keytally.people.services.units import add_unit, close_unit, rename_unit
from keytally.people.views.asked import clock, day_asked, text_asked
from keytally.people.views.edits import answer

if TYPE_CHECKING:
    from keytally.core.models import User


@requires("people.view")
@require_GET
def unit_list(request: HttpRequest) -> HttpResponse:
    as_of = day_asked(request)
    shown = {"units": queries.counted_units(as_of=as_of), "as_of": as_of}
    return render(request, "people/units.html", {**shown, "may_change": person_of(request).may("people.change")})


@requires("people.change")
def add(request: HttpRequest) -> HttpResponse:
    today = business_date(clock())
    form = NewUnitForm(request.POST or None, as_of=today, initial={"starts_on": today, "kind": UnitKind.AREA})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        facts = {"kind": UnitKind(said["kind"]), "parent": said["parent"], "starts_on": said["starts_on"]}
        unit = add_unit(said["code"], names=form.names(), **facts, by=by, now=now)
        return _("%(name)s was added.") % {"name": unit.name}

    return answer(request, form, act=act, title=_("Add a unit"), back=reverse("people:units"))


@requires("people.change")
def rename(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = get_object_or_404(Unit, pk=unit_id)
    form = RenameUnitForm(request.POST or None, initial={"name_zh": unit.name_zh, "name_en": unit.name_en})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        rename_unit(unit, names=form.names(), by=by, now=now, reason=said["reason"])
        return _("%(name)s was changed.") % {"name": unit.name}

    title = _("%(what)s: %(name)s") % {"what": _("Rename"), "name": unit.name}
    return answer(request, form, act=act, title=title, back=reverse("people:units"))


@requires("people.change")
def close(request: HttpRequest, unit_id: int) -> HttpResponse:
    unit = get_object_or_404(Unit, pk=unit_id)
    form = EndForm(request.POST or None, initial={"ends_before": business_date(clock())})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        close_unit(unit, **said, by=by, now=now)
        return _("%(name)s ends before %(day)s.") % {"name": unit.name, "day": said["ends_before"]}

    title = _("%(what)s: %(name)s") % {"what": pgettext("organisation", "Close"), "name": unit.name}
    return answer(request, form, act=act, title=title, back=reverse("people:units"))


@requires("people.view")
@require_GET
def role_list(request: HttpRequest) -> HttpResponse:
    as_of = day_asked(request)
    shown = {"rows": queries.role_rows(as_of=as_of), "may_change": person_of(request).may("people.change")}
    return render(request, "people/roles.html", shown)


@requires("people.change")
def role(request: HttpRequest) -> HttpResponse:
    known = position_roles().get(text_asked(request, "code"))
    names = {"code": known.code, "name_zh": known.name_zh, "name_en": known.name_en} if known else {}
    form = PositionRoleForm(request.POST or None, initial=names)

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        kept = keep_position_role(said["code"], names=form.names(), by=by, now=now, reason=said["reason"])
        return _("%(name)s was changed.") % {"name": kept.name}

    note = _("The workflows name roles by their code; a role of your own has no line of the template.")
    return answer(request, form, act=act, title=_("Position role"), back=reverse("people:roles"), note=note)


@requires("people.change")
def start(request: HttpRequest) -> HttpResponse:
    if queries.is_set_up():
        return redirect("people:chart")
    form = SetUpForm(request.POST or None, initial={"starts_on": business_date(clock())})
    plan = form.plan() if form.is_bound and form.is_valid() else None
    if plan is None or "preview" in request.POST:
        status = 422 if form.is_bound and plan is None else 200
        return render(request, "people/set_up.html", {"form": form, "plan": plan}, status=status)

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        set_up(plan, starts_on=said["starts_on"], by=by, now=now)
        return _("Made %(count)d positions; appoint who holds them.") % {"count": len(plan.positions)}

    title = _("Set up the organisation")
    return answer(request, form, act=act, title=title, back=reverse("people:chart"))
