"""Figures of measures and forecasts as pages show them."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from keytally.funnel.rules.slope import Interval

register = template.Library()

FIGURES: dict[str, Promise | str] = {
    "WEIGHTED": gettext_lazy("Stage weights"),
    "CALIBRATED": gettext_lazy("Weights of our own history"),
    "SIMULATED": pgettext_lazy("forecast", "Simulation"),
    "BASE": gettext_lazy("Base rate"),
}


@register.filter
def percent(ppm: int | None) -> str:
    """Show parts per million as a percentage with one decimal; a dash where there is none."""
    if ppm is None:
        return "—"
    tenths = (abs(ppm) + 500) // 1000
    sign = "\N{MINUS SIGN}" if ppm < 0 and tenths else ""
    return f"{sign}{tenths // 10:,}.{tenths % 10} %"


@register.filter
def between(interval: Interval | None) -> str:
    """Show from where to where a rate lies."""
    if interval is None:
        return ""
    low, high = percent(interval.low_ppm).removesuffix(" %"), percent(interval.high_ppm)
    return f"{low}\N{EN DASH}{high}"


@register.filter
def in_days(days: int | None) -> str:
    """Show days; what has not been seen yet says so."""
    if days is None:
        return _("not seen yet")
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


@register.filter
def mean_days(millidays: int | None) -> str:
    """Show thousandths of a day with one decimal."""
    if millidays is None:
        return "—"
    tenths = (millidays + 50) // 100
    return f"{tenths // 10:,}.{tenths % 10}"


@register.filter
def hundredths(number: int | None) -> str:
    """Show hundredths with one decimal, rounded up so that enough is asked for."""
    if number is None:
        return "—"
    tenths = -(-number // 10)
    return f"{tenths // 10:,}.{tenths % 10}"


@register.filter
def score_points(ppm: int | None) -> str:
    """Show a Brier score with four decimals."""
    return "—" if ppm is None else f"{(ppm + 50) // 100 // 10_000}.{(ppm + 50) // 100 % 10_000:04d}"


@register.filter
def forecast_figure(code: str) -> str:
    """Name one of the three figures of a forecast."""
    return str(FIGURES[code]) if code else ""
