"""Writes of kept answers: the same creating call sent twice creates once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.identity.models import KeptAnswer

if TYPE_CHECKING:
    from keytally.core.models import User

KEPT_FOR = timedelta(days=3)


class KeyUsedOtherwise(Exception):
    """The key stands for a different call."""


@transaction.atomic
def answer_once(person: "User", *, key: str, call_digest: str, now: datetime, create: Callable[[], Any]) -> Any:  # noqa: ANN401 - any JSON
    """Create and keep the answer, or repeat the one kept under the key, or raise `KeyUsedOtherwise`."""
    kept, is_new = KeptAnswer.objects.select_for_update().get_or_create(
        person=person, key=key, defaults={"call_digest": call_digest, "kept_at": now}
    )
    if kept.call_digest != call_digest:
        raise KeyUsedOtherwise(key)
    if is_new:
        kept.answer = create()
        kept.save(update_fields=["answer"])
    return kept.answer


def sweep_answers(*, now: datetime) -> int:
    """Forget the answers that nobody asks for any more; answers how many."""
    gone, _each = KeptAnswer.objects.filter(kept_at__lt=now - KEPT_FOR).delete()
    return gone
