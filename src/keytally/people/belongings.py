"""Open tasks as belongings: they pass to another person with a handover."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.belongings import Belonging, BelongingKind, register_belonging
from keytally.people.queries.tasks import open_tasks_of
from keytally.people.services.tasks import pass_tasks

if TYPE_CHECKING:
    from keytally.core.models import User


def _held_by(person: "User") -> list[Belonging]:
    return [
        Belonging(number, title, reverse("people:task", args=[number]))
        for number, title in open_tasks_of(person).values_list("pk", "title")
    ]


register_belonging(BelongingKind("team_task", label=_("Tasks"), held_by=_held_by, move=pass_tasks))
