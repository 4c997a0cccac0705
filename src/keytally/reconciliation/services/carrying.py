"""Writes of what passes from month to month: carry open lines on, offer them, find them once, let them go again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F

from keytally.core.services import record_audit
from keytally.reconciliation import queries
from keytally.reconciliation.engine import history
from keytally.reconciliation.engine.history import LeftLine
from keytally.reconciliation.models import CarriedLine, CarryOffer, MetLine, Reconciliation, ResidualCase
from keytally.reconciliation.queries import carried
from keytally.reconciliation.rules.carry_over import CARRIED, Meeting, OpenLine, meetings
from keytally.reconciliation.services.holding import hold, touched
from keytally.reconciliation.services.maps import ITEMS, codes_in, maps_folder
from keytally.reconciliation.services.waiting import stop_waiting, wait

if TYPE_CHECKING:
    from keytally.core.models import User

FOUND = "reconciliation.find_again"
Goods = Mapping[str, str]


class FoundAlready(Exception):
    """A line was found in another month or by another offer meanwhile; nothing is counted twice."""


@transaction.atomic
def bring_forward(number: int) -> int:
    """Carry what the last month left open into a month that has run, and offer it; answer how many offers there are."""
    found = queries.reconciliation_for_update(number)
    before = carried.previous(found)
    if before is None or found.is_signed:
        return 0
    _carry_on(before)
    return make_offers(found)


def _carry_on(before: Reconciliation) -> None:
    """Keep the lines a month left open; one that is no longer open there is dropped unless it was found."""
    lines = {(line.side, line.id): line for line in history.lines_of_classes(queries.pages_folder(before), CARRIED)}
    for key in _settled(before):
        lines.pop(key, None)
    kept = {(one.side, one.line_id): one for one in CarriedLine.objects.select_for_update().filter(origin=before)}
    state = CarriedLine.State
    gone = [one.pk for key, one in kept.items() if key not in lines and one.state == state.OPEN]
    CarriedLine.objects.filter(pk__in=gone).update(state=state.DROPPED)
    back = [one.pk for key, one in kept.items() if key in lines and one.state == state.DROPPED]
    CarriedLine.objects.filter(pk__in=back).update(state=state.OPEN)
    new = [_carried(before, line) for key, line in lines.items() if key not in kept]
    CarriedLine.objects.bulk_create(new, batch_size=500)


def _settled(before: Reconciliation) -> set[tuple[str, str]]:
    """Name the lines of a month that need not be carried on: those done with, and those that answered earlier ones."""
    cases = ResidualCase.objects.filter(reconciliation=before)
    closed = cases.filter(state=ResidualCase.State.DONE).values_list("side", "line_id")
    accepted = cases.filter(state=ResidualCase.State.ACCEPTED).exclude(line_class="TIMING")
    met = MetLine.objects.filter(reconciliation=before).values_list("side", "line_id")
    return {*closed, *accepted.values_list("side", "line_id"), *met}


def _carried(before: Reconciliation, line: LeftLine) -> CarriedLine:
    return CarriedLine(
        account=before.account,
        origin=before,
        month=before.month,
        side=line.side,
        line_id=line.id,
        line_class=line.line_class,
        doc_no=line.doc_no[:200],
        order_no=line.order_no[:200],
        store=line.store[:200],
        item=line.item[:200],
        gtin=line.gtin[:40],
        line_on=line.date,
        currency=line.currency,
        quantity=line.quantity,
        amount_minor=line.amount_minor,
    )


def make_offers(found: Reconciliation) -> int:
    """Make the offers of a month anew from what its run left open and nothing has answered."""
    CarryOffer.objects.filter(reconciliation=found).delete()
    met = set(MetLine.objects.filter(reconciliation=found).values_list("side", "line_id"))
    left = history.lines_of_classes(queries.pages_folder(found), CARRIED)
    lines = {f"{line.side}:{line.id}": line for line in left if (line.side, line.id) not in met}
    waiting = {str(one.pk): one for one in carried.waiting_lines(found)}
    goods = {row.theirs: row.ours for row in codes_in(maps_folder(found) / ITEMS)}
    goods |= {row.gtin: row.ours for row in codes_in(maps_folder(found) / ITEMS) if row.gtin}
    made = meetings(
        [_open_line(key, one, goods=goods) for key, one in waiting.items()],
        [_open_line(key, one, goods=goods) for key, one in lines.items()],
        refused=carried.refused_pairs(found),
    )
    for number, meeting in enumerate(made, start=1):
        _write_offer(found, number, meeting, waiting=waiting, lines=lines)
    return len(made)


def _open_line(key: str, line: "CarriedLine | LeftLine", *, goods: Goods) -> OpenLine:
    good = goods.get(line.item) or goods.get(line.gtin) or (line.item if goods else line.gtin or line.item)
    return OpenLine(
        key=key,
        side=line.side,
        doc_no=line.doc_no,
        order_no=line.order_no,
        good=good,
        currency=line.currency,
        quantity=line.quantity,
        amount_minor=line.amount_minor,
    )


def _write_offer(
    found: Reconciliation,
    number: int,
    meeting: Meeting,
    *,
    waiting: Mapping[str, CarriedLine],
    lines: Mapping[str, LeftLine],
) -> None:
    common = {"reconciliation": found, "offer": number, "ground": meeting.ground, "gap_minor": meeting.gap_minor}
    rows = [
        CarryOffer(**common, carried=one, side=one.side, line_id=one.line_id, amount_minor=one.amount_minor)
        for one in (waiting[key] for key in meeting.carried)
    ]
    for line in (lines[key] for key in meeting.found):
        words = " · ".join(part for part in (line.order_no or line.doc_no, line.store, line.item) if part)
        rows.append(
            CarryOffer(**common, side=line.side, line_id=line.id, amount_minor=line.amount_minor, words=words[:200])
        )
    CarryOffer.objects.bulk_create(rows)


@transaction.atomic
def find_again(number: int, *, offer: int, by: "User", now: datetime, seen: int | None = None) -> None:
    """Take an offer: its carried lines are found in this month, or raise `FoundAlready`; what differs stays open."""
    found = hold(number, seen=seen)
    rows = list(CarryOffer.objects.filter(reconciliation=found, offer=offer))
    numbers = [row.carried_id for row in rows if row.carried_id]
    lines = list(CarriedLine.objects.select_for_update(of=("self",)).filter(pk__in=numbers))
    if not lines or any(one.state != CarriedLine.State.OPEN for one in lines):
        raise FoundAlready(number)
    answers = [row for row in rows if row.carried_id is None]
    _meet(found, answers, now=now)
    CarriedLine.objects.filter(pk__in=numbers).update(
        state=CarriedLine.State.FOUND, found_in=found, found_at=now, found_by=by
    )
    if all(row.gap_minor == 0 for row in rows):
        _accept(found, answers, months=sorted({one.month for one in lines}), by=by, now=now)
    CarryOffer.objects.filter(reconciliation=found, offer=offer).delete()
    touched(found, now=now, fields=[])
    after = {"lines": [str(one) for one in lines], "answers": [row.words for row in answers]}
    record_audit(FOUND, by=by, at=now, subject=queries.subject_of(number), after=after)


def _meet(found: Reconciliation, answers: Sequence[CarryOffer], *, now: datetime) -> None:
    try:
        with transaction.atomic():
            MetLine.objects.bulk_create(
                MetLine(reconciliation=found, side=row.side, line_id=row.line_id, met_at=now) for row in answers
            )
    except IntegrityError as error:
        raise FoundAlready(found.pk) from error


def _accept(
    found: Reconciliation, answers: Sequence[CarryOffer], *, months: Sequence[str], by: "User", now: datetime
) -> None:
    """Explain the answering lines of this month: they belong to the months that the carried lines came from."""
    known = history.lines_of_ids(queries.pages_folder(found), [row.line_id for row in answers])
    answered = []
    for row in answers:
        line = known.get(row.line_id)
        facts = {
            "line_class": line.line_class if line else "",
            "currency": line.currency if line else "",
            "amount_minor": line.difference_minor if line else row.amount_minor,
            "line_words": row.words,
            "state": ResidualCase.State.ACCEPTED,
            "reason": f"= {', '.join(months)}",
            "changed_at": now,
            "changed_by": by,
            "last_action": FOUND,
        }
        case, is_new = ResidualCase.objects.select_for_update().get_or_create(
            reconciliation=found, side=row.side, line_id=row.line_id, defaults={**facts, "opened_at": now}
        )
        if not is_new:
            ResidualCase.objects.filter(pk=case.pk).update(**facts, version=case.version + 1)
        answered.append(case)
    stop_waiting(answered, by=by, now=now)


@transaction.atomic
def let_go(number: int, *, line: int, by: "User", now: datetime) -> None:
    """Take back that a carried line was found in this month; all that was found with it is open again."""
    found = hold(number)
    one = CarriedLine.objects.select_for_update(of=("self",)).filter(pk=line, found_in=found).first()
    if one is None or one.found_at is None:
        raise FoundAlready(number)
    together = CarriedLine.objects.filter(found_in=found, found_at=one.found_at)
    words = [str(each) for each in together]
    together.update(state=CarriedLine.State.OPEN, found_in=None, found_at=None, found_by=None)
    met = MetLine.objects.filter(reconciliation=found, met_at=one.found_at)
    for side, line_id in list(met.values_list("side", "line_id")):
        answered = ResidualCase.objects.filter(reconciliation=found, side=side, line_id=line_id, last_action=FOUND)
        again = list(answered.values_list("pk", flat=True))
        answered.update(
            state=ResidualCase.State.OPEN, reason="", changed_at=now, changed_by=by, version=F("version") + 1
        )
        wait(queries.cases_of(found.pk).filter(pk__in=again), found, now=now)
    met.delete()
    make_offers(found)
    touched(found, now=now, fields=[])
    record_audit("reconciliation.let_go", by=by, at=now, subject=queries.subject_of(number), after={"lines": words})
