"""Operations about what waits for the caller."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from keytally.core.access import person_of
from keytally.identity.operations import operation
from keytally.worklist import queries
from keytally.worklist.kinds import Waiting

router = Router(tags=["worklist"])


class WorkItemOut(Schema):
    """Something that waits, worded in the caller's language."""

    kind: str
    subject_kind: str
    subject_id: int
    reason_code: str
    sentence: str
    title: str
    opened_at: datetime
    deadline: datetime | None
    page: str


class WorkItemsOut(Schema):
    """All that waits; it is never more than one person can do, so it comes whole."""

    items: list[WorkItemOut]


@operation(
    router, "GET", "/work-items", permission="worklist.view", response=WorkItemsOut, summary="List what waits for me"
)
def work_items(request: HttpRequest) -> dict[str, Any]:
    found = queries.items_of(person_of(request), now=datetime.now(UTC))
    return {"items": [_shown(waiting) for waiting in found]}


def _shown(waiting: Waiting) -> dict[str, Any]:
    return {
        "kind": waiting.kind.code,
        "subject_kind": waiting.subject.kind,
        "subject_id": waiting.subject.id,
        "reason_code": waiting.reason_code,
        "sentence": waiting.sentence,
        "title": waiting.title,
        "opened_at": waiting.opened_at,
        "deadline": waiting.deadline,
        "page": waiting.url,
    }
