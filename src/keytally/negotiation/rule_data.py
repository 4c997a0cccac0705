"""Which rules of negotiation may a company change from a day on: tactics with phases (G7), limits of the pattern."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.translation import gettext_lazy as _

from keytally.core.rule_sets import Content, Problem, register_rule_set, rule_set
from keytally.negotiation.rules.pattern import Limits
from keytally.negotiation.rules.phases import Phase, Tactic
from keytally.playbook.rules.tags import BuyerMethod, Difficulty, TacticCode

TACTICS, PATTERN = "negotiation.tactics", "negotiation.pattern"
TEXTS = ("when", "not", "say", "reply", "counter")


def declare_rules() -> None:
    """Declare the sets of rules with their defaults."""
    register_rule_set(
        TACTICS,
        default=_shipped,
        check=_tactic_problems,
        label=_("Tactics of negotiation by phase"),
        errors={
            "TACTICS_NOT_NINE": _("The tactics are the nine of the list, each once."),
            "TACTIC_WITHOUT_PHASE": _("Each tactic belongs to at least one phase."),
            "TACTIC_UNKNOWN_CODE": _("A phase, difficulty or method of a tactic is unknown."),
        },
    )
    register_rule_set(
        PATTERN,
        default={"big_step_percent": 50, "near_percent": 20, "most_concessions": 3},
        check=_pattern_problems,
        label=_("Limits of the pattern watch"),
        errors={"PATTERN_LIMITS": _("Shares are 1 to 100 per cent; concessions 1 to 20.")},
    )


def tactic_texts(*, as_of: date) -> Mapping[str, Mapping[str, Any]]:
    """Read the tactics in force on a day by their code, with their texts."""
    return {one["code"]: one for one in rule_set(TACTICS, as_of=as_of)["tactics"]}


def tactics(*, as_of: date) -> Sequence[Tactic]:
    """Read the tactics in force on a day as the rules take them."""
    known = tactic_texts(as_of=as_of)
    return [
        Tactic(
            code.value,
            number,
            [Phase(one) for one in known[code.value]["phases"]],
            [Difficulty(one) for one in known[code.value]["difficulties"]],
            [BuyerMethod(one) for one in known[code.value]["methods"]],
        )
        for number, code in enumerate(TacticCode, start=1)
    ]


def limits(*, as_of: date) -> Limits:
    """Read the limits of the pattern watch in force on a day."""
    kept = rule_set(PATTERN, as_of=as_of)
    return Limits(
        Fraction(kept["big_step_percent"], 100), Fraction(kept["near_percent"], 100), kept["most_concessions"]
    )


@cache
def _shipped() -> Content:
    return tomllib.loads(files("keytally.negotiation.defaults").joinpath("tactics.toml").read_text(encoding="utf-8"))


def _tactic_problems(content: Content) -> Collection[Problem]:
    given: Any = content.get("tactics")
    if not isinstance(given, list) or sorted(str(one.get("code")) for one in given) != sorted(TacticCode):
        return [Problem("tactics", "TACTICS_NOT_NINE")]
    found = [Problem(one["code"], "TACTIC_WITHOUT_PHASE") for one in given if not one.get("phases")]
    known: dict[str, set[Any]] = {
        "phases": set(Phase),
        "difficulties": set(Difficulty),
        "methods": set(BuyerMethod),
    }
    wrong = [one for one in given for name, codes in known.items() if not set(one.get(name, ())) <= codes]
    return [*found, *(Problem(one["code"], "TACTIC_UNKNOWN_CODE") for one in wrong)]


def _pattern_problems(content: Content) -> Collection[Problem]:
    bounds = {"big_step_percent": 100, "near_percent": 100, "most_concessions": 20}
    fits = all(type(content.get(name)) is int and 1 <= content[name] <= most for name, most in bounds.items())
    return [] if fits else [Problem("pattern", "PATTERN_LIMITS")]
