"""What would other gates do to an opportunity: does it stop qualifying, or newly qualify?"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from enum import StrEnum
from typing import Any

from keytally.funnel.rules.default_gates import NEGOTIATION_LISTS, OWN_LIST
from keytally.funnel.rules.evidence import Proof, shown_by
from keytally.funnel.rules.gate_data import negotiation_list_of
from keytally.funnel.rules.gates import GateProfile, judge_gate
from keytally.funnel.rules.stages import CustomerSize, Stage


class Change(StrEnum):
    """What becomes of an opportunity under other gates."""

    STOPS = "STOPS"
    NEWLY = "NEWLY"
    STAYS = "STAYS"


def change_for(
    stage: Stage,
    *,
    size: CustomerSize,
    proofs: Sequence[Proof],
    before: GateProfile,
    after: GateProfile,
    as_of: date,
) -> Change:
    """Judge the evidence of a day by two sets of gates and compare."""
    evidence = shown_by(proofs, as_of=as_of)
    was, will = (judge_gate(one.gate(stage, size=size), evidence).passed for one in (before, after))
    return Change.STAYS if was == will else Change.NEWLY if will else Change.STOPS


def with_stage(content: Mapping[str, Any], stage: Stage, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Write a set of gates in which one stage is another; the list of 50 % is named by what stands in it."""
    whole: dict[str, Any] = deepcopy(dict(content))
    whole["stages"][stage.value] = deepcopy(dict(changed))
    gates = [whole["stages"]["NEGOTIATION"]["gates"][size.value] for size in CustomerSize]
    lists = {negotiation_list_of(tuple(gate["of"])) for gate in gates}
    is_plain = len(lists) == 1 and all(gate["needed"] == 1 and not gate["required"] for gate in gates)
    whole["negotiation_list"] = lists.pop() if is_plain else OWN_LIST
    return whole


def with_list(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Write a set of gates in which the gate of 50 % follows one of the lists (G1)."""
    whole: dict[str, Any] = deepcopy(dict(content))
    for size in CustomerSize:
        gate = {"required": [], "needed": 1, "of": list(NEGOTIATION_LISTS[name])}
        whole["stages"]["NEGOTIATION"]["gates"][size.value] = gate
    whole["negotiation_list"] = name
    return whole


def with_criterion(
    content: Mapping[str, Any], code: str, *, name_zh: str, name_en: str, valid_days: int | None
) -> dict[str, Any]:
    """Write a set of gates that knows one more criterion."""
    whole: dict[str, Any] = deepcopy(dict(content))
    whole["criteria"][code] = {"zh": name_zh, "en": name_en, "valid_days": valid_days}
    return whole


def free_code(content: Mapping[str, Any]) -> str:
    """Name the first code of a company's own criteria that is free.

    >>> free_code({"criteria": {"own_1": {}}})
    'own_2'
    """
    number = 1
    while f"own_{number}" in content["criteria"]:
        number += 1
    return f"own_{number}"
