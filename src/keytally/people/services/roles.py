"""Name the roles of positions as the company does, and add its own."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import PositionRole
from keytally.people.services.changes import begin_change

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def keep_position_role(code: str, *, names: tuple[str, str], by: "User", now: datetime, reason: str) -> PositionRole:
    """Call a role of positions by a Chinese and an English name, or add one that the template does not have."""
    begin_change()
    known = PositionRole.objects.filter(code=code).first()
    before = {"names": [known.name_zh, known.name_en]} if known else None
    kept, _made = PositionRole.objects.update_or_create(code=code, defaults={"name_zh": names[0], "name_en": names[1]})
    subject, after = Subject("organisation", 1), {"code": code, "names": list(names)}
    record_audit("position_role.keep", by=by, at=now, subject=subject, reason=reason, before=before, after=after)
    return kept
