"""Which entries help here, and why? (specification 15: offered where they help)"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from keytally.playbook.rules.tags import Axis, Tag

# A tactic or a difficulty says more about the moment than the stage, and the same chain more than the category.
WEIGHTS: Mapping[Axis, int] = {
    Axis.TACTIC: 5,
    Axis.DIFFICULTY: 5,
    Axis.METHOD: 4,
    Axis.STAGE: 3,
    Axis.CATEGORY: 2,
}
SAME_CHAIN = 4


@dataclass(frozen=True, slots=True)
class Context:
    """Where somebody is: what the moment is about, and with which chain."""

    tags: frozenset[Tag] = frozenset()
    chain: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may help."""

    entry: int
    tags: frozenset[Tag]
    chain: int | None
    helped: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that fits, by how much, and by what."""

    entry: int
    points: int
    tags: tuple[Tag, ...]
    same_chain: bool
    helped: int = field(default=0)


def matches(candidates: Iterable[Candidate], context: Context, *, most: int) -> tuple[Match, ...]:
    """Choose the entries that fit a context best; those that helped more people first among equals, then the newest."""
    found = [(one, _match(one, context)) for one in candidates]
    fitting = [(one, match) for one, match in found if match.points]
    fitting.sort(key=lambda pair: (-pair[1].points, -pair[0].helped, -pair[0].changed_at.timestamp(), pair[0].entry))
    return tuple(match for _one, match in fitting[:most])


def _match(one: Candidate, context: Context) -> Match:
    tags = tuple(sorted(one.tags & context.tags, key=lambda tag: (-WEIGHTS[tag[0]], tag)))
    same_chain = context.chain is not None and one.chain == context.chain
    points = _points(tags) + (SAME_CHAIN if same_chain else 0)
    return Match(one.entry, points, tags, same_chain, one.helped)


def _points(tags: Collection[Tag]) -> int:
    return sum(WEIGHTS[axis] for axis, _code in tags)
