"""Entries, questions and what is put to an expert pass over with whoever held them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.belongings import Belonging, BelongingKind, register_belonging
from keytally.playbook.models import PlaybookEntry
from keytally.playbook.queries.support import asked_by, seats_of
from keytally.playbook.services.entries import pass_entries
from keytally.playbook.services.support import pass_questions, pass_seats

if TYPE_CHECKING:
    from keytally.core.models import User


def _entries(person: "User") -> Sequence[Belonging]:
    held = PlaybookEntry.objects.filter(owner=person, retired_at=None).order_by("pk")
    return [Belonging(one.pk, one.title, reverse("playbook:entry", args=[one.pk])) for one in held]


def _questions(person: "User") -> Sequence[Belonging]:
    return [Belonging(one.pk, one.title, reverse("playbook:question", args=[one.pk])) for one in asked_by(person)]


def _seats(person: "User") -> Sequence[Belonging]:
    return [
        Belonging(one.pk, one.question.title, reverse("playbook:question", args=[one.question_id]))
        for one in seats_of(person)
    ]


register_belonging(BelongingKind("playbook_entries", label=_("Playbook entries"), held_by=_entries, move=pass_entries))
register_belonging(
    BelongingKind("support_questions", label=_("Questions asked"), held_by=_questions, move=pass_questions)
)
register_belonging(BelongingKind("support_seats", label=_("Questions to answer"), held_by=_seats, move=pass_seats))
