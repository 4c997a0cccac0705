"""What belongs into a manager's weekly review: what moved, what lost its ground, what is late, stale, or waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import OuterRef, QuerySet, Subquery

from keytally.funnel.models import Opportunity, ReviewNote, StageEntry, StageHandOver
from keytally.funnel.queries.board import needs_attention
from keytally.funnel.queries.reach import REVIEW, visible_to
from keytally.funnel.queries.stale import stale
from keytally.funnel.rules.stages import State

if TYPE_CHECKING:
    from keytally.core.models import User

MOST = 40
DAYS = 7


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the review: its code, how many there are, and the biggest of them with their last note."""

    code: str
    count: int
    opportunities: Sequence[Opportunity]


def groups(person: "User", *, as_of: date) -> list[Group]:
    """Gather the review of those a manager leads, in a constant number of queries; each stands in its first group."""
    whole = visible_to(person, as_of=as_of, permission=REVIEW).filter(state=State.OPEN, is_history=False)
    waiting = StageHandOver.objects.filter(accepted_at=None, lapsed_at=None).values("entry__opportunity")
    moved = StageEntry.objects.filter(entered_on__gt=as_of - timedelta(days=DAYS), entered_on__lte=as_of)
    parts: tuple[tuple[str, QuerySet[Opportunity]], ...] = (
        ("UNQUALIFIED", whole.filter(needs_attention(as_of))),
        ("LATE", whole.filter(expected_on__lt=as_of)),
        ("WAITING", whole.filter(pk__in=waiting)),
        ("STALE", stale(whole, as_of=as_of)),
        ("MOVED", whole.filter(pk__in=moved.values("opportunity"))),
    )
    return [_group(code, found) for code, found in parts]


def _group(code: str, found: QuerySet[Opportunity]) -> Group:
    last = ReviewNote.objects.filter(opportunity=OuterRef("pk")).order_by("-reviewed_on", "-pk")
    noted = found.annotate(
        last_note=Subquery(last.values("note")[:1]),
        last_step=Subquery(last.values("next_step")[:1]),
        last_reviewed_on=Subquery(last.values("reviewed_on")[:1]),
    )
    shown = noted.select_related("account", "owner").order_by("-amount_minor", "pk")[:MOST]
    return Group(code, found.count(), list(shown))
