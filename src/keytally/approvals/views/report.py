"""Who is sitting on it: by person, by step, and each thing with how long it waits in working time."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keytally.approvals import definitions, labels
from keytally.approvals.queries import report
from keytally.core.access import day_of, person_of, requires
from keytally.core.scope import scope_of

PER_PAGE = 50
MOST_ROWS = 200


@requires("approvals.report")
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    worked = report.worked_time(now=now)
    seats = report.waiting_seats(person, as_of=day_of(request))
    chosen = {name: request.GET.get(name, "")[:64] for name in ("person", "kind", "step")}
    page = Paginator(report.in_detail(report.chosen(seats, **chosen)).only("pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    known = definitions.approvals_in_force(as_of=day_of(request))
    people = report.by_person(seats, now=now, worked=worked)
    shown = {
        "people": people[:MOST_ROWS],
        "hidden": max(len(people) - MOST_ROWS, 0),
        "steps": report.by_step(seats, now=now, worked=worked),
        "page": page,
        "rows": [(seat, worked.between(seat.slot.step.opened_at or now, now)) for seat in report.with_details(page)],
        "chosen": {key: value for key, value in chosen.items() if value},
        "kept": urlencode({key: value for key, value in chosen.items() if value}),
        "kind_names": {code: labels.named(each.workflow) for code, each in known.items()},
        "scope": scope_of(person, report.PERMISSION),
        "now": now,
    }
    return render(request, "approvals/waiting.html", shown)
