"""Which evidence need nobody type, because it stands in a record already?

The one declared place: a finder reads what capabilities below keep (visits, stances, papers; contracts, payments and
shipments when they land) and says which criteria it shows. What stands above the funnel pushes `record_evidence`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.functional import Promise

from keytally.funnel.labels import SourceKind
from keytally.funnel.models import Opportunity


@dataclass(frozen=True, slots=True)
class Asked:
    """An opportunity for which evidence is looked for."""

    opportunity: int
    account: int | None
    opened_on: date


@dataclass(frozen=True, slots=True)
class Found:
    """Evidence that was found: what it shows of which opportunity, since when, and the record it stands in."""

    opportunity: int
    criterion: str
    happened_on: date
    source_kind: SourceKind
    subject_kind: str
    subject_id: int
    note: str = ""
    ends_before: date | None = None
    finder: str = ""

    @property
    def key(self) -> str:
        """Name the finding, the same every time it is found."""
        return f"{self.finder}:{self.criterion}:{self.subject_kind}:{self.subject_id}"


Find = Callable[[Sequence[Asked], date], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class EvidenceFinder:
    """Where evidence of some criteria stands already; finds it for many opportunities in a constant number of reads."""

    code: str
    label: Promise | str
    criteria: tuple[str, ...]
    find: Find


_finders: dict[str, EvidenceFinder] = {}


def register_evidence_finder(finder: EvidenceFinder) -> None:
    """Let evidence be found in records of a capability below."""
    _finders[finder.code] = finder


def forget_evidence_finder(code: str) -> None:
    """Forget a finder, as a test does afterwards."""
    _finders.pop(code, None)


def evidence_finders() -> Mapping[str, EvidenceFinder]:
    """List every finder by its code."""
    return dict(_finders)


def found_criteria() -> frozenset[str]:
    """List the criteria that some finder looks for."""
    return frozenset(code for finder in _finders.values() for code in finder.criteria)


def found_for(opportunities: Iterable[Opportunity], *, as_of: date) -> dict[int, list[Found]]:
    """Find what stands in other records about opportunities, by their numbers."""
    asked = [Asked(one.pk, one.account_id, one.opened_on) for one in opportunities]
    found: dict[int, list[Found]] = {one.opportunity: [] for one in asked}
    for finder in _finders.values():
        for one in finder.find(asked, as_of):
            if one.criterion in finder.criteria:
                found[one.opportunity].append(replace(one, finder=finder.code))
    return found
