"""Twenty thousand requests with their routes, people and work items, in a minute: rows in bulk, routes by the rule."""

import random
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keytally.core.models import User

BATCH = 1_000
AMOUNTS = (80_000, 900_000, 2_500_000, 12_000_000, 60_000_000)
# Of ten requests three still run.
RUNNING_OF_TEN = 3
KIND = "spend_request"


def add_requests(askers: list["User"], *, number: int, by: "User", now: datetime, chance: random.Random) -> int:
    """Let people ask for all sorts of amounts; answers how many requests there are."""
    from keytally.approvals import definitions
    from keytally.approvals.services.workflows import accept_limits
    from keytally.core.clock import business_date
    from keytally.people.queries.organisation import organisation

    today = business_date(now)
    accept_limits([KIND], by=by, now=now - timedelta(days=60))
    rules = definitions.used(KIND, as_of=today, now=now)
    whole = organisation(as_of=today)
    places = {asker.pk: whole.positions_of(asker.pk)[0] for asker in askers if whole.positions_of(asker.pk)}
    asking = [asker for asker in askers if asker.pk in places]
    made = 0
    while made < number:
        most = min(BATCH, number - made)
        _add(most, asking, places=places, rules=rules, whole=whole, now=now, chance=chance, first=made)
        made += most
    return made


def _add(most, askers, *, places, rules, whole, now, chance, first):
    from keytally.approvals import definitions
    from keytally.approvals.models import Request
    from keytally.approvals.rules.routing import Question, route
    from keytally.kernel.money import Money

    workflow = definitions.workflow_of(rules)
    facts = {"reach": "REGIONAL", "sell_out_from": now.date().isoformat()}
    rows, routes = [], []
    for place in range(first, first + most):
        asker = chance.choice(askers)
        amount = Money(chance.choice(AMOUNTS), "CNY")
        position = places[asker.pk]
        found = route(workflow, Question(asker.pk, position, position, amount, facts), organisation=whole)
        if not found.stands:
            continue
        runs = chance.randrange(10) < RUNNING_OF_TEN
        at = now - timedelta(hours=chance.randint(1, 200 if runs else 8_000))
        rows.append(
            Request(
                kind=KIND,
                rules=rules,
                requester=asker,
                position_id=position,
                subject_position_id=position,
                subject_kind="bench",
                subject_id=place + 1,
                title=f"端架费 {place}",
                account_name="永辉超市",
                amount_minor=amount.minor,
                currency="CNY",
                facts=facts,
                content_hash="0" * 64,
                state="RUNNING" if runs else "APPROVED",
                level=found.level,
                submitted_at=at,
                ended_at=None if runs else at + timedelta(hours=30),
            )
        )
        routes.append(found)
    _lay(Request.objects.bulk_create(rows), routes, chance=chance)


def _lay(requests, routes, *, chance):
    from keytally.approvals.models import Seat, Slot, Step
    from keytally.worklist.models import WorkItem

    steps, slots, seats, items = [], [], [], []
    for request, found in zip(requests, routes, strict=True):
        runs = request.state == "RUNNING"
        reached = chance.randrange(1, len(found.steps)) if runs else len(found.steps)
        for place, routed in enumerate(found.steps):
            state = "DONE" if place < reached else "OPEN" if place == reached else "WAITING"
            opened = request.submitted_at + timedelta(minutes=place) if state != "WAITING" else None
            step = Step(
                request=request,
                round=1,
                place=place,
                wave=routed.wave,
                code=routed.step,
                name_zh=routed.name_zh,
                name_en=routed.name_en,
                mode=routed.mode,
                follows=routed.follows,
                state=state,
                opened_at=opened,
                due_at=opened + timedelta(days=2) if opened else None,
                ended_at=opened if state == "DONE" else None,
            )
            steps.append(step)
            for number, slot in enumerate(routed.slots, start=1):
                outcome = ("APPROVED" if routed.mode == "DECIDE" else "DONE") if state == "DONE" else ""
                row = Slot(
                    step=step,
                    place=number,
                    roles=list(slot.roles),
                    authority=slot.authority,
                    outcome=outcome,
                    decided_by_id=slot.people[0] if outcome else None,
                    decided_at=opened if outcome else None,
                )
                slots.append(row)
                seats += [
                    Seat(slot=row, request=row.step.request, person_id=person, is_waiting=state == "OPEN")
                    for person in slot.people
                ]
                if state == "OPEN":
                    items += [_item(request, step, person) for person in slot.people]
    Step.objects.bulk_create(steps, batch_size=500)
    Slot.objects.bulk_create(slots, batch_size=500)
    Seat.objects.bulk_create(seats, batch_size=500)
    WorkItem.objects.bulk_create(items, batch_size=500, ignore_conflicts=True)


def _item(request, step, person):
    from keytally.worklist.models import WorkItem

    return WorkItem(
        kind="approval",
        subject_kind="approval_request",
        subject_id=request.pk,
        owner_id=person,
        deadline=step.due_at,
        reason_code=step.mode,
        parameters={
            "title": request.title,
            "person": request.requester.name,
            "step": {"zh": step.name_zh, "en": step.name_en},
        },
        opened_at=step.opened_at,
    )
