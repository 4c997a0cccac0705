"""Which entries fit a list's filters, and what is known of one?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.scope import visible
from keytally.core.word_index import WordIndex
from keytally.playbook.models import EntryTag, PlaybookEntry
from keytally.playbook.rules.entries import Content, EntryKind, Outcome, Text
from keytally.playbook.rules.tags import Axis, Tag, is_known

if TYPE_CHECKING:
    from keytally.core.models import User

VIEW, WRITE = "playbook.view", "playbook.write"
WORDS = WordIndex("playbook_search", "entry_id", "playbook_words")
SORTS: Mapping[str, tuple[str, ...]] = {
    "changed": ("changed_at", "id"),
    "helped": ("helped", "changed_at", "id"),
    "kind": ("kind", "changed_at", "id"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is asked for; the address says it all."""

    text: str = ""
    kind: str = ""
    tag: Tag | None = None
    outcome: str = ""
    state: str = ""
    sort: str = "changed"
    is_descending: bool = True

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        return bool(set(self.asked()) - {"sort", "direction"})

    @property
    def tag_value(self) -> str:
        """Write the tag as the form has it."""
        return f"{self.tag[0]}:{self.tag[1]}" if self.tag else ""

    def asked(self) -> dict[str, str]:
        """Write what is asked for as the parts of an address."""
        plain = {
            "text": self.text,
            "kind": self.kind,
            "tag": self.tag_value,
            "outcome": self.outcome,
            "state": self.state,
            "sort": "" if self.sort == "changed" else self.sort,
            "direction": "" if self.is_descending else "asc",
        }
        return {name: value for name, value in plain.items() if value}

    def query(self, **changed: Any) -> str:  # noqa: ANN401 - fields of Wanted
        """Write the address of this list with something changed."""
        return urlencode(replace(self, **changed).asked())


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """Read what the list is asked for from an address; what is no value is left out."""
    sort = asked.get("sort", "")
    return Wanted(
        text=asked.get("text", "")[:120].replace("\x00", ""),
        kind=asked["kind"] if asked.get("kind") in set(EntryKind) else "",
        tag=tag_of(asked.get("tag", "")),
        outcome=asked["outcome"] if asked.get("outcome") in set(Outcome) else "",
        state=asked["state"] if asked.get("state") in ("RETIRED", "UNTRANSLATED", "MINE", "REVIEW") else "",
        sort=sort if sort in SORTS else "changed",
        is_descending=asked.get("direction") != "asc",
    )


def tag_of(text: str) -> Tag | None:
    """Read a tag as a form writes it: its axis, a colon, its code."""
    axis, _colon, code = text.replace("\x00", "").partition(":")
    if axis not in set(Axis):
        return None
    tag = (Axis(axis), code)
    return tag if is_known(tag) else None


def visible_to(person: "User", as_of: date, *, permission: str = VIEW) -> QuerySet[PlaybookEntry]:
    """Keep the entries a person may read, or change."""
    return visible(PlaybookEntry.objects.all(), person=person, permission=permission, as_of=as_of)


def filtered(person: "User", wanted: Wanted, *, as_of: date) -> QuerySet[PlaybookEntry]:
    """List the entries that fit and that a person may read, in order."""
    found = visible_to(person, as_of)
    if wanted.text:
        words = WORDS.condition(wanted.text)
        found = found.filter(pk__in=words) if words is not None else found.none()
    if wanted.kind:
        found = found.filter(kind=wanted.kind)
    if wanted.outcome:
        found = found.filter(outcome=wanted.outcome)
    if wanted.tag:
        has = EntryTag.objects.filter(entry=OuterRef("pk"), axis=wanted.tag[0], code=wanted.tag[1])
        found = found.filter(Exists(has))
    found = found.filter(_in_state(wanted.state, person, as_of=as_of))
    columns = SORTS[wanted.sort]
    order = [F(name).desc() for name in columns] if wanted.is_descending else [F(name).asc() for name in columns]
    return found.order_by(*order).select_related("owner", "node").prefetch_related("tags")


def _in_state(state: str, person: "User", *, as_of: date) -> Q:
    if state == "RETIRED":
        return Q(retired_at__isnull=False)
    in_use = Q(retired_at=None)
    if state == "UNTRANSLATED":
        return in_use & Q(is_translated=False)
    if state == "REVIEW":
        return in_use & Q(review_on__lte=as_of)
    return in_use & Q(owner=person) if state == "MINE" else in_use


def readable_node_ids(entries: "list[PlaybookEntry]", *, person: "User", as_of: date) -> set[int]:
    """List which of the entries' accounts a person may see by name."""
    numbers = {entry.node_id for entry in entries if entry.node_id}
    if not numbers or not person.may("accounts.view"):
        return set()
    return set(visible_accounts(person, as_of=as_of).filter(pk__in=numbers).values_list("pk", flat=True))


def entry_of(number: int, *, person: "User", as_of: date, permission: str = VIEW) -> PlaybookEntry | None:
    """Find an entry by its number if the person may read, or change, it."""
    found = visible_to(person, as_of, permission=permission).select_related("owner", "node", "changed_by")
    return found.prefetch_related("tags", "versions__kept_by").filter(pk=number).first()


def content_of(entry: PlaybookEntry) -> Content:
    """Read an entry as the rules take it."""
    return Content(
        kind=EntryKind(entry.kind),
        title=Text(entry.title_zh, entry.title_en),
        body=Text(entry.body_zh, entry.body_en),
        answer=Text(entry.answer_zh, entry.answer_en),
        outcome=Outcome(entry.outcome) if entry.outcome else None,
        tags=frozenset(one.tag for one in entry.tags.all()),
        node=entry.node_id,
        channel=entry.channel,
        review_on=entry.review_on,
    )


def categories() -> list[str]:
    """List the categories that entries are tagged with."""
    found = EntryTag.objects.filter(axis=Axis.CATEGORY).values_list("code", flat=True)
    return sorted(set(found))


def has_thanked(entry: PlaybookEntry, person: "User") -> bool:
    """Tell whether a person said that an entry helped."""
    return entry.thanks.filter(person=person).exists()


def entry_from(source_kind: str, source_id: int) -> PlaybookEntry | None:
    """Find the entry that was made of something."""
    return PlaybookEntry.objects.filter(source_kind=source_kind, source_id=source_id).first()
