"""Turn a pasted table into leads: the good rows become leads, the others are shown with their reasons."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.accounts.rules.codes import plain_phone
from keytally.accounts.rules.duplicates import plain_name
from keytally.core.clock import business_date
from keytally.prospecting.models import Lead
from keytally.prospecting.queries.matching import Known, known_companies
from keytally.prospecting.rules.capture import Capture, Found, RowFault
from keytally.prospecting.rules.likeness import domain_of
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services.leads import NewLead, Plan, add_lead

if TYPE_CHECKING:
    from keytally.core.models import User


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that is, or may be, a company known already, or one that stands in the table twice."""

    row: int
    name: str
    known: tuple[Known, ...]
    twin_row: int | None = None

    @property
    def is_sure(self) -> bool:
        """Tell whether it cannot be taken, or a person may say that it is another company."""
        return self.twin_row is not None or any(one.is_sure for one in self.known)


@dataclass(frozen=True, slots=True)
class Looked:
    """A table held against what is known: rows that are new, rows in doubt, rows that cannot be read."""

    capture: Capture
    new: tuple[Found, ...]
    doubts: tuple[Doubt, ...]
    faults: tuple[RowFault, ...]


def look(capture: Capture) -> Looked:
    """Hold every company of a table against leads, accounts and the rows above it."""
    known = known_companies([found.facts for found in capture.found])
    doubts, new, seen = [], [], dict[tuple[str, str], int]()
    for found, near in zip(capture.found, known, strict=True):
        twin = next((seen[key] for key in _keys(found.facts) if key in seen), None)
        for key in _keys(found.facts):
            seen.setdefault(key, found.row)
        if near or twin is not None:
            doubts.append(Doubt(found.row, found.facts["name"], near, twin))
        else:
            new.append(found)
    return Looked(capture, tuple(new), tuple(doubts), capture.faults)


@transaction.atomic
def keep_captured(
    looked: Looked,
    *,
    others: Collection[int],
    source: LeadSource,
    links: Mapping[str, Any],
    first: Plan,
    key: str,
    by: "User",
    now: datetime,
) -> list[Lead]:
    """Keep the rows that are new, and of those in doubt the ones that a person said are other companies; once."""
    said = {doubt.row for doubt in looked.doubts if not doubt.is_sure and doubt.row in others}
    new = {found.row for found in looked.new}
    wanted = [found for found in looked.capture.found if found.row in new | said]
    return [
        add_lead(
            NewLead(
                facts=found.facts,
                source=source,
                owner=first.owner,
                first=first,
                links=links,
                key=f"{key}-{found.row}"[:64] if key else "",
                is_another=True,
            ),
            by=by,
            on=business_date(now),
            now=now,
        )
        for found in wanted
    ]


def _keys(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    domain = domain_of(website=facts.get("website", ""), email=facts.get("email", ""))
    keys = [("name", plain_name(facts["name"])), ("tax", facts.get("tax_id", "")), ("domain", domain)]
    return [key for key in (*keys, ("phone", plain_phone(facts.get("phone", "")))) if key[1]]
