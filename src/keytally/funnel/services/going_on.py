"""Keep with every stay in a stage how it went on; told again whenever an opportunity moves, ends or is taken up."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from keytally.funnel.models import Opportunity, StageEntry
from keytally.funnel.rules.going_on import Stay, going_on

KEPT = ("onward_on", "dropped_on", "same_stage_on", "currency", "amount_minor")
AT_ONCE = 500


@transaction.atomic
def keep_going_on(numbers: Iterable[int]) -> int:
    """Tell anew how the stays of some opportunities went on; answers how many stays are told otherwise."""
    wanted, changed = sorted(set(numbers)), 0
    for start in range(0, len(wanted), AT_ONCE):
        batch = Opportunity.objects.filter(pk__in=wanted[start : start + AT_ONCE]).prefetch_related("entries")
        told = [entry for one in batch for entry in tell_going_on(one, list(one.entries.all()))]
        StageEntry.objects.bulk_update(told, KEPT, batch_size=AT_ONCE)
        changed += len(told)
    return changed


def tell_going_on(opportunity: Opportunity, entries: Sequence[StageEntry]) -> list[StageEntry]:
    """Write into the entries of an opportunity how they went on; answers those that were told otherwise."""
    stays = [Stay(entry.stage, entry.entered_on) for entry in entries]
    changed = []
    for entry, found in zip(
        entries, going_on(stays, state=opportunity.state, closed_on=opportunity.closed_on), strict=True
    ):
        days = (found.onward_on, found.dropped_on, found.same_stage_on)
        told = (*days, opportunity.currency, opportunity.amount_minor)
        if told != tuple(getattr(entry, name) for name in KEPT):
            for name, value in zip(KEPT, told, strict=True):
                setattr(entry, name, value)
            changed.append(entry)
    return changed
