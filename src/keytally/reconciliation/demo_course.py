"""What did the people of the demo company do with a chain's month? Mend, find again, answer, sign off, or not yet.

They look things up where people do: what a chain meant by a cell nobody could read stands in the kept truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keytally.core.queries import people
from keytally.core.roles import Role
from keytally.imports import queries as imports_queries
from keytally.reconciliation import queries, services
from keytally.reconciliation.demo_ledgers.year import MonthFiles, read_truth
from keytally.reconciliation.models import Reconciliation, ResidualCase
from keytally.reconciliation.queries import carried
from keytally.reconciliation.services import cases, fixing, signing
from keytally.reconciliation.services.cases import MOST_AT_ONCE, LineKey

if TYPE_CHECKING:
    from keytally.core.models import User


class Course(StrEnum):
    """How far a month has come."""

    NOT_STARTED = "NOT_STARTED"
    IN_PREPARATION = "IN_PREPARATION"
    ASKED_FOR = "ASKED_FOR"
    RUN = "RUN"
    MENDED = "MENDED"
    ACCEPTED = "ACCEPTED"
    EXPLAINED = "EXPLAINED"
    SIGNED = "SIGNED"


_LATEST: Mapping[str, Course] = {
    "FL": Course.NOT_STARTED,
    "DY": Course.NOT_STARTED,
    "RM": Course.IN_PREPARATION,
    "HX": Course.IN_PREPARATION,
    "YS": Course.RUN,
    "HF": Course.MENDED,
}
_BEFORE: Mapping[str, Course] = {
    "JH": Course.EXPLAINED,
    "LJ": Course.ACCEPTED,
    "CX": Course.MENDED,
    "BH": Course.RUN,
    "QL": Course.EXPLAINED,
    "DY": Course.RUN,
}
_LATE: Mapping[str, Course] = {"DY": Course.ACCEPTED, "BH": Course.EXPLAINED}
TIE = "两张单据当日同店同品同额，已与门店核对，按一笔结算。"
DEDUCTION = "已核对合同条款与促销申请，同意扣款。"


@dataclass
class Aside:
    """What a run is given that nobody waits for."""

    parameters: Mapping[str, object]
    folder: Path
    job_id: int = 0
    told: dict[str, object] = field(default_factory=dict)

    def progress(self, **figures: object) -> None:
        """Note how far it is."""
        self.told = figures

    def is_stopped(self) -> bool:
        """Nobody stops it."""
        return False


def course_of(code: str, *, age: int) -> Course:
    """Say how far a chain's month has come that lies so many months before the latest."""
    if age == 0:
        return _LATEST.get(code, Course.ASKED_FOR)
    return {1: _BEFORE, 2: _LATE}.get(age, {}).get(code, Course.SIGNED)


def take_course(
    found: Reconciliation, files: MonthFiles, *, course: Course, began: datetime, now: datetime, scratch: Path
) -> None:
    """Do with a month what people did, each thing on its day and none in the future."""
    from keytally.reconciliation.tasks import read_files, run_files

    aside = Aside({"reconciliation_id": found.pk}, scratch)
    if course is Course.ASKED_FOR:
        services.run(found, by=found.owner, now=now)
        return
    if course not in (Course.RUN, Course.ACCEPTED):
        read_files(aside, clock=lambda: began)
        mend(found, files, now=_at(began, hours=3, now=now))
    if course is Course.IN_PREPARATION:
        return
    run_files(aside, clock=lambda: _at(began, hours=5, now=now))
    if course in (Course.ACCEPTED, Course.EXPLAINED, Course.SIGNED):
        answer(found, now=_at(began, days=4, now=now))
    if course is Course.SIGNED:
        found.refresh_from_db()
        signing.sign_off(found.pk, note="", by=_signer(found), now=_at(began, days=8, now=now))


def mend(found: Reconciliation, files: MonthFiles, *, now: datetime) -> int:
    """Write what the chain meant into the cells nobody could read; answer how many."""
    meant = {
        (line["file"], int(line["row"])): int(line["amount_minor"])
        for line in read_truth(files.truth)
        if line["class"] == "REJECTED"
    }
    rows = imports_queries.rejected_rows(ours=found.ours_id, theirs=found.theirs_id)
    values = {row.pk: _major(meant[row.file, row.row]) for row in rows if (row.file, row.row) in meant}
    return fixing.mend_cells(found.pk, values=values, by=found.owner, now=now)


def answer(found: Reconciliation, *, now: datetime) -> None:
    """Find carried lines again, accept ties with what the stores said, and answer the deductions."""
    by = found.owner
    for offer in carried.carry_over(found, as_of=now.date()).offers:
        services.find_again(found.pk, offer=offer.number, by=by, now=now)
    found.refresh_from_db()
    ties = queries.lines_by_id(found, queries.open_lines_left(found))
    _accept(found, [LineKey(side.value, line_id) for side, line_id in ties], reason=TIE, by=by, now=now)
    fees = queries.cases_of(found.pk).filter(line_class="DEDUCTION_UNKNOWN", state=ResidualCase.State.OPEN)
    keys = [LineKey(one.side, one.line_id) for one in fees]
    _accept(found, keys, reason=DEDUCTION, by=by, now=now)


def _accept(found: Reconciliation, keys: Sequence[LineKey], *, reason: str, by: "User", now: datetime) -> None:
    for first in range(0, len(keys), MOST_AT_ONCE):
        cases.accept_open(found.pk, keys=keys[first : first + MOST_AT_ONCE], reason=reason, by=by, now=now)


def _signer(found: Reconciliation) -> "User":
    """Choose an accountant who signs, else whoever keeps the month."""
    accountants = people().filter(is_active=True, grants__role=Role.RECEIVABLES_ACCOUNTANT).order_by("pk")
    return accountants.first() or found.owner


def _at(began: datetime, *, now: datetime, days: int = 0, hours: int = 0) -> datetime:
    return min(now, began + timedelta(days=days, hours=hours))


def _major(minor: int) -> str:
    whole, part = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{part:02d}"
