"""How is a lead worked on: what is prepared, how often it was touched, which text went out how often?"""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import get_language

from keytally.kernel.verdicts import Verdict
from keytally.prospecting.models import CounterPlan, Lead, LeadTouch, NextAction, PreparedItem
from keytally.prospecting.rule_data import checklist
from keytally.prospecting.rules.cadence import ActionState, Outcome
from keytally.prospecting.rules.preparation import Item, prepared


@dataclass(frozen=True, slots=True)
class Prepared:
    """The checklist with what is done, and whether it is enough."""

    items: tuple[Item, ...]
    done: dict[str, PreparedItem]
    verdict: Verdict

    @property
    def lines(self) -> list[tuple[Item, PreparedItem | None]]:
        """List each item with what was done."""
        return [(item, self.done.get(item.code)) for item in self.items]

    @property
    def words(self) -> str:
        """Name what is missing in the reader's language."""
        return ", ".join(item_name(item) for item in self.items if item.code in self.verdict.unmet)


def item_name(item: Item) -> str:
    """Say an item's name in the reader's language."""
    return item.name_zh if (get_language() or "").startswith("zh") or not item.name_en else item.name_en


def is_prepared(lead: Lead, *, as_of: date) -> Prepared:
    """Hold what was prepared for a lead against the checklist in force on a day."""
    items = checklist(as_of=as_of)
    done = {one.item: one for one in lead.prepared.select_related("done_by")}
    return Prepared(items, done, prepared(items, ticked=set(done)))


def real_touches(lead: Lead) -> int:
    """Count the touches in which somebody was reached."""
    return lead.touches.exclude(outcome=Outcome.UNREACHED).count()


def leads_with_text(fingerprint: str, *, on: date, besides: int) -> int:
    """Count the other leads to which the same text went on a day."""
    sent = LeadTouch.objects.filter(fingerprint=fingerprint, happened_on=on).exclude(lead=besides)
    return sent.order_by().values("lead").distinct().count()


def touches_of(lead: Lead) -> QuerySet[LeadTouch]:
    """List how a lead was touched, the latest first."""
    return lead.touches.select_related("written_by")


def plans_of(lead: Lead) -> QuerySet[CounterPlan]:
    """List the counter-plans of a lead, the one that holds first."""
    return lead.plans.select_related("written_by")


def action_of(lead: Lead) -> NextAction | None:
    """Find the one next action of a lead."""
    return lead.actions.filter(state=ActionState.OPEN).select_related("owner").first()
