"""Keep other gates from a day on; what was decided by earlier ones stays as it was."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.core.clock import business_date
from keytally.core.rule_sets import Content, keep_rule_set
from keytally.funnel.rule_data import GATES
from keytally.funnel.services.judging import judge_all

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def keep_gates(content: Content, *, starts_on: date, reason: str, by: "User", now: datetime) -> None:
    """Keep gates from a day on, or raise core's `UnableToKeep`; those of today judge the open funnel at once."""
    keep_rule_set(GATES, content=content, starts_on=starts_on, by=by, now=now, reason=reason)
    if starts_on <= business_date(now):
        judge_all(as_of=business_date(now))
