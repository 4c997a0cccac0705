"""Entries of the playbook are found from the box in the top bar."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse

from keytally.core.search import Hit, register_finder
from keytally.playbook.labels import KINDS
from keytally.playbook.queries.entries import WORDS, visible_to
from keytally.playbook.rules.entries import EntryKind

if TYPE_CHECKING:
    from keytally.core.models import User


def _find(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    words = WORDS.condition(text)
    if words is None:
        return []
    found = visible_to(person, as_of).filter(pk__in=words, retired_at=None).order_by("-helped", "-changed_at")
    return [
        Hit(
            label=entry.title,
            detail=entry.body[:80],
            kind=KINDS[EntryKind(entry.kind)],
            url=reverse("playbook:entry", args=[entry.pk]),
        )
        for entry in found[:most]
    ]


register_finder("playbook", _find)
