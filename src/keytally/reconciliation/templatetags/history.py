"""Panels of a result that read what passes between stores and months themselves."""

from typing import Any

from django import template

from keytally.core.clock import business_date
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries.carried import carry_over
from keytally.reconciliation.queries.stores import stores_of

SHOWN = 8

register = template.Library()


@register.inclusion_tag("reconciliation/_stores.html")
def stores_panel(found: Reconciliation) -> dict[str, Any]:
    """Show the stores whose sides differ most, and what all add up to."""
    shown = stores_of(found)
    rows = [row for row in shown.rows if row.balance.gap_minor or not row.balance.is_store][:SHOWN]
    more = len(shown.rows) > len(rows)
    return {"found": found, "rows": rows, "sums": shown.sums, "is_told": shown.is_told, "more": more}


@register.inclusion_tag("reconciliation/_carried.html")
def carried_panel(found: Reconciliation) -> dict[str, Any]:
    """Show what came over from earlier months and how many offers wait."""
    shown = carry_over(found, as_of=business_date(found.changed_at))
    return {"found": found, "sums": shown.sums, "offers": len(shown.offers)}
