"""Work items as belongings: what waits for a person passes to another with a handover."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from keytally.core.belongings import Belonging, BelongingKind, register_belonging
from keytally.worklist import queries, services
from keytally.worklist.kinds import Waiting

if TYPE_CHECKING:
    from keytally.core.models import User


def _held_by(person: "User") -> list[Belonging]:
    return [
        Belonging(waiting.item_id, _in_words(waiting), waiting.url)
        for waiting in queries.waiting_owned_by(person.pk)
        if waiting.item_id is not None and waiting.kind.passes_over
    ]


def _words(waiting: Waiting) -> str:
    return f"{waiting.kind.label}: {waiting.sentence}"


_in_words = lazy(_words, str)


def _move(ids: Collection[int], /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    for item_id in ids:
        services.reassign(item_id, to=receiver, by=by, now=now, reason=str(giver))


register_belonging(BelongingKind("work_item", label=_("Open work"), held_by=_held_by, move=_move))
