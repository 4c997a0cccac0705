"""Pages of the four measures: the figures, how they moved, what they are made of, and how well they foretold."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from keytally.accounts.rules.regions import divisions
from keytally.core.access import day_of, person_of, requires
from keytally.core.queries import people
from keytally.funnel.labels import stage_name
from keytally.funnel.queries import lists
from keytally.funnel.queries.measures_behind import Figure, behind, figure_of, total_minor
from keytally.funnel.queries.measures_page import blood_of, measures
from keytally.funnel.queries.measures_slice import NO_PRODUCT, Slice, currencies, regions, slice_of
from keytally.funnel.queries.measures_trend import trend
from keytally.funnel.rules.stages import STAGES
from keytally.funnel.views.measures_pictures import calibration_picture, lines, shape
from keytally.kernel.money import Money
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE, MOST_OWNERS = 50, 300
FIGURE_LABELS: dict[str, Promise | str] = {
    "standing": gettext_lazy("open in the funnel and qualified"),
    "unqualified": gettext_lazy("open, but no longer qualified"),
    "history": gettext_lazy("in progress in imported history"),
    "entered": gettext_lazy("entered in the window"),
    "on": gettext_lazy("entered in the window and went on"),
    "off": gettext_lazy("entered in the window and were lost or stopped"),
    "undecided": gettext_lazy("entered in the window and not decided yet"),
    "arrived": gettext_lazy("began in the window"),
    "won": gettext_lazy("won in the window"),
    "lost": gettext_lazy("lost in the window"),
    "stopped": gettext_lazy("stopped in the window"),
    "ended": gettext_lazy("ended in the window"),
    "opened": gettext_lazy("opened in the window"),
}
_COLUMNS: tuple[tuple[Promise | str, str], ...] = (
    (gettext_lazy("What is to be sold"), "name"),
    (pgettext_lazy("opportunity", "Account"), ""),
    (pgettext_lazy("opportunity", "Stage"), ""),
    (gettext_lazy("State"), ""),
    (gettext_lazy("Amount"), "amount_minor"),
    (pgettext_lazy("opportunity", "Opened on"), "opened_on"),
    (pgettext_lazy("opportunity", "Closed on"), "closed_on"),
    (gettext_lazy("Owner"), ""),
)


@requires("funnel.view")
@require_GET
def four_measures(request: HttpRequest) -> HttpResponse:
    person, wanted = person_of(request), slice_of(request.GET.dict(), today=day_of(request))
    target, error = _target(request.GET.get("target", ""), wanted.currency)
    period = _period(request, wanted.as_of)
    found = measures(person, wanted, target_minor=target)
    context = {
        **slice_choices(person, wanted),
        "found": found,
        "shape": shape(found),
        "target": request.GET.get("target", ""),
        "target_error": error,
        "period": period,
        "blood": blood_of(found, target_minor=target, period=period) if target else None,
    }
    return render(request, "funnel/measures.html", context, status=422 if error else 200)


@requires("funnel.view")
@require_GET
def measures_trend(request: HttpRequest) -> HttpResponse:
    person, wanted = person_of(request), slice_of(request.GET.dict(), today=day_of(request))
    months = trend(person, wanted)
    context = {
        **slice_choices(person, wanted),
        "months": months[::-1],
        "stages": STAGES,
        "pictures": [
            (_("Open opportunities"), lines([month.count for month in months])),
            (_("Weighted amount"), lines([month.weighted_minor for month in months])),
            (_("Win rate"), lines([month.win_rate_ppm for month in months])),
            (_("Median days of a stay"), lines([month.stay.median_days for month in months])),
        ],
    }
    return render(request, "funnel/measures_trend.html", context)


@requires("funnel.view")
@require_GET
def measures_behind(request: HttpRequest) -> HttpResponse:
    person, wanted = person_of(request), slice_of(request.GET.dict(), today=day_of(request))
    figure = figure_of(request.GET.dict())
    found = behind(person, wanted, figure)
    paginator = Paginator(found, PER_PAGE)
    context = {
        "wanted": wanted,
        "figure": figure,
        "what": FIGURE_LABELS[figure.code],
        "where": stage_name(figure.stage) if figure.stage else "",
        "page": paginator.get_page(request.GET.get("page")),
        "total_minor": total_minor(found),
        "columns": [_column(wanted, figure, label, sort) for label, sort in _COLUMNS],
        "kept": _address(wanted, figure),
    }
    return render(request, "funnel/measures_behind.html", context)


@requires("funnel.view")
@require_GET
def measures_backtest(request: HttpRequest) -> HttpResponse:
    from keytally.funnel.queries.forecast_backtest import backtested

    person, wanted = person_of(request), slice_of(request.GET.dict(), today=day_of(request))
    folds, score = backtested(person, wanted)
    context = {
        **slice_choices(person, wanted),
        "folds": folds,
        "score": score,
        "picture": calibration_picture(score) if score else None,
    }
    return render(request, "funnel/measures_backtest.html", context)


def slice_choices(person: "User", wanted: Slice) -> dict[str, Any]:
    """Gather what the choice of the measured part offers."""
    active = people().prefetch_related(None).filter(is_active=True).order_by("name")
    products = [(name, name) for name in lists.products(person, as_of=wanted.as_of)]
    return {
        "wanted": wanted,
        "kept": wanted.query(),
        "owners": [(owner.pk, str(owner)) for owner in active[:MOST_OWNERS]],
        "products": [*products, (NO_PRODUCT, _("without a product"))],
        "provinces": [(area.code, area.name) for area in divisions()],
        "regions": regions(),
        "currencies": currencies(),
    }


def _target(text: str, currency: str) -> tuple[int | None, str]:
    """Read the target that somebody asks about; blank is none."""
    bare = text.replace(",", "").replace("，", "").strip()
    if not bare:
        return None, ""
    try:
        minor = Money.of(Decimal(bare), currency).minor
    except (InvalidOperation, ValueError):
        return None, _("“%(value)s” is no amount; write 1200000 or 1200000.50.") % {"value": text}
    if not 0 < minor < 10**17:
        return None, _("A target is more than zero.")
    return minor, ""


def _period(request: HttpRequest, as_of: date) -> Period:
    """Read the period of a target; without one, the quarter at hand."""
    first = as_of.replace(month=(as_of.month - 1) // 3 * 3 + 1, day=1)
    last = (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    try:
        return Period.through(
            date.fromisoformat(request.GET.get("from", "")), date.fromisoformat(request.GET.get("to", ""))
        )
    except (ValueError, OverflowError):
        return Period.through(first, last)


def _address(wanted: Slice, figure: Figure) -> str:
    from urllib.parse import urlencode

    return urlencode({name: value for name, value in {**wanted.asked(), **figure.asked()}.items() if value})


def _column(wanted: Slice, figure: Figure, label: Promise | str, sort: str) -> dict[str, Any]:
    is_sorted = bool(sort) and figure.sort == sort
    turned = Figure(figure.code, figure.stage, sort, not figure.is_descending if is_sorted else sort != "name")
    order = ("descending" if figure.is_descending else "ascending") if is_sorted else ""
    url = f"?{_address(wanted, turned)}" if sort else ""
    return {"label": label, "url": url, "order": order, "is_figure": sort == "amount_minor"}
