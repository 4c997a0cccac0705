"""How the norm of the day is kept, and what each source yielded."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keytally.core.access import requires
from keytally.prospecting.queries import figures
from keytally.prospecting.views.pages import moment


@requires("prospecting.view")
@require_GET
def habits(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    context = {
        "lines": figures.habits(found.by, as_of=found.today),
        "sources": figures.source_yields(found.by, as_of=found.today),
        "days": figures.HABIT_DAYS,
    }
    return render(request, "prospecting/habits.html", context)
