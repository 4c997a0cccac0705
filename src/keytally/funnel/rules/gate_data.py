"""Is a set of gates as data well formed, and what does it say? (data of `core.rule_sets`)"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from keytally.funnel.rules.default_gates import NEGOTIATION_LISTS, OWN_LIST
from keytally.funnel.rules.gates import Criterion, GateProfile, StageGate, StageRule
from keytally.funnel.rules.stages import CustomerSize, Stage, TeamRole

Content = Mapping[str, Any]
LONGEST_NAME, MOST_DAYS = 120, 3650


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a set of gates: where in it, and a code with the parameters of its sentence."""

    where: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def read_profile(content: Content) -> GateProfile:
    """Read gates that were found well formed."""
    criteria = {
        code: Criterion(code, one["zh"], one["en"], one["valid_days"]) for code, one in content["criteria"].items()
    }
    stages = {stage: _stage_rule(stage, content["stages"][stage.value]) for stage in Stage}
    return GateProfile(stages, criteria, content["negotiation_list"])


def faults(content: Content) -> list[Fault]:
    """List all that is wrong with a set of gates."""
    shape = list(_shape_faults(content))
    if shape:
        return shape
    found = [*_criteria_faults(content["criteria"])]
    for stage in Stage:
        found += _stage_faults(stage, content["stages"][stage.value], known=frozenset(content["criteria"]))
    return found + list(_weight_faults(content)) + list(_list_faults(content))


def negotiation_list_of(criteria: tuple[str, ...]) -> str:
    """Name the list that a gate of 50 % follows by what stands in it (G1).

    >>> negotiation_list_of(("their_contract_form", "our_contract_form", "dated_negotiation"))
    'FIRST'
    """
    named = {frozenset(items): name for name, items in NEGOTIATION_LISTS.items()}
    return named.get(frozenset(criteria), OWN_LIST)


def _stage_rule(stage: Stage, given: Content) -> StageRule:
    return StageRule(
        stage=stage,
        weight=given["weight"],
        led_by=tuple(TeamRole(role) for role in given["led_by"]),
        purpose_zh=given["purpose"]["zh"],
        purpose_en=given["purpose"]["en"],
        stale_days=given["stale_days"],
        gates={size: _gate(given["gates"][size.value]) for size in CustomerSize},
    )


def _gate(given: Content) -> StageGate:
    return StageGate(tuple(given["required"]), given["needed"], tuple(given["of"]))


def _shape_faults(content: Content) -> Iterator[Fault]:
    criteria, stages = content.get("criteria"), content.get("stages")
    if not isinstance(criteria, Mapping) or not criteria:
        yield Fault("criteria", "GATES_SHAPE")
    if not isinstance(stages, Mapping) or set(stages) != {stage.value for stage in Stage}:
        yield Fault("stages", "GATES_STAGES")
    elif not all(_is_stage(one) for one in stages.values()):
        yield Fault("stages", "GATES_SHAPE")
    if content.get("negotiation_list") not in (*NEGOTIATION_LISTS, OWN_LIST):
        yield Fault("negotiation_list", "GATES_SHAPE")


def _is_stage(given: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(given, Mapping) or not {"weight", "led_by", "purpose", "stale_days", "gates"} <= given.keys():
        return False
    gates, purpose = given["gates"], given["purpose"]
    has_words = isinstance(purpose, Mapping) and all(isinstance(purpose.get(one), str) for one in ("zh", "en"))
    is_led = isinstance(given["led_by"], list)
    by_size = isinstance(gates, Mapping) and set(gates) == {size.value for size in CustomerSize}
    return has_words and is_led and by_size and all(_is_gate(one) for one in gates.values())


def _is_gate(given: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    if not isinstance(given, Mapping):
        return False
    lists = (given.get("required"), given.get("of"))
    return type(given.get("needed")) is int and all(
        isinstance(one, list) and all(isinstance(code, str) for code in one) for one in lists
    )


def _criteria_faults(criteria: Content) -> Iterator[Fault]:
    for code, one in criteria.items():
        words = [one.get("zh"), one.get("en")] if isinstance(one, Mapping) else []
        if not words or not all(isinstance(word, str) and 0 < len(word.strip()) <= LONGEST_NAME for word in words):
            yield Fault(f"criteria.{code}", "CRITERION_NAME", {"code": code, "most": LONGEST_NAME})
        elif not _is_days(one.get("valid_days")):
            yield Fault(f"criteria.{code}", "CRITERION_DAYS", {"code": code, "most": MOST_DAYS})


def _is_days(days: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    return days is None or (type(days) is int and 1 <= days <= MOST_DAYS)


def _stage_faults(stage: Stage, given: Content, *, known: frozenset[str]) -> Iterator[Fault]:
    where = f"stages.{stage.value}"
    if not given["led_by"] or not set(given["led_by"]) <= {role.value for role in TeamRole}:
        yield Fault(where, "STAGE_WITHOUT_LEADER", {"stage": stage.value})
    if given["stale_days"] is None or not _is_days(given["stale_days"]):
        yield Fault(where, "STAGE_STALE_DAYS", {"stage": stage.value, "most": MOST_DAYS})
    for size in CustomerSize:
        yield from _gate_faults(stage, size, given["gates"][size.value], known=known)


def _gate_faults(stage: Stage, size: CustomerSize, given: Content, *, known: frozenset[str]) -> Iterator[Fault]:
    where, parameters = f"stages.{stage.value}.{size.value}", {"stage": stage.value, "size": size.value}
    criteria = [*given["required"], *given["of"]]
    if not criteria:
        yield Fault(where, "GATE_ASKS_NOTHING", parameters)
    if len(set(criteria)) != len(criteria):
        yield Fault(where, "GATE_NAMES_TWICE", parameters)
    if unknown := sorted(set(criteria) - known):
        yield Fault(where, "GATE_CRITERION_UNKNOWN", {**parameters, "criteria": ", ".join(unknown)})
    most = len(given["of"])
    if not (1 <= given["needed"] <= most if most else given["needed"] == 0):
        yield Fault(where, "GATE_NEEDS_TOO_MANY", {**parameters, "needed": given["needed"], "most": most})


def _weight_faults(content: Content) -> Iterator[Fault]:
    weights = [content["stages"][stage.value]["weight"] for stage in Stage]
    if not all(type(one) is int and 0 <= one <= 100 for one in weights):
        yield Fault("stages", "WEIGHT_NO_PERCENT")
    elif weights != sorted(set(weights)):
        yield Fault("stages", "WEIGHTS_DO_NOT_RISE")


def _list_faults(content: Content) -> Iterator[Fault]:
    """Find a gate that says it follows one of the lists and does not (G1)."""
    named = content["negotiation_list"]
    if named == OWN_LIST:
        return
    for size in CustomerSize:
        given = content["stages"]["NEGOTIATION"]["gates"][size.value]
        if given["required"] or set(given["of"]) != set(NEGOTIATION_LISTS[named]) or given["needed"] != 1:
            yield Fault("negotiation_list", "NEGOTIATION_LIST_DIFFERS", {"list": named})
            return
