"""Which rules of accounts may a company change from a day on: weights of the score, decay of the ladder."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from keytally.accounts.rules.four_bigs import DEFAULT_WEIGHTS, Part, weights_fault
from keytally.accounts.rules.ladder import DECAY_DAYS, WARNING_DAYS, Decay
from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set

SCORE, LADDER = "accounts.score", "accounts.ladder"


def declare_rules() -> None:
    """Declare the sets of rules with their defaults."""
    register_rule_set(
        SCORE,
        default={"weights": {part.value: weight for part, weight in DEFAULT_WEIGHTS.items()}},
        check=_score_problems,
        label=_("Weights of the key-account score"),
        errors={
            "WEIGHTS_NOT_FOUR": _("The weights are those of volume, profit, strength and potential, each a number."),
            "WEIGHT_NEGATIVE": _("No weight is negative."),
            "WEIGHTS_NOT_100": _("The four weights add up to 100."),
        },
    )
    register_rule_set(
        LADDER,
        default={"decay_days": DECAY_DAYS, "warning_days": WARNING_DAYS},
        check=_ladder_problems,
        label=_("Decay of the relationship ladder"),
        errors={"LADDER_DAYS": _("Days of decay are 1 to 3,650; the warning comes fewer days before than that.")},
    )


def weights(*, as_of: date) -> dict[Part, int]:
    """Read the weights of the score in force on a day."""
    kept = rule_set(SCORE, as_of=as_of)["weights"]
    return {part: int(kept[part.value]) for part in Part}


def decay(*, as_of: date) -> Decay:
    """Read the decay of the ladder in force on a day."""
    kept = rule_set(LADDER, as_of=as_of)
    return Decay(days=int(kept["decay_days"]), warning_days=int(kept["warning_days"]))


def _score_problems(content: Content) -> Collection[Problem]:
    given: Any = content.get("weights")
    names = {part.value for part in Part}
    if not isinstance(given, dict) or set(given) != names or not all(type(one) is int for one in given.values()):
        return [Problem("weights", "WEIGHTS_NOT_FOUR")]
    fault = weights_fault({Part(name): weight for name, weight in given.items()})
    return [Problem("weights", fault)] if fault else []


def _ladder_problems(content: Content) -> Collection[Problem]:
    days, warning = content.get("decay_days"), content.get("warning_days")
    fits = type(days) is int and type(warning) is int and 1 <= days <= 3650 and 0 <= warning < days
    return [] if fits else [Problem("decay_days", "LADDER_DAYS")]
