"""Which chains' months are settled, which wait, and for whom? The month board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import visible_to
from keytally.accounts.rules.parties import NodeKind
from keytally.core.models import User
from keytally.reconciliation.models import Reconciliation, ResidualCase
from keytally.reconciliation.queries.lists import visible_reconciliations
from keytally.reconciliation.queries.results import side_counts
from keytally.reconciliation.rule_data import settle_by_day
from keytally.reconciliation.rules.month_board import Part, Standing, days_left, months_back, settle_by, standing_of

MONTHS = (3, 6, 12)
PER_PAGE = 50
_OPEN_CLASSES = ("UNEXPLAINED", "AMBIGUOUS")


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What of the board somebody wants to see: how many months, which standing, whose, which chains."""

    months: int = MONTHS[1]
    standing: Standing | None = None
    person: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A chain's month: where it stands, what nobody has explained or could read, by when, and who is at it."""

    chain: AccountNode
    month: str
    standing: Standing
    unexplained: int
    rejected: int
    deadline: date
    days_left: int
    who: str
    numbers: tuple[int, ...]

    @property
    def is_late(self) -> bool:
        """Tell whether its deadline has passed and it is not signed off."""
        return self.standing is not Standing.SIGNED and self.days_left < 0

    @property
    def late_days(self) -> int:
        """Count the days it is late."""
        return -self.days_left


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A chain with its months, the latest first."""

    chain: AccountNode
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board, and how many months stand where on all of it."""

    months: Sequence[str]
    rows: Sequence[BoardRow]
    page: "Page[BoardRow]"
    counts: Mapping[Standing, int] = field(default_factory=dict)
    late: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """What the board reads of one reconciliation."""

    number: int
    part: Part
    deadline: date | None
    who: str
    owner: int


def board(person: User, *, as_of: date, wanted: BoardFilter, page: int | str | None = 1) -> Board:
    """Lay out the months of the chains a person may see; the number of queries does not grow with them."""
    months = months_back(as_of, count=wanted.months)
    rows, kept = _rows(person, as_of=as_of, wanted=wanted, months=months)
    cells = [cell for row in rows for cell in row.cells]
    counts = {one: sum(cell.standing is one for cell in cells) for one in Standing}
    shown = Paginator(kept, PER_PAGE).get_page(page)
    return Board(months, list(shown), shown, counts, sum(cell.is_late for cell in cells))


def asked_of(asked: Mapping[str, str]) -> BoardFilter:
    """Read what of the board is asked for; what is not understood asks for everything."""
    months, person = asked.get("months", ""), asked.get("person", "")
    standing = asked.get("standing", "")
    return BoardFilter(
        months=int(months) if months in map(str, MONTHS) else MONTHS[1],
        standing=Standing(standing) if standing in set(Standing) else None,
        person=int(person) if person.isascii() and person.isdigit() and len(person) < 19 else None,
        text=asked.get("text", "")[:80].replace("\x00", ""),
    )


def all_cells(person: User, *, as_of: date, wanted: BoardFilter) -> list[Cell]:
    """List the months of every chain that fits a filter, one after another."""
    months = months_back(as_of, count=wanted.months)
    return [cell for row in _rows(person, as_of=as_of, wanted=wanted, months=months)[1] for cell in row.cells]


def people_on_board(person: User, *, as_of: date, months: int) -> list[tuple[int, str]]:
    """List who owns a reconciliation of the last months that a person may see."""
    found = _found(person, as_of=as_of, months=months_back(as_of, count=months))
    return sorted({(one.owner, one.who) for parts in found.values() for one in parts}, key=lambda pair: pair[1])


def _rows(
    person: User, *, as_of: date, wanted: BoardFilter, months: Sequence[str]
) -> tuple[list[BoardRow], list[BoardRow]]:
    """Lay out the rows of the chains whose names fit, and those of them that fit the rest of the filter too."""
    found = _found(person, as_of=as_of, months=months)
    day = settle_by_day(as_of=as_of)
    chains = _chains(person, as_of=as_of, text=wanted.text)
    rows = [_row(chain, months, found, as_of=as_of, day=day) for chain in chains]
    return rows, [row for row in rows if _is_wanted(row, found, wanted)]


