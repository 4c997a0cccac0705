"""Who has to agree to this request, in which order, and why (docs/rules/approvals.md)?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from keytally.approvals.rules.facts import Facts, holds, missing_facts
from keytally.approvals.rules.resolving import Reason, Resolver, Slot, reason
from keytally.approvals.rules.workflow import (
    REQUESTER,
    Allowance,
    Level,
    Limits,
    Mode,
    Need,
    Step,
    Workflow,
    WorkflowKind,
)
from keytally.kernel.money import Money
from keytally.people.rules.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, from which position, and for whose place in the organisation."""

    requester: int
    position: int
    subject_position: int
    amount: Money | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step of a route with its people; steps of one wave run side by side."""

    step: str
    name_zh: str
    name_en: str
    mode: Mode
    wave: int
    slots: tuple[Slot, ...]
    allowance: Allowance
    optional: bool = False
    by_submitting: bool = False
    follows: bool = False
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step of the workflow that this request does not take, and why."""

    step: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Route:
    """The steps a request takes, or the reasons why it cannot be submitted."""

    steps: tuple[RouteStep, ...]
    level: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    refusals: tuple[Reason, ...] = ()

    @property
    def stands(self) -> bool:
        """Tell whether the request may be submitted."""
        return not self.refusals

    @property
    def decisions(self) -> tuple[Slot, ...]:
        """List the decisions in the order they are asked for."""
        return tuple(slot for step in self.steps if step.mode is Mode.DECIDE for slot in step.slots)


def route(workflow: Workflow, question: Question, *, organisation: Organisation) -> Route:
    """Compute the route of a request; a route that does not stand says why."""
    refusals = _refusals(workflow, question, organisation)
    return Route((), refusals=refusals) if refusals else route_anew(workflow, question, organisation=organisation)


def route_anew(workflow: Workflow, question: Question, *, organisation: Organisation) -> Route:
    """Compute the route of a request that runs: its requester may have left the position it was asked from."""
    resolver = Resolver(organisation, question.requester, question.position, question.subject_position)
    reached = _reached(workflow.limits, question) if workflow.limits else None
    asked = [step for step in workflow.steps if not step.outside]
    drafts = [draft for step in asked for draft in _drafts(step, workflow, question, resolver, reached)]
    nobody = tuple(draft.refusal for draft in drafts if draft.refusal)
    steps, doubled = _asked_once([draft.step for draft in drafts if draft.step])
    left_out = tuple(draft.left_out for draft in drafts if draft.left_out) + doubled
    return Route(
        () if nobody else _in_waves(steps),
        level=reached.place + 1 if reached else None,
        left_out=left_out,
        refusals=nobody,
    )


def _refusals(workflow: Workflow, question: Question, organisation: Organisation) -> tuple[Reason, ...]:
    found = [reason("FACT_MISSING", fact=key) for key in missing_facts(workflow.fields, question.facts)]
    if workflow.kind is not WorkflowKind.APPROVAL:
        found.append(reason("NO_APPROVAL", workflow=workflow.code))
    if question.position not in organisation.positions_of(question.requester):
        found.append(reason("POSITION_NOT_HELD"))
    if question.subject_position not in organisation.positions:
        found.append(reason("SUBJECT_POSITION_UNKNOWN"))
    return (*found, *_refused_amount(workflow, question.amount))


def _refused_amount(workflow: Workflow, amount: Money | None) -> Iterator[Reason]:
    if amount is None:
        if workflow.amount is Need.REQUIRED:
            yield reason("AMOUNT_MISSING")
        return
    if amount.minor <= 0:
        yield reason("AMOUNT_NOT_POSITIVE")
    if workflow.limits and workflow.limits.names_money and amount.currency != workflow.limits.currency:
        yield reason("OTHER_CURRENCY", currency=workflow.limits.currency)


@dataclass(frozen=True, slots=True)
class _Reached:
    """The level that decides, the levels smaller amounts would reach, and whether it was raised."""

    place: int
    lower: tuple[int, ...]
    raised: bool


