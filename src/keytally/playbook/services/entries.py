"""Keep what was learned: every change is a version of its own, and nothing is lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from keytally.core.search import index_words
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.playbook.models import EntryTag, EntryThanks, EntryVersion, PlaybookEntry, PlaybookSearch
from keytally.playbook.queries.entries import content_of, entry_from
from keytally.playbook.refusals import UnableToKeepEntry
from keytally.playbook.rules.entries import Content, changed, faults, plain, read_plain

if TYPE_CHECKING:
    from collections.abc import Collection

    from keytally.core.models import User

ENTRY = "playbook_entry"


@dataclass(frozen=True, slots=True)
class Source:
    """What an entry was made of."""

    kind: str
    id: int


@transaction.atomic
def add_entry(
    content: Content, *, by: "User", now: datetime, source: Source | None = None, key: str | None = None
) -> PlaybookEntry:
    """Keep a new entry, or raise `UnableToKeepEntry`; the same source or key gives the same entry."""
    _check(content)
    known = _known(source, key=key)
    if known is not None:
        return known
    entry = PlaybookEntry(owner=by, added_at=now, idempotency_key=key)
    if source:
        entry.source_kind, entry.source_id = source.kind, source.id
    try:
        with transaction.atomic():
            _write(entry, content, by=by, now=now)
    except IntegrityError:
        # Somebody was first by the blink of an eye.
        known = _known(source, key=key)
        if known is None:
            raise
        return known
    _keep_version(entry, content, by=by, now=now, reason="")
    record_audit("playbook.add", by=by, at=now, subject=Subject(ENTRY, entry.pk), after=plain(content))
    return entry


@transaction.atomic
def change_entry(
    number: int, content: Content, *, seen_number: int, by: "User", now: datetime, reason: str = ""
) -> PlaybookEntry:
    """Keep a new version of an entry, or raise `UnableToKeepEntry`, as when somebody changed it meanwhile."""
    _check(content)
    entry = PlaybookEntry.objects.select_for_update(of=("self",)).select_related("changed_by").get(pk=number)
    if entry.number != seen_number:
        at = timezone.localtime(entry.changed_at).strftime("%Y-%m-%d %H:%M")
        raise UnableToKeepEntry(("CHANGED_MEANWHILE", {"person": entry.changed_by, "at": at}))
    before, after = plain(content_of(entry)), plain(content)
    if before == after:
        raise UnableToKeepEntry("NOTHING_CHANGED")
    entry.number += 1
    _write(entry, content, by=by, now=now)
    _keep_version(entry, content, by=by, now=now, reason=reason)
    parts = changed(before, after)
    record_audit(
        "playbook.change",
        by=by,
        at=now,
        subject=Subject(ENTRY, entry.pk),
        reason=reason,
        before={name: before[name] for name in parts},
        after={name: after[name] for name in parts},
    )
    return entry


@transaction.atomic
def restore_version(number: int, *, version: int, by: "User", now: datetime) -> PlaybookEntry:
    """Make an earlier version the newest again; those between stay readable."""
    kept = EntryVersion.objects.get(entry=number, number=version)
    entry = PlaybookEntry.objects.get(pk=number)
    reason = f"= {version}"
    return change_entry(number, read_plain(kept.content), seen_number=entry.number, by=by, now=now, reason=reason)


@transaction.atomic
def retire_entry(number: int, *, is_retired: bool, by: "User", now: datetime, reason: str) -> None:
    """Take an entry out of use, or bring it back; it stays readable either way."""
    if not reason.strip():
        raise UnableToKeepEntry("REASON_MISSING")
    entry = PlaybookEntry.objects.select_for_update().get(pk=number)
    if is_retired == (entry.retired_at is not None):
        raise UnableToKeepEntry("ALREADY_RETIRED" if is_retired else "NOT_RETIRED")
    entry.retired_at = now if is_retired else None
    entry.save(update_fields=["retired_at"])
    action = "playbook.retire" if is_retired else "playbook.bring_back"
    record_audit(action, by=by, at=now, subject=Subject(ENTRY, number), reason=reason.strip())


@transaction.atomic
def thank(number: int, *, by: "User", now: datetime) -> bool:
    """Say that an entry helped; a second time it does nothing."""
    _thanks, is_new = EntryThanks.objects.get_or_create(entry_id=number, person=by, defaults={"given_at": now})
    if is_new:
        PlaybookEntry.objects.filter(pk=number).update(helped=F("helped") + 1)
    return is_new


@transaction.atomic
def pass_entries(ids: "Collection[int]", /, *, giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give entries to another owner."""
    for entry in PlaybookEntry.objects.select_for_update().filter(pk__in=ids, owner=giver):
        entry.owner = receiver
        entry.save(update_fields=["owner"])
        record_audit(
            "playbook.pass",
            by=by,
            at=now,
            subject=Subject(ENTRY, entry.pk),
            before={"owner": giver.pk},
            after={"owner": receiver.pk},
        )


def _check(content: Content) -> None:
    found = faults(content)
    if found:
        raise UnableToKeepEntry(*found)


def _known(source: Source | None, *, key: str | None) -> PlaybookEntry | None:
    if source:
        return entry_from(source.kind, source.id)
    return PlaybookEntry.objects.filter(idempotency_key=key).first() if key else None


def _write(entry: PlaybookEntry, content: Content, *, by: "User", now: datetime) -> None:
    said: dict[str, Any] = plain(content)
    tags, node = said.pop("tags"), said.pop("node")
    said.pop("review_on")
    for name, value in said.items():
        setattr(entry, name, value)
    entry.node_id, entry.is_translated, entry.review_on = node, content.is_translated, content.review_on
    entry.changed_at, entry.changed_by = now, by
    entry.save()
    entry.tags.all().delete()
    EntryTag.objects.bulk_create(EntryTag(entry=entry, axis=axis, code=code) for axis, code in tags)
    entry.__dict__.pop("_prefetched_objects_cache", None)
    _index(entry, content)


def _index(entry: PlaybookEntry, content: Content) -> None:
    """Write the words of an entry: of titles and categories also by their sound, of texts as they are."""
    texts = (content.body.zh, content.body.en, content.answer.zh, content.answer.en)
    categories = sorted(code for axis, code in content.tags if axis == "CATEGORY")
    words = index_words(*texts, names=(content.title.zh, content.title.en, content.channel, *categories))
    PlaybookSearch.objects.update_or_create(entry=entry, defaults={"words": words})


def _keep_version(entry: PlaybookEntry, content: Content, *, by: "User", now: datetime, reason: str) -> None:
    EntryVersion.objects.create(
        entry=entry, number=entry.number, content=plain(content), reason=reason.strip()[:200], kept_by=by, kept_at=now
    )
