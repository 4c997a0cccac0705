"""What does the template propose for one more position?"""

from datetime import date

from keytally.people.models import Position, Unit
from keytally.people.queries.organisation import organisation
from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.template import RoleTemplate, UnitPlan, default_template, propose_position


def proposed_position(role: str, *, unit: Unit, as_of: date) -> dict[str, object]:
    """Propose code, names and bosses of one more position; nothing for a role that the template does not have."""
    known = default_template().roles.get(role)
    if known is None:
        return {}
    taken = set(Position.objects.filter(code__startswith=f"{unit.code}-{role}").values_list("code", flat=True))
    plan = UnitPlan(unit.code, UnitKind(unit.kind), unit.name_zh, unit.name_en)
    place = propose_position(known, plan, taken=taken)
    bosses = {"boss": _nearest(known.solid, unit, as_of), "dotted": _nearest(_first_dotted(known), unit, as_of)}
    return {"code": place.code, "name_zh": place.name_zh, "name_en": place.name_en, **bosses}


def _first_dotted(role: RoleTemplate) -> str:
    return role.dotted[0] if role.dotted else ""


def _nearest(role: str, unit: Unit, as_of: date) -> Position | None:
    found = organisation(as_of=as_of).nearest_positions(role, unit.pk)
    return Position.objects.filter(pk=found[0]).first() if found else None