def _reached(limits: Limits, question: Question) -> _Reached:
    open_to = list(_open_levels(limits.levels, question.facts))
    base = next(height for height, place in enumerate(open_to) if _keeps(limits.levels[place], question.amount))
    raised = bool(limits.raised_when) and holds(limits.raised_when, question.facts)
    heights = {min(height + raised, len(open_to) - 1) for height in range(base + 1)}
    top = min(base + raised, len(open_to) - 1)
    return _Reached(open_to[top], tuple(open_to[height] for height in sorted(heights - {top})), raised=top != base)


def _open_levels(levels: Sequence[Level], facts: Facts) -> Iterator[int]:
    """List the levels that some amount reaches while these facts hold."""
    for place, level in enumerate(levels):
        if holds(level.when, facts):
            yield place
            if level.up_to_minor is None:
                return


def _keeps(level: Level, amount: Money | None) -> bool:
    return level.up_to_minor is None or (amount is not None and amount.minor <= level.up_to_minor)


@dataclass(frozen=True, slots=True)
class _Draft:
    step: RouteStep | None = None
    left_out: LeftOut | None = None
    refusal: Reason | None = None


def _drafts(
    step: Step, workflow: Workflow, question: Question, resolver: Resolver, reached: _Reached | None
) -> Iterator[_Draft]:
    if not holds(step.when, question.facts):
        yield _Draft(left_out=LeftOut(step.id, reason("CONDITION_NOT_MET")))
    elif step.by_limits and workflow.limits and reached:
        yield from _by_limits(step, workflow.limits, question, resolver, reached)
    else:
        yield from _draft(step, resolver.slots(step.roles, mode=step.mode, any_of=step.any_of))


def _draft(step: Step, slots: Iterable[Slot | None], reasons: tuple[Reason, ...] = ()) -> Iterator[_Draft]:
    given = tuple(slots)
    found = _merged(slot for slot in given if slot)
    if len(found) < len(given) and None in given:
        if step.mode in (Mode.DECIDE, Mode.DO):
            yield _Draft(refusal=reason("NOBODY_DECIDES", step=step.id))
        else:
            yield _Draft(left_out=LeftOut(step.id, reason("NOBODY_TO_CONSULT")))
    if found:
        yield _Draft(
            RouteStep(
                step.id,
                step.name_zh,
                step.name_en,
                step.mode,
                wave=0,
                slots=found,
                allowance=step.allowance,
                optional=step.optional,
                reasons=reasons + ((reason("CONDITION_MET"),) if step.when else ()),
            )
        )


def _by_limits(
    step: Step, limits: Limits, question: Question, resolver: Resolver, reached: _Reached
) -> Iterator[_Draft]:
    stages = _stages(limits, reached.place, question, resolver)
    for place in reached.lower:
        stages[-1] += _also_for_less(stages, _stages(limits, place, question, resolver))
    why = (_level_reason(limits, reached.place),) + ((reason("RAISED"),) if reached.raised else ())
    for slots in stages:
        yield from _draft(step, slots, why)


def _stages(limits: Limits, place: int, question: Question, resolver: Resolver) -> list[tuple[Slot | None, ...]]:
    """Find the people of a level's stages; the extra roles decide beside the last."""
    stages = limits.levels[place].stages
    found = [resolver.slots(stage.roles, mode=Mode.DECIDE, any_of=stage.any_of) for stage in stages]
    asked = {role for stage in stages if not stage.any_of for role in stage.roles}
    for extra in limits.extras:
        roles = [role for role in extra.roles if role not in asked]
        if roles and holds(extra.when, question.facts):
            slots = resolver.slots(roles, mode=Mode.DECIDE, any_of=False)
            found[-1] += tuple(slot and _because(slot, reason("EXTRA")) for slot in slots)
            asked |= set(roles)
    return found


