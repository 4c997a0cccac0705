"""What is known of a lead, as the rules of fit take it."""

from datetime import date

from keytally.prospecting.models import Lead
from keytally.prospecting.rule_data import fit_rules
from keytally.prospecting.rules.fit import Fit, FitFacts, FitRules, Trigger, fit


def facts_of(lead: Lead) -> FitFacts:
    """Gather what is known of a lead."""
    return FitFacts(
        triggers=frozenset(Trigger(one) for one in lead.triggers),
        are_triggers_known=lead.are_triggers_known,
        volume_minor=lead.volume_minor,
        deal_minor=lead.deal_minor,
        budget_minor=lead.budget_minor,
        substitutes=tuple(part.strip() for part in lead.substitutes.replace("，", ",").split(",") if part.strip()),
    )


def fit_of(lead: Lead, *, as_of: date, rules: FitRules | None = None) -> Fit:
    """Score a lead by the rules in force on a day."""
    return fit(facts_of(lead), rules=rules or fit_rules(as_of=as_of))
