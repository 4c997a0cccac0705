"""How did a stay in a stage go on: from which day to a later stage or the sale, or out of the funnel? (F01, slope)

Said once when it happens and kept with the stay, so that the four measures of a whole company are counted in one pass
over one index, of today and of any past day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from keytally.funnel.rules.stages import State, position


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay as it began; stays stand in the order in which they happened."""

    stage: str
    entered_on: date


@dataclass(frozen=True, slots=True)
class GoingOn:
    """The first day on which it had gone on, or had dropped out; and when the same stage was entered before."""

    onward_on: date | None
    dropped_on: date | None
    same_stage_on: date | None


def going_on(stays: Sequence[Stay], *, state: str, closed_on: date | None) -> list[GoingOn]:
    """Say of each stay of one opportunity how it went on; who sold it went on, whatever stage that was in.

    >>> days = [date(2026, 3, 1), date(2026, 3, 9), date(2026, 4, 2)]
    >>> stays = [Stay("TARGET", days[0]), Stay("INTENT", days[1]), Stay("TARGET", days[2])]
    >>> first, second, again = going_on(stays, state="LOST", closed_on=date(2026, 5, 1))
    >>> first.onward_on == days[1], second.onward_on, again.same_stage_on == days[0]
    (True, None, True)
    """
    won_on = closed_on if state == State.WON else None
    lost_on = closed_on if state in (State.LOST, State.STOPPED) else None
    found = []
    for place, stay in enumerate(stays):
        later = [one.entered_on for one in stays[place + 1 :] if position(one.stage) > position(stay.stage)]
        before = [one.entered_on for one in stays[:place] if one.stage == stay.stage]
        onward = min([*later, *([won_on] if won_on else [])], default=None)
        found.append(GoingOn(onward, lost_on, max(before, default=None)))
    return found
