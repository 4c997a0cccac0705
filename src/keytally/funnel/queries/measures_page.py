"""The four measures of a part of the funnel, put together from what the database counted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keytally.funnel.forecast_rules import MeasureRules, measure_rules
from keytally.funnel.queries.measures import Ended, Standing, cycles, ended, open_history, standing, stays
from keytally.funnel.queries.measures_slice import Slice
from keytally.funnel.rule_data import gate_profile
from keytally.funnel.rules.measures import Capacity, Load, SalesVelocity, capacity, sales_velocity
from keytally.funnel.rules.measures_blood import NewBlood, Yield, new_blood, per_week_hundredths, win_chance_ppm
from keytally.funnel.rules.measures_evenness import Evenness, Flow, Share, evenness
from keytally.funnel.rules.slope import Interval, Slope, slope, wilson
from keytally.funnel.rules.stages import STAGES, Stage
from keytally.funnel.rules.survival import Curve, kaplan_meier
from keytally.kernel.periods import Period

if TYPE_CHECKING:
    from keytally.core.models import User

PERCENT_PPM = 10_000


@dataclass(frozen=True, slots=True)
class StageMeasures:
    """A stage with its part of each of the four measures."""

    stage: Stage
    weight_ppm: int
    standing: Standing
    load: Load
    slope: Slope
    stay: Curve
    share: Share
    arrived: int


@dataclass(frozen=True, slots=True)
class Measures:
    """The four measures of a slice: capacity, slope, evenness, velocity."""

    wanted: Slice
    rules: MeasureRules
    stages: tuple[StageMeasures, ...]
    capacity: Capacity
    evenness: Evenness
    velocity: SalesVelocity
    ended: Ended
    win_interval: Interval | None
    cycle: Curve
    # In progress in imported history: part of the count of the sales velocity, of nothing else.
    open_history: int

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to measure."""
        return not self.capacity.count and not self.ended.decided and not self.cycle.count

    @property
    def unqualified(self) -> int:
        """Count what stands in the funnel and no longer qualifies."""
        return sum(one.standing.unqualified for one in self.stages)

    @property
    def win_ppm(self) -> int | None:
        """The chance that a target is won: the product of the slopes."""
        return win_chance_ppm([one.slope.eventual_ppm for one in self.stages])


def measures(person: "User", wanted: Slice, *, target_minor: int | None = None) -> Measures:
    """Measure the part of the funnel that a person may see and asks for; the number of queries is always the same."""
    rules = measure_rules(as_of=wanted.as_of)
    parts = _parts(person, wanted)
    over, cycle = ended(person, wanted), kaplan_meier(cycles(person, wanted))
    old = open_history(person, wanted)
    shape = evenness([part.flow for part in parts], hollow_below_ppm=rules.hollow_below_ppm)
    whole = capacity([part.load for part in parts], target_minor=target_minor)
    return Measures(
        wanted=wanted,
        rules=rules,
        stages=tuple(_stage(part, share) for part, share in zip(parts, shape.shares, strict=True)),
        capacity=whole,
        evenness=shape,
        velocity=sales_velocity(
            count=whole.count + old,
            won=over.won,
            decided=over.decided,
            won_minor=over.won_minor,
            won_with_amount=over.won_with_amount,
            cycle=cycle,
        ),
        ended=over,
        win_interval=wilson(over.won, of=over.decided),
        cycle=cycle,
        open_history=old,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    standing: Standing
    load: Load
    slope: Slope
    stay: Curve
    flow: Flow


def _parts(person: "User", wanted: Slice) -> list[_Part]:
    """Bring together what was counted of each stage, in the order of the funnel."""
    profile = gate_profile(as_of=wanted.as_of)
    stood, stayed = standing(person, wanted), stays(person, wanted)
    found = []
    for stage in STAGES:
        here, went, stay = stood[stage], slope(stayed[stage].went), kaplan_meier(stayed[stage].lasted)
        flow = Flow(
            stage=stage,
            count=here.count,
            amount_minor=here.amount_minor,
            arrived=stayed[stage].arrived,
            on_ppm=went.eventual_ppm,
            stay_millidays=stay.mean_millidays,
        )
        load = Load(stage, profile.stages[stage].weight * PERCENT_PPM, here.count, here.amount_minor)
        found.append(_Part(here, load, went, stay, flow))
    return found


def _stage(part: _Part, share: Share) -> StageMeasures:
    return StageMeasures(
        stage=Stage(part.load.stage),
        weight_ppm=part.load.weight_ppm,
        standing=part.standing,
        load=part.load,
        slope=part.slope,
        stay=part.stay,
        share=share,
        arrived=part.flow.arrived,
    )


def blood_of(found: Measures, *, target_minor: int, period: Period) -> NewBlood | None:
    """Work back from a target to new targets a week; nothing while slope, velocity or amounts are not known."""
    chance, amount, cycle = found.win_ppm, found.velocity.amount_minor, found.velocity.cycle_days
    if not chance or not amount or cycle is None:
        return None
    return new_blood(
        Yield(chance, amount, cycle),
        target_minor=target_minor,
        in_funnel_minor=found.capacity.weighted_minor,
        came_hundredths=per_week_hundredths(found.stages[0].arrived, within=found.wanted.window),
        period=period,
        as_of=found.wanted.as_of,
    )
