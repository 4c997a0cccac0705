"""The demo company's months in the application: files of a year, reconciliations in every state of the month board."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from keytally.accounts.rules.parties import Mode
from keytally.core.clock import business_date
from keytally.imports.services import Upload
from keytally.kernel.periods import Period
from keytally.reconciliation import services
from keytally.reconciliation.demo_course import Course, course_of, take_course
from keytally.reconciliation.demo_ledgers.company import Place, Settlement, Trader
from keytally.reconciliation.demo_ledgers.year import ITEM_MAP, STORE_MAP, TOLERANCE_MINOR, MonthFiles, write_year
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries import demo as demo_queries
from keytally.reconciliation.rules.month_board import months_back

if TYPE_CHECKING:
    from keytally.core.models import User

WHOLE_YEAR = ("YS", "HF", "RM")
"""Chains of which all twelve months are reconciled, one of each mode; of the others the last six."""

MONTHS_OF_A_YEAR, MONTHS_OF_OTHERS = 12, 6
JOB_KIND = "demo_months"
Progress = Callable[[int, int], None]
"""Told how many months are done, and of how many."""


def demo_year_folder() -> Path:
    """Name the folder of the year's files."""
    return Path(settings.VAR) / "demo" / "year"


def write_files(*, today: date) -> list[MonthFiles]:
    """Write the files of the last twelve whole months of every chain there is."""
    last = date.fromisoformat(f"{months_back(today, count=1)[0]}-01")
    return write_year(traders(today), last=last, folder=demo_year_folder())


def traders(today: date) -> list[Trader]:
    """Read the chains, their stores and codes from the accounts."""
    return [
        Trader(
            code=chain.code,
            name=chain.name,
            mode=Settlement({Mode.A: "A", Mode.B: "B", Mode.C: "C"}[chain.mode]),
            places=[Place(ours, theirs, name) for ours, theirs, name in chain.stores],
            head_office=chain.head_office,
            warehouse=chain.warehouse,
        )
        for chain in demo_queries.chains(as_of=today)
    ]


def open_month(files: MonthFiles, *, by: "User", now: datetime) -> Reconciliation:
    """Open the reconciliation of a chain's month with its files, for whoever keeps the chain."""
    account = demo_queries.chain_account(files.trader.code)
    owner = account.owner or by
    maps = files.folder.parent
    wanted = services.NewReconciliation(
        name=f"{files.trader.name} {files.month}",
        ours=uploads(files.ours),
        theirs=uploads(files.theirs),
        store_map=[Upload(STORE_MAP, [(maps / STORE_MAP).read_bytes()])],
        item_map=[Upload(ITEM_MAP, [(maps / ITEM_MAP).read_bytes()])],
        account_id=account.pk,
        month=files.month,
    )
    found = services.open_reconciliation(wanted, by=owner, now=now)
    found.tolerance, found.period = str(TOLERANCE_MINOR), files.month
    found.measure = "quantity" if files.is_by_quantity else "amount"
    found.save(update_fields=["tolerance", "period", "measure"])
    return found


def uploads(folder: Path) -> list[Upload]:
    """Take the files of a folder as if they were dropped on the page."""
    return [Upload(file.name, [file.read_bytes()]) for file in sorted(folder.iterdir())]


def to_be_run(files: Iterable[MonthFiles], *, codes: Sequence[str], today: date) -> list[MonthFiles]:
    """Choose the months that somebody has begun in the demo: chain after chain as they are named, the oldest first.

    So the rows of the month board fill one after another, each from end to end, and every month finds what the one
    before it left open.
    """
    ages = _ages(today)
    chosen = [
        one
        for one in files
        if one.trader.code in codes
        and ages[one.month] < (MONTHS_OF_A_YEAR if one.trader.code in WHOLE_YEAR else MONTHS_OF_OTHERS)
        and course_of(one.trader.code, age=ages[one.month]) is not Course.NOT_STARTED
    ]
    return sorted(chosen, key=lambda one: (codes.index(one.trader.code), one.month))


def lay_out_months(
    by: "User", now: datetime, *, codes: Sequence[str], scratch: Path, on_progress: Progress | None = None
) -> int:
    """Open and run the months of some chains that have none yet, and do what people did; answer how many."""
    today = business_date(now)
    chosen, ages, done = to_be_run(write_files(today=today), codes=codes, today=today), _ages(today), 0
    for place, files in enumerate(chosen):
        if on_progress is not None:
            on_progress(place, len(chosen))
        code = files.trader.code
        if demo_queries.has_month(code, files.month):
            continue
        began = min(now - timedelta(hours=6), began_at(files.month, now=now))
        found = open_month(files, by=by, now=began)
        take_course(found, files, course=course_of(code, age=ages[files.month]), began=began, now=now, scratch=scratch)
        done += 1
    return done


def _ages(today: date) -> dict[str, int]:
    """Say how many months each lies before the latest."""
    return {month: age for age, month in enumerate(months_back(today, count=MONTHS_OF_A_YEAR))}


def began_at(month: str, *, now: datetime) -> datetime:
    """Say when a month was begun: in the morning of the third day of the next."""
    return datetime.combine(
        Period.month(month).ends_before + timedelta(days=2), now.timetz().replace(hour=1, minute=20)
    )
