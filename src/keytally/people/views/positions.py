"""The list of positions, the page of one, and the suggestions while someone types."""

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.queries import audit_of
from keytally.core.subjects import Subject
from keytally.people.forms.organisation import JOINT
from keytally.people.models import Position
from keytally.people.queries import positions as queries
from keytally.people.queries.organisation import position_roles
from keytally.people.views.asked import clock, day_asked, number_asked, text_asked

PER_PAGE = 50
SUGGESTED = 15
ASKED = ("boss", "dotted", "reports_to", "person", "to")


@requires("people.view")
@require_GET
def position_list(request: HttpRequest) -> HttpResponse:
    wanted = queries.Filter(
        as_of=day_asked(request),
        text=text_asked(request, "text"),
        role=text_asked(request, "role"),
        unit=number_asked(request, "unit"),
        is_vacant=request.GET.get("vacant") == "1",
    )
    page = Paginator(queries.filtered_positions(wanted), PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "wanted": wanted,
        "page": page,
        "rows": queries.position_rows(list(page), as_of=wanted.as_of),
        "roles": position_roles().values(),
        "units": queries.units(as_of=wanted.as_of),
        "kept": urlencode({name: value for name, value in request.GET.items() if name != "page" and value}),
        "may_change": person_of(request).may("people.change"),
        "may_allot": person_of(request).may("people.allot"),
    }
    return render(request, "people/positions.html", shown)


@requires("people.view")
@require_GET
def position_page(request: HttpRequest, position_id: int) -> HttpResponse:
    position = get_object_or_404(Position.objects.select_related("unit"), pk=position_id)
    return render(request, "people/position.html", _shown(request, position))


@requires("people.view")
@require_GET
def find_positions(request: HttpRequest) -> HttpResponse:
    wanted = queries.Filter(as_of=day_asked(request), text=_typed(request))
    rows = queries.position_rows(list(queries.filtered_positions(wanted)[:SUGGESTED]), as_of=wanted.as_of)
    found = [
        (f"{row.position.code}{JOINT}{row.position.name}", ", ".join(name for _number, name in row.holders))
        for row in rows
    ]
    return render(request, "people/_found.html", {"found": found})


@requires("people.view")
@require_GET
def find_persons(request: HttpRequest) -> HttpResponse:
    people = queries.people_like(_typed(request), most=SUGGESTED)
    found = [(f"{person.username}{JOINT}{person.name}", "") for person in people if person.is_active]
    return render(request, "people/_found.html", {"found": found})


def _typed(request: HttpRequest) -> str:
    name = next((name for name in ASKED if name in request.GET), "")
    return text_asked(request, name).partition(JOINT)[0].strip()


def _shown(request: HttpRequest, position: Position) -> dict[str, Any]:
    as_of, today = day_asked(request), business_date(clock())
    below = list(queries.lines_below(position, as_of=as_of))
    rows = queries.position_rows([position, *(line.position for line in below)], as_of=as_of)
    return {
        "position": position,
        "as_of": as_of,
        "today": today,
        "row": rows[0],
        "lines": queries.lines_above(position),
        "below": list(zip(below, rows[1:], strict=True)),
        "holdings": queries.holdings_of_position(position),
        "history": audit_of(Subject("position", position.pk))[:30],
        "may_change": person_of(request).may("people.change") and not position.ends_before,
    }
