"""Which rules of measures and forecasts may a company change from a day on?"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set

MEASURES = "funnel.measures"
# Our defaults; the sources give no figures.
DEFAULT: Content = {
    "hollow_below_percent": 67,
    "history_days": 730,
    "prior_cases": 20,
    "slips": [-14, -7, 0, 0, 0, 7, 14, 30, 45, 90],
    "draws": 10_000,
}
MOST_SLIPS, MOST_SLIP_DAYS = 40, 730


@dataclass(frozen=True, slots=True)
class MeasureRules:
    """When a stage is hollow, how much history is looked at, what few cases lean on, how dates slip, how many draws."""

    hollow_below_ppm: int
    history_days: int
    prior_cases: int
    slips: tuple[int, ...]
    draws: int


def declare_measure_rules() -> None:
    """Declare the rules with their default."""
    register_rule_set(
        MEASURES,
        default=DEFAULT,
        check=_problems,
        label=_("Rules of measures and forecasts"),
        errors={
            "HOLLOW_PERCENT": _("A stage is hollow below 1 to 100 per cent of what it needs."),
            "HISTORY_DAYS": _("History is looked at for 30 to 3,650 days."),
            "PRIOR_CASES": _("What few cases lean on is worth 0 to 1,000 cases."),
            "SLIPS": _("Slips are 1 to 40 whole days, each between -730 and 730."),
            "DRAWS": _("A forecast has 1,000 to 100,000 draws."),
        },
    )


def measure_rules(*, as_of: date) -> MeasureRules:
    """Read the rules in force on a day."""
    kept = rule_set(MEASURES, as_of=as_of)
    return MeasureRules(
        hollow_below_ppm=int(kept["hollow_below_percent"]) * 10_000,
        history_days=int(kept["history_days"]),
        prior_cases=int(kept["prior_cases"]),
        slips=tuple(int(slip) for slip in kept["slips"]),
        draws=int(kept["draws"]),
    )


def _problems(content: Content) -> Collection[Problem]:
    limits = {
        "hollow_below_percent": (1, 100, "HOLLOW_PERCENT"),
        "history_days": (30, 3650, "HISTORY_DAYS"),
        "prior_cases": (0, 1000, "PRIOR_CASES"),
        "draws": (1_000, 100_000, "DRAWS"),
    }
    found = [
        Problem(name, code)
        for name, (least, most, code) in limits.items()
        if type(content.get(name)) is not int or not least <= content[name] <= most
    ]
    slips = content.get("slips")
    is_list = isinstance(slips, list) and 1 <= len(slips) <= MOST_SLIPS
    if not is_list or not all(type(slip) is int and abs(slip) <= MOST_SLIP_DAYS for slip in slips or []):
        found.append(Problem("slips", "SLIPS"))
    return found
