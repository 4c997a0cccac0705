"""Opportunities are found from the box in the top bar."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.search import Hit, register_finder
from keytally.funnel.labels import STATE_LABELS, stage_name
from keytally.funnel.queries.lists import Wanted, filtered
from keytally.funnel.rules.stages import State

if TYPE_CHECKING:
    from keytally.core.models import User


def _find(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    wanted = replace(Wanted(text=text, sort="touched", is_descending=True), state="")
    found = filtered(person, wanted, as_of=as_of).select_related("account")
    return [
        Hit(
            label=one.name,
            detail=" · ".join(
                filter(
                    None,
                    (
                        one.account.name if one.account else "",
                        str(stage_name(one.stage)) if one.state == State.OPEN else str(STATE_LABELS[State(one.state)]),
                    ),
                )
            ),
            kind=_("Opportunity"),
            url=reverse("funnel:show", args=[one.pk]),
        )
        for one in found[:most]
    ]


register_finder("opportunities", _find)