def _chains(person: User, *, as_of: date, text: str) -> QuerySet[AccountNode]:
    """List the chains of the accounts a person sees."""
    seen = visible_to(person, as_of=as_of)
    own = Q(pk__in=seen.filter(kind=NodeKind.CHAIN).values("pk"))
    above = Q(pk__in=seen.exclude(chain=None).values("chain"))
    found = AccountNode.objects.filter(own | above, kind=NodeKind.CHAIN, merged_into=None).select_related("owner")
    if text.strip():
        words = text.strip()
        found = found.filter(Q(name_zh__icontains=words) | Q(name_en__icontains=words) | Q(code__icontains=words))
    return found.order_by("name_sort", "pk")


def _found(person: User, *, as_of: date, months: Sequence[str]) -> dict[tuple[int, str], list[_Found]]:
    rows = visible_reconciliations(person, as_of).filter(month__in=months).exclude(account=None)
    accepted = _accepted(rows)
    found: dict[tuple[int, str], list[_Found]] = {}
    for one in rows.defer("profile_text", "reading", "dry_run"):
        account: Any = one.account
        key = (account.chain_id or account.pk, one.month)
        part = Part(one.shown_state, max(0, unexplained_of(one) - accepted.get(one.pk, 0)), rejected_of(one))
        found.setdefault(key, []).append(_Found(one.pk, part, one.deadline, str(one.owner), one.owner_id))
    return found


def _accepted(rows: QuerySet[Reconciliation]) -> dict[int, int]:
    """Count the lines of some reconciliations that would be unexplained had nobody accepted them with a reason."""
    cases = ResidualCase.objects.filter(
        reconciliation__in=rows.order_by().values("pk"),
        state=ResidualCase.State.ACCEPTED,
        line_class__in=_OPEN_CLASSES,
    )
    return dict(cases.values_list("reconciliation").annotate(lines=Count("pk")))


def left_to_explain(found: Reconciliation) -> int:
    """Count the lines of a run that have no cause or are tied, and that nobody accepted with a reason."""
    accepted = _accepted(Reconciliation.objects.filter(pk=found.pk))
    return max(0, unexplained_of(found) - accepted.get(found.pk, 0))


def unexplained_of(found: Reconciliation) -> int:
    """Count the lines of a run that have no cause, and those of ties."""
    classes = found.summary.get("classes", {}) if found.summary else {}
    counts = [classes.get(token, {}) for token in _OPEN_CLASSES]
    return sum(int(count.get("ours_lines", 0)) + int(count.get("theirs_lines", 0)) for count in counts)


def rejected_of(found: Reconciliation) -> int:
    """Count the rows of both sides that a run could not read."""
    return sum(side.rejected for side in side_counts(found.summary or {}))


def _row(
    chain: AccountNode,
    months: Sequence[str],
    found: Mapping[tuple[int, str], Sequence[_Found]],
    *,
    as_of: date,
    day: int,
) -> BoardRow:
    cells = []
    for month in months:
        parts = found.get((chain.pk, month), ())
        deadline = min((one.deadline for one in parts if one.deadline), default=settle_by(month, day=day))
        who = ", ".join(sorted({one.who for one in parts})) or (str(chain.owner) if chain.owner else "")
        cells.append(
            Cell(
                chain=chain,
                month=month,
                standing=standing_of([one.part for one in parts]),
                unexplained=sum(one.part.unexplained for one in parts),
                rejected=sum(one.part.rejected for one in parts),
                deadline=deadline,
                days_left=days_left(deadline, as_of=as_of),
                who=who,
                numbers=tuple(one.number for one in parts),
            )
        )
    return BoardRow(chain, tuple(cells))


def _is_wanted(row: BoardRow, found: Mapping[tuple[int, str], Sequence[_Found]], wanted: BoardFilter) -> bool:
    """Keep a chain one of whose months stands as wanted, with the person who is wanted."""
    parts = {cell.month: found.get((row.chain.pk, cell.month), ()) for cell in row.cells}
    return any(
        (wanted.standing is None or cell.standing is wanted.standing)
        and (wanted.person is None or any(one.owner == wanted.person for one in parts[cell.month]))
        for cell in row.cells
    )
