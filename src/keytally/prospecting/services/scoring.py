"""Score every open lead by the rules of a day, when the rules have changed."""

from datetime import date

from django.db import transaction

from keytally.prospecting.models import Lead
from keytally.prospecting.queries.facts import fit_of
from keytally.prospecting.queries.leads import OPEN
from keytally.prospecting.rule_data import fit_rules

_BATCH = 1_000


@transaction.atomic
def score_leads(*, as_of: date) -> int:
    """Bring the points of open leads up to date; answers how many changed."""
    rules, changed = fit_rules(as_of=as_of), []
    for lead in Lead.objects.filter(state__in=OPEN).iterator(chunk_size=_BATCH):
        found = fit_of(lead, as_of=as_of, rules=rules)
        if (lead.fit_points, lead.fit_advice) != (found.points, found.advice):
            lead.fit_points, lead.fit_advice = found.points, found.advice
            changed.append(lead)
    Lead.objects.bulk_update(changed, ["fit_points", "fit_advice"], batch_size=500)
    return len(changed)
