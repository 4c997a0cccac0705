"""Pages of forecasts: those that were made with how right they were, one of them, and making a new one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core.access import day_of, person_of, requires
from keytally.core.rule_sets import UnableToKeep, keep_rule_set, rule_set, rule_set_kind
from keytally.funnel.forecast_rules import MEASURES
from keytally.funnel.forms.forecast import MeasureRulesForm, PeriodForm
from keytally.funnel.models import ForecastRun
from keytally.funnel.queries.forecasts import chances_of, records, visible_forecasts
from keytally.funnel.queries.measures_slice import Slice, slice_of
from keytally.funnel.services.asking import JOB_KIND, ask_for_forecast
from keytally.funnel.services.forecasts import UnableToForecast, score_forecasts
from keytally.funnel.views.measures import slice_choices
from keytally.funnel.views.measures_pictures import calibration_picture, three_figures
from keytally.jobs.queries import steerable_jobs, visible_jobs

PER_PAGE = 50
MAKE = "funnel.forecast"
ERRORS: dict[str, Promise | str] = {
    "PERIOD_OVER": gettext_lazy("The period is over: choose one that ends today or later."),
}


@requires("funnel.view")
@require_GET
def forecasts(request: HttpRequest) -> HttpResponse:
    return _shown(request, PeriodForm(initial=_month(day_of(request))))


@requires("funnel.forecast")
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    form, wanted = PeriodForm(request.POST), slice_of(request.GET.dict(), today=day_of(request))
    if not form.is_valid():
        return _shown(request, form, status=422)
    try:
        made = ask_for_forecast(
            _today(wanted, request), period=form.period(), by=person_of(request), now=datetime.now(UTC)
        )
    except UnableToForecast as refusal:
        form.add_error(None, str(ERRORS[refusal.args[0]]))
        return _shown(request, form, status=422)
    return redirect("funnel:forecast" if isinstance(made, ForecastRun) else "funnel:forecast_making", made.pk)


@requires("funnel.forecast")
@require_GET
def making(request: HttpRequest, job_id: int) -> HttpResponse:
    """Show how far a large forecast is, and the forecast once it is made."""
    person, today = person_of(request), day_of(request)
    job = visible_jobs(person, today).filter(pk=job_id, kind=JOB_KIND).first()
    if job is None:
        raise Http404
    made = visible_forecasts(person, as_of=today).filter(pk=job.result.get("forecast")).first()
    if made and request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": reverse("funnel:forecast", args=[made.pk])})
    if made:
        return redirect("funnel:forecast", made.pk)
    context = {"job": job, "may_run": steerable_jobs(person, today).filter(pk=job.pk).exists()}
    return render(request, "funnel/forecast_making.html", context)


@requires("funnel.view")
@require_GET
def forecast(request: HttpRequest, forecast_id: int) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    run = visible_forecasts(person, as_of=today).filter(pk=forecast_id).first()
    if run is None:
        raise Http404
    chances = chances_of(run, person=person, as_of=today)
    part = slice_of(run.asked, today=run.made_on)
    context = {
        "run": run,
        "part": part,
        "kept": part.query(),
        "is_over": run.ends_before <= today,
        "picture": three_figures(run),
        "page": Paginator(chances, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "funnel/forecast.html", context)


@requires("funnel.forecast")
@require_POST
def score(request: HttpRequest) -> HttpResponse:
    count = score_forecasts(now=datetime.now(UTC))
    if count:
        messages.success(request, _("Scored: %(count)d.") % {"count": count})
    else:
        messages.info(request, _("No forecast waits for its score: the periods of the others are not over yet."))
    return redirect("funnel:forecasts")


@requires("funnel.rules")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    now, today = datetime.now(UTC), day_of(request)
    form = MeasureRulesForm(
        request.POST or None, initial=MeasureRulesForm.shown(rule_set(MEASURES, as_of=today), today)
    )
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            keep_rule_set(
                MEASURES,
                content=form.content(),
                starts_on=said["starts_on"],
                by=person_of(request),
                now=now,
                reason=said["reason"],
            )
        except UnableToKeep as refusal:
            words = rule_set_kind(refusal.code).errors
            for problem in refusal.problems:
                form.add_error(None, str(words.get(problem.code, problem.code)) % problem.parameters)
        else:
            messages.success(request, _("Kept."))
            return redirect("funnel:measures")
    shown = {"form": form, "title": _("Rules of measures and forecasts"), "back": reverse("funnel:measures")}
    return render(request, "funnel/form.html", shown, status=422 if form.is_bound else 200)


def _shown(request: HttpRequest, form: PeriodForm, *, status: int = 200) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    runs, wanted = visible_forecasts(person, as_of=today), slice_of(request.GET.dict(), today=today)
    context: dict[str, Any] = {
        **slice_choices(person, wanted),
        "form": form,
        "may_make": person.may(MAKE),
        "page": Paginator(runs, PER_PAGE).get_page(request.GET.get("page")),
        "records": [(one, calibration_picture(one.score) if one.score else []) for one in records(runs)],
        "to_score": ForecastRun.objects.filter(scored_on=None, ends_before__lte=today).exists(),
        "today": today,
    }
    return render(request, "funnel/forecasts.html", context, status=status)


def _today(wanted: Slice, request: HttpRequest) -> Slice:
    """Forecast from today, whatever day the measures looked at."""
    return slice_of({**wanted.asked(), "as_of": day_of(request).isoformat()}, today=day_of(request))


def _month(today: date) -> dict[str, date]:
    first = today.replace(day=1)
    return {"starts_on": first, "last_on": (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)}
