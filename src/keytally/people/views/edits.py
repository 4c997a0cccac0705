"""Change a position from a day on: its names, boss, dotted lines, holders and end."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.people.forms.organisation import (
    AllotForm,
    AppointForm,
    BossForm,
    CloseForm,
    DottedForm,
    EndForm,
    NewPositionForm,
    RenamePositionForm,
)
from keytally.people.models import Holding, Position, ReportingLine
from keytally.people.queries.organisation import organisation
from keytally.people.queries.positions import Filter, filtered_positions
from keytally.people.rules.organisation import LineKind
from keytally.people.rules.template import default_template
from keytally.people.services.changes import UnableToOrganise
from keytally.people.services.holders import appoint, relieve, replace_holders
from keytally.people.services.lines import add_dotted_line, allot_city, change_boss, end_dotted_line
from keytally.people.services.positions import add_position, close_position, rename_position
from keytally.people.views.asked import clock
from keytally.people.words import refusal_sentence

if TYPE_CHECKING:
    from django import forms
    from django.utils.functional import Promise

    from keytally.core.models import User
    from keytally.core.scope import Scope


def answer(
    request: HttpRequest,
    form: "forms.Form",
    *,
    act: Callable[[dict[str, Any], "User", datetime], str],
    title: "Promise | str",
    back: str,
    note: "Promise | str" = "",
) -> HttpResponse:
    """Show a form; once it is filled, do the one thing it is for, or say why not beside what was typed."""
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                done = act(form.cleaned_data, person_of(request), clock())
        except UnableToOrganise as refused:
            form.add_error(None, refusal_sentence(refused))
        else:
            messages.success(request, done)
            return redirect(back)
    status = 422 if form.is_bound else 200
    shown = {"form": form, "title": title, "back": back, "note": note}
    return render(request, "people/form.html", shown, status=status)


@requires("people.change")
def add(request: HttpRequest) -> HttpResponse:
    today = business_date(clock())
    form = NewPositionForm(request.POST or None, as_of=today, initial={"starts_on": today, **request.GET.dict()})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        facts = {name: said[name] for name in ("role", "unit", "city", "starts_on")}
        position = add_position(said["code"], **facts, names=form.names(), by=by, now=now)
        if said["boss"]:
            change_boss(position, boss=said["boss"], starts_on=said["starts_on"], by=by, now=now)
        if said["dotted"]:
            add_dotted_line(position, boss=said["dotted"], starts_on=said["starts_on"], by=by, now=now)
        return _("%(name)s was added.") % {"name": position.name}

    return answer(request, form, act=act, title=_("Add a position"), back=reverse("people:positions"))


@requires("people.change")
def rename(request: HttpRequest, position_id: int) -> HttpResponse:
    position = _position(position_id)
    known = {"name_zh": position.name_zh, "name_en": position.name_en, "city": position.city}
    form = RenamePositionForm(request.POST or None, initial=known)

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        rename_position(position, names=form.names(), city=said["city"], by=by, now=now, reason=said["reason"])
        return _("%(name)s was changed.") % {"name": position.name}

    return answer(request, form, act=act, title=_title(_("Name and city"), position), back=_page(position))


@requires("people.change")
def boss(request: HttpRequest, position_id: int) -> HttpResponse:
    position = _position(position_id)
    form = BossForm(request.POST or None, initial={"starts_on": business_date(clock())})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        change_boss(position, **said, by=by, now=now)
        return _("The solid line of %(name)s changes on %(day)s.") % {"name": position.name, "day": said["starts_on"]}

    note = _("The line until then stays in the history.")
    return answer(request, form, act=act, title=_title(_("Another boss"), position), back=_page(position), note=note)


@requires("people.change")
def dotted(request: HttpRequest, position_id: int) -> HttpResponse:
    position = _position(position_id)
    form = DottedForm(request.POST or None, initial={"starts_on": business_date(clock())})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        add_dotted_line(position, **said, by=by, now=now)
        return _("%(name)s has a dotted line to %(boss)s.") % {"name": position.name, "boss": said["boss"].name}

    note = _("A dotted line sees and is consulted; it does not decide.")
    return answer(request, form, act=act, title=_title(_("Dotted line"), position), back=_page(position), note=note)


@requires("people.change")
def end_dotted(request: HttpRequest, line_id: int) -> HttpResponse:
    lines = ReportingLine.objects.select_related("position", "boss")
    line = get_object_or_404(lines, pk=line_id, kind=LineKind.DOTTED)
    form = EndForm(request.POST or None, initial={"ends_before": business_date(clock())})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        end_dotted_line(line, **said, by=by, now=now)
        return _("The dotted line to %(boss)s ends.") % {"boss": line.boss.name}

    title = _title(_("End the dotted line to %(boss)s") % {"boss": line.boss.name}, line.position)
    return answer(request, form, act=act, title=title, back=_page(line.position))


@requires("people.change")
def appoint_holder(request: HttpRequest, position_id: int) -> HttpResponse:
    position = _position(position_id)
    form = AppointForm(request.POST or None, initial={"starts_on": business_date(clock()), "takes_over": True})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        takes_over, person = said.pop("takes_over"), said.pop("person")
        (replace_holders if takes_over else appoint)(person, position=position, **said, by=by, now=now)
        return _("%(person)s holds %(name)s from %(day)s.") % {
            "person": person,
            "name": position.name,
            "day": said["starts_on"],
        }

    return answer(request, form, act=act, title=_title(_("Appoint"), position), back=_page(position))


@requires("people.change")
def relieve_holder(request: HttpRequest, holding_id: int) -> HttpResponse:
    holding = get_object_or_404(Holding.objects.select_related("position", "person"), pk=holding_id)
    form = EndForm(request.POST or None, initial={"ends_before": business_date(clock())})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        relieve(holding, **said, by=by, now=now)
        return _("%(person)s holds %(name)s no longer from %(day)s.") % {
            "person": holding.person,
            "name": holding.position.name,
            "day": said["ends_before"],
        }

    title = _title(_("Relieve %(person)s") % {"person": holding.person}, holding.position)
    return answer(request, form, act=act, title=title, back=_page(holding.position))


@requires("people.change")
def close(request: HttpRequest, position_id: int) -> HttpResponse:
    position = _position(position_id)
    form = CloseForm(request.POST or None, initial={"ends_before": business_date(clock())})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        close_position(position, **said, by=by, now=now)
        return _("%(name)s ends before %(day)s.") % {"name": position.name, "day": said["ends_before"]}

    note = _("Its holders are relieved and its lines end on the same day; the history stays.")
    return answer(
        request,
        form,
        act=act,
        title=_title(pgettext("organisation", "Close"), position),
        back=_page(position),
        note=note,
    )


@requires("people.allot")
def allot(request: HttpRequest) -> HttpResponse:
    today = business_date(clock())
    roles = [role.code for role in default_template().roles.values() if role.solid_by_city]
    form = AllotForm(request.POST or None, as_of=today, roles=roles, initial={"starts_on": today})

    def act(said: dict[str, Any], by: "User", now: datetime) -> str:
        area, role = said.pop("area"), said.pop("role")
        wanted = Filter(as_of=said["starts_on"], role=role, unit=area.pk)
        there = [place for place in filtered_positions(wanted) if place.city in ("", said["city"])]
        chosen = _allowed(there, by=by, now=now)
        count = allot_city(chosen, **said, by=by, now=now)
        return _("Positions allotted: %(count)d.") % {"count": count}

    note = _("The region allots by city: there the area KA manager decides instead of the area sales supervisor.")
    return answer(request, form, act=act, title=_("Allot a city"), back=reverse("people:positions"), note=note)


def _allowed(places: list[Position], *, by: "User", now: datetime) -> list[Position]:
    """Keep the positions that the person decides for."""
    scope: Scope | None = by.scopes.get("people.allot")
    if scope == "COMPANY":
        return places
    below = organisation(as_of=business_date(now)).positions_below(by.pk)
    return [place for place in places if place.pk in below]


def _position(position_id: int) -> Position:
    return get_object_or_404(Position, pk=position_id)


def _page(position: Position) -> str:
    return reverse("people:position", args=[position.pk])


def _title(what: str, position: Position) -> str:
    return _("%(what)s: %(name)s") % {"what": what, "name": position.name}
