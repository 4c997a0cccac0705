"""Which entries does the side bar show to this person?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from keytally.core.access import SIGNED_IN

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Entry:
    """A capability's place in the side bar."""

    label: Promise | str
    icon: str
    url_name: str
    permission: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as this person sees it now."""

    label: Promise | str
    icon: str
    url: str
    is_here: bool


# In the order of the work (design: UI).
ENTRIES: Sequence[Entry] = (
    Entry(label=pgettext_lazy("menu", "Today"), icon="list-check", url_name="worklist:today", permission=SIGNED_IN),
    Entry(
        label=pgettext_lazy("menu", "Approvals"), icon="gavel", url_name="approvals:inbox", permission="approvals.view"
    ),
    Entry(
        label=pgettext_lazy("menu", "Accounts"),
        icon="building-store",
        url_name="accounts:list",
        permission="accounts.view",
    ),
    Entry(
        label=pgettext_lazy("menu", "Prospecting"),
        icon="phone",
        url_name="prospecting:turn",
        permission="prospecting.view",
    ),
    Entry(label=pgettext_lazy("menu", "Funnel"), icon="filter", url_name="funnel:board", permission="funnel.view"),
    Entry(
        label=pgettext_lazy("menu", "Negotiation"),
        icon="messages",
        url_name="negotiation:list",
        permission="negotiation.view",
    ),
    Entry(
        label=pgettext_lazy("menu", "Reconciliation"),
        icon="scale",
        url_name="reconciliation:list",
        permission="reconcile.view",
    ),
    Entry(label=pgettext_lazy("menu", "Playbook"), icon="book", url_name="playbook:list", permission="playbook.view"),
    Entry(
        label=pgettext_lazy("menu", "Workflows"),
        icon="route",
        url_name="workflows:list",
        permission="workflows.view",
    ),
    Entry(label=pgettext_lazy("menu", "People"), icon="sitemap", url_name="people:chart", permission="people.view"),
    Entry(label=pgettext_lazy("menu", "Jobs"), icon="progress", url_name="jobs:list", permission="jobs.view"),
    Entry(label=pgettext_lazy("menu", "Audit"), icon="history", url_name="core:audit", permission="audit.view"),
    Entry(
        label=pgettext_lazy("menu", "Exports"), icon="file-export", url_name="core:exports", permission="exports.view"
    ),
    Entry(
        label=pgettext_lazy("menu", "Working days"),
        icon="calendar-event",
        url_name="core:calendar",
        permission="calendar.view",
    ),
    Entry(label=pgettext_lazy("menu", "Mail"), icon="mail", url_name="core:mail", permission="mail.view"),
    Entry(label=pgettext_lazy("menu", "Administration"), icon="users", url_name="users:list", permission="users.view"),
)


def links(person: "User", *, path: str) -> list[Link]:
    """List what the person may open, the page at hand marked."""
    return [
        Link(entry.label, entry.icon, url, is_here=path.startswith(url))
        for entry in ENTRIES
        if (entry.permission == SIGNED_IN or person.may(entry.permission)) and (url := _url(entry.url_name))
    ]


def first_page(person: "User") -> str | None:
    """Name the page a person starts on."""
    return next((link.url for link in links(person, path="")), None)


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
