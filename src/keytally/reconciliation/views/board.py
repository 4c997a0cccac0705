"""The page of the month board."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keytally.core.access import day_of, person_of, requires
from keytally.reconciliation.demo_months import JOB_KIND
from keytally.reconciliation.labels import STANDING_LABELS
from keytally.reconciliation.queries import board as boards
from keytally.reconciliation.queries.demo import months_at_work


@requires("reconcile.view")
@require_GET
def month_board(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    wanted = boards.asked_of(request.GET.dict())
    shown = boards.board(person, as_of=today, wanted=wanted, page=request.GET.get("page"))
    kept = urlencode({key: value for key, value in request.GET.items() if key != "page" and value})
    context = {
        "board": shown,
        "wanted": wanted,
        "choices": boards.MONTHS,
        "standings": STANDING_LABELS.items(),
        "counts": [(one, label, shown.counts[one]) for one, label in STANDING_LABELS.items()],
        "people": boards.people_on_board(person, as_of=today, months=wanted.months),
        "kept": f"{kept}&" if kept else "",
        "is_filtered": bool(wanted.standing or wanted.person or wanted.text),
        "may_run": person.may("reconcile.run"),
        "may_set": person.may("reconcile.rules"),
        "at_work": months_at_work(JOB_KIND),
    }
    return render(request, "reconciliation/board.html", context)
