"""What did the people of the demo company do with a chain's month? Mend, find again, answer, sign off, or not yet.

They look things up where people do: what a chain meant by a cell nobody could read stands in the kept truth.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from keytally.core.queries import people
from keytally.core.roles import Role
from keytally.imports import queries as imports_queries
from keytally.reconciliation import queries, services
from keytally.reconciliation.demo_ledgers import faults
from keytally.reconciliation.demo_ledgers.year import MonthFiles, read_truth
from keytally.reconciliation.engine.results import Wanted, residual_page
from keytally.reconciliation.models import Decision, Reconciliation, ResidualCase
from keytally.reconciliation.queries import carried
from keytally.reconciliation.services import cases, deciding, fixing, signing
from keytally.reconciliation.services.cases import MOST_AT_ONCE, LineKey
from keytally.reconciliation.services.deciding import Pair, Wish

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
    RESOLVED = "RESOLVED"
    SIGNED = "SIGNED"
    MADE_GOOD = "MADE_GOOD"


_LATEST: Mapping[str, Course] = {
    "FL": Course.NOT_STARTED,
    "DY": Course.NOT_STARTED,
    "RM": Course.IN_PREPARATION,
    "HX": Course.IN_PREPARATION,
    "YS": Course.RESOLVED,
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
LOST_GOODS = "已凭签收单与对方逐笔核对，双方于次月补登。"
LOST_PAYMENT = "已凭银行回单核对，次月补登入账。"
ANNEX = "门店确认：该店号为其扩建区，货已收。"
OPEN_FOR_MONTHS = 3
"""Lines that only one side has stay open for so long; then somebody has asked after them."""
MOST_LINES = 500


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
    usual = Course.SIGNED if age < OPEN_FOR_MONTHS else Course.MADE_GOOD
    return {1: _BEFORE, 2: _LATE}.get(age, {}).get(code, usual)


def take_course(
    found: Reconciliation, files: MonthFiles, *, course: Course, began: datetime, now: datetime, scratch: Path
) -> None:
    """Do with a month what people did, each thing on its day and none in the future."""
    from keytally.reconciliation.tasks import read_files, run_files

    aside = Aside({"reconciliation_id": found.pk}, scratch)
    if course is Course.ASKED_FOR:
        services.run(found, by=found.owner, now=now)
        return
    if course not in (Course.RUN, Course.RESOLVED, Course.ACCEPTED):
        read_files(aside, clock=lambda: began)
        mend(found, files, now=_at(began, hours=3, now=now))
    if course is Course.IN_PREPARATION:
        return
    run_files(aside, clock=lambda: _at(began, hours=5, now=now))
    if course is Course.RESOLVED:
        resolve(found, files, now=_at(began, days=2, now=now))
        run_files(aside, clock=lambda: _at(began, days=2, hours=1, now=now))
    if course in (Course.ACCEPTED, Course.EXPLAINED, Course.SIGNED, Course.MADE_GOOD):
        answer(found, now=_at(began, days=4, now=now))
    if course is Course.MADE_GOOD:
        make_good(found, files, now=_at(began, days=6, now=now))
    if course in (Course.SIGNED, Course.MADE_GOOD):
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


def resolve(found: Reconciliation, files: MonthFiles, *, now: datetime) -> None:
    """Say of one delivery to an annex what the store said: it is the same thing; what it teaches is proposed then."""
    found.refresh_from_db()
    things: dict[str, dict[str, str]] = {}
    for line, key in _lines_of_faults(found, files, [faults.AT_THE_ANNEX]):
        things.setdefault(line["thing"], {})[key.side] = key.line_id
    pairs = [Pair(one["ours"], one["theirs"]) for one in things.values() if len(one) == 2]
    if pairs:
        wish = Wish(pairs[:1], Decision.Choice.ACCEPT, reason=ANNEX)
        deciding.decide(found.pk, wish=wish, by=found.owner, now=now)


def make_good(found: Reconciliation, files: MonthFiles, *, now: datetime) -> None:
    """Accept what only one side has and both have agreed on meanwhile."""
    found.refresh_from_db()
    for names, reason in ((faults.LOST_GOODS, LOST_GOODS), (faults.LOST_PAYMENTS, LOST_PAYMENT)):
        keys = [key for _line, key in _lines_of_faults(found, files, names)]
        _accept(found, keys, reason=reason, by=found.owner, now=now)


def _lines_of_faults(
    found: Reconciliation, files: MonthFiles, names: Collection[str]
) -> list[tuple[Mapping[str, str], LineKey]]:
    """Look up which of the lines that differ are due to some faults, as people do who ask the chain."""
    told = {(line["side"], line["file"], int(line["row"])): line for line in read_truth(files.truth)}
    rows = residual_page(queries.pages_folder(found), wanted=Wanted(), page_size=MOST_LINES).rows
    known = ((told.get((row.side.value, row.line.place.file, row.line.place.row)), row) for row in rows)
    return [(line, LineKey(row.side.value, row.id)) for line, row in known if line and line["fault"] in names]


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
