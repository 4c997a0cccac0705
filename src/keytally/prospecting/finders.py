"""Leads are found from the box in the top bar."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keytally.core.search import Hit, query_words, register_finder
from keytally.prospecting.queries.reach import VIEW, visible_leads

if TYPE_CHECKING:
    from keytally.core.models import User


def _find(person: "User", text: str, as_of: date, most: int) -> Sequence[Hit]:
    words = query_words(text)
    if not words or not person.may(VIEW):
        return []
    leads = visible_leads(person, as_of=as_of)
    for word in words:
        leads = leads.filter(words__contains=f" {word}")
    return [
        Hit(
            label=one.name,
            detail=" · ".join(filter(None, (one.contact_name, one.city))),
            kind=_("Lead"),
            url=reverse("prospecting:lead", args=[one.pk]),
        )
        for one in leads.order_by("-fit_points", "name_sort")[:most]
    ]


register_finder("leads", _find)
