"""Something that waits for a stranger, for the walk of every route."""

from keytally.core.subjects import Subject
from keytally.core.tests.samples import Samples
from keytally.worklist.services import open_item


def samples(stranger, *, now):
    item = open_item(
        kind="walk",
        subject=Subject("person", stranger.pk),
        owner=stranger,
        deadline=now,
        reason_code="WALK",
        parameters={},
        now=now,
    )
    return Samples(values={"worklist:item_id": item.pk})