def _also_for_less(
    stages: Iterable[tuple[Slot | None, ...]], lower: Iterable[tuple[Slot | None, ...]]
) -> tuple[Slot, ...]:
    """Add who decides a smaller amount, where a vacancy lifts that higher than the larger amount goes."""
    highest = max((slot.authority for slots in stages for slot in slots if slot), default=0)
    higher = [slot for slots in lower for slot in slots if slot and slot.authority > highest]
    if not higher:
        return ()
    return (_because(max(higher, key=lambda slot: slot.authority), reason("ALSO_FOR_LESS")),)


def _because(slot: Slot, why: Reason) -> Slot:
    return replace(slot, reasons=(*slot.reasons, why))


def _level_reason(limits: Limits, place: int) -> Reason:
    bound = limits.levels[place].up_to_minor
    below = max((level.up_to_minor or 0 for level in limits.levels[:place]), default=0)
    return reason(
        "BY_LIMITS",
        level=place + 1,
        up_to_minor="" if bound is None else bound,
        above_minor=below or "",
        currency=limits.currency,
    )


def _merged(slots: Iterable[Slot]) -> tuple[Slot, ...]:
    """Make one of the slots of a step that the same people would fill."""
    found: dict[tuple[int, ...], Slot] = {}
    for slot in slots:
        kept = found.get(slot.people)
        found[slot.people] = _joined(kept, slot) if kept else slot
    return tuple(found.values())


def _joined(kept: Slot, other: Slot) -> Slot:
    return Slot(
        tuple(dict.fromkeys(kept.roles + other.roles)),
        kept.people,
        max(kept.authority, other.authority),
        tuple(dict.fromkeys(kept.reasons + other.reasons)),
    )


def _asked_once(steps: Sequence[RouteStep]) -> tuple[list[RouteStep], tuple[LeftOut, ...]]:
    """Ask people for one decision only: at the last place, when everything before it is known."""
    kept: list[RouteStep] = []
    doubled: list[LeftOut] = []
    later: dict[tuple[int, ...], str] = {}
    moved: dict[tuple[int, ...], Slot] = {}
    for step in reversed(steps):
        if step.mode is not Mode.DECIDE:
            kept.append(step)
            continue
        twice = [slot for slot in step.slots if slot.people in later]
        for slot in twice:
            moved[slot.people] = _joined(moved[slot.people], slot) if slot.people in moved else slot
            doubled.append(LeftOut(step.step, reason("ASKED_LATER", step=later[slot.people])))
        slots = tuple(slot for slot in step.slots if slot.people not in later)
        if slots:
            kept.append(replace(step, slots=slots))
        if not step.optional:
            later |= {slot.people: step.step for slot in slots}
    return [_with_moved(step, moved) for step in reversed(kept)], tuple(reversed(doubled))


def _with_moved(step: RouteStep, moved: dict[tuple[int, ...], Slot]) -> RouteStep:
    if step.mode is not Mode.DECIDE or step.optional:
        return step
    slots = (_joined(slot, moved[slot.people]) if slot.people in moved else slot for slot in step.slots)
    return replace(step, slots=tuple(slots))


def _in_waves(steps: Sequence[RouteStep]) -> tuple[RouteStep, ...]:
    """Let consultations and notices that stand next to each other run side by side, the rest one after another."""
    last = max((place for place, step in enumerate(steps) if step.mode is Mode.DECIDE), default=-1)
    waves = [0]
    for before, after in pairwise(steps):
        waves.append(waves[-1] + (not (_speaks(before) and _speaks(after))))
    first = next((place for place, step in enumerate(steps) if not _is_requesters(step)), len(steps))
    return tuple(
        replace(step, wave=wave + 1, follows=place > last, by_submitting=place < first)
        for place, (step, wave) in enumerate(zip(steps, waves, strict=False))
    )


def _speaks(step: RouteStep) -> bool:
    return step.mode in (Mode.CONSULT, Mode.INFORM)


def _is_requesters(step: RouteStep) -> bool:
    return step.mode is Mode.DO and all(slot.roles == (REQUESTER,) for slot in step.slots)
