"""Make a whole organisation at once, of a plan: at set-up, for the demo company and for measurements."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import Holding, OrganisationVersion, Position, ReportingLine, Unit
from keytally.people.rules.history import Refusal
from keytally.people.rules.template import OrganisationPlan, UnitPlan
from keytally.people.services.changes import UnableToOrganise, begin_change

if TYPE_CHECKING:
    from keytally.core.models import User

BATCH = 500


@transaction.atomic
def set_up(plan: OrganisationPlan, *, starts_on: date, by: "User | None", now: datetime) -> None:
    """Make every unit, position, line and holding of a plan, or raise `UnableToOrganise` where there are units.

    The number of queries does not depend on how many there are, but for batches.
    """
    begin_change()
    if Unit.objects.exists():
        raise UnableToOrganise(Refusal.ALREADY_SET_UP)
    units = _add_units(plan.units, starts_on=starts_on)
    positions = _add_positions(plan, units=units, starts_on=starts_on)
    _add_lines(plan, positions=positions, starts_on=starts_on)
    _add_holdings(plan, positions=positions, starts_on=starts_on)
    made = {"units": len(plan.units), "positions": len(plan.positions), "lines": len(plan.lines)}
    subject = Subject("organisation", OrganisationVersion.objects.get().pk)
    after = {**made, "holdings": len(plan.holdings), "from": str(starts_on)}
    record_audit("organisation.set_up", by=by, at=now, subject=subject, after=after)


def _add_units(plans: tuple[UnitPlan, ...], *, starts_on: date) -> dict[str, Unit]:
    made: dict[str, Unit] = {}
    waiting = list(plans)
    while waiting:
        ready = [plan for plan in waiting if not plan.parent or plan.parent in made]
        if not ready:
            raise UnableToOrganise(Refusal.WRONG_UNIT)
        rows = Unit.objects.bulk_create([_unit(plan, made=made, starts_on=starts_on) for plan in ready])
        made |= {row.code: row for row in rows}
        waiting = [plan for plan in waiting if plan not in ready]
    return made


def _unit(plan: UnitPlan, *, made: dict[str, Unit], starts_on: date) -> Unit:
    return Unit(
        code=plan.code,
        kind=plan.kind,
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        parent=made[plan.parent] if plan.parent else None,
        starts_on=plan.starts_on or starts_on,
    )


def _add_positions(plan: OrganisationPlan, *, units: dict[str, Unit], starts_on: date) -> dict[str, Position]:
    rows = [
        Position(
            code=place.code,
            role=place.role,
            unit=units[place.unit],
            name_zh=place.name_zh,
            name_en=place.name_en,
            city=place.city,
            starts_on=place.starts_on or starts_on,
            ends_before=place.ends_before,
        )
        for place in plan.positions
    ]
    return {row.code: row for row in Position.objects.bulk_create(rows, batch_size=BATCH)}


def _add_lines(plan: OrganisationPlan, *, positions: dict[str, Position], starts_on: date) -> None:
    rows = [
        ReportingLine(
            position=positions[line.position],
            boss=positions[line.boss],
            kind=line.kind,
            city=line.city,
            starts_on=line.starts_on or starts_on,
            ends_before=line.ends_before,
        )
        for line in plan.lines
    ]
    ReportingLine.objects.bulk_create(rows, batch_size=BATCH)


def _add_holdings(plan: OrganisationPlan, *, positions: dict[str, Position], starts_on: date) -> None:
    rows = [
        Holding(
            position=positions[holding.position],
            person_id=holding.person,
            starts_on=holding.starts_on or starts_on,
            ends_before=holding.ends_before,
        )
        for holding in plan.holdings
    ]
    Holding.objects.bulk_create(rows, batch_size=BATCH)
