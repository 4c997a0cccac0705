"""From which position may a person ask, and for whose place?"""

from datetime import date

from keytally.core.models import User
from keytally.people.queries.organisation import organisation, positions

Choices = list[tuple[str, str]]
# A list to choose from; whoever has more below asks from their own place.
MOST_PLACES = 500


def own_positions(person: User, *, as_of: date) -> Choices:
    """List the positions a person holds, with the unit each stands in."""
    held = organisation(as_of=as_of).positions_of(person.pk)
    return _choices(held, as_of=as_of)


def places_below(person: User, *, as_of: date) -> Choices:
    """List the positions down the person's solid line."""
    whole = organisation(as_of=as_of)
    own = set(whole.positions_of(person.pk))
    found, waiting = set[int](), list(own)
    while waiting:
        below = set(whole.solid_reports(waiting.pop())) - found - own
        found |= below
        waiting.extend(below)
    return _choices(sorted(found)[:MOST_PLACES], as_of=as_of)


def _choices(numbers: list[int] | tuple[int, ...], *, as_of: date) -> Choices:
    if not numbers:
        return []
    return [
        (str(place.pk), f"{place.name} · {place.unit.name}") for place in positions(as_of=as_of).filter(pk__in=numbers)
    ]
