"""Writes of core: people and roles, audit entries, attachments."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from keytally.core import files
from keytally.core.events import AccessChanged, publish
from keytally.core.models import Attachment, AuditEntry, RoleGrant, User
from keytally.core.roles import ACTING_ROLES, Role, Scope
from keytally.core.rules import FileType
from keytally.core.subjects import Subject

_LOOKED_UP_AT_ONCE = 400
# Roles alone have their usual reach; a mapping narrows those that have a scope.
Grants = Iterable[Role] | Mapping[Role, Scope | None]


class UnableToChange(Exception):
    """A change of people is refused; the argument is the code of the reason."""


def record_audit(
    action: str,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    subject: Subject,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write down who did what to which subject, when and why; call it in the transaction of the change."""
    return AuditEntry.objects.create(
        action=action,
        person_id=by.pk if by else None,
        at=at,
        subject_kind=subject.kind,
        subject_id=subject.id,
        reason=reason,
        before=before,
        after=after,
    )


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing of many that somebody did at once, for the audit."""

    action: str
    subject: Subject
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def record_audits(recorded: Iterable[Recorded], *, by: AbstractBaseUser | None, at: datetime) -> None:
    """Write down many things that somebody did at once, in their order; call it in the transaction of the changes."""
    ops, person, instant = connection.ops, by.pk if by else None, connection.ops.adapt_datetimefield_value(at)

    def json(said: Mapping[str, Any] | None) -> Any:  # noqa: ANN401 - as the database wants it
        return None if said is None else ops.adapt_json_value(said, None)

    # Without objects: an import of stores writes a dozen entries for each, and they are a quarter of its time.
    columns = ("at", "person_id", "action", "reason", "subject_kind", "subject_id", "before", "after")
    names = ", ".join(map(ops.quote_name, columns))
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into {ops.quote_name(AuditEntry._meta.db_table)} ({names}) values ({places})",  # noqa: S608 - names of our own
            [
                (instant, person, one.action, "", one.subject.kind, one.subject.id, json(one.before), json(one.after))
                for one in recorded
            ],
        )


@transaction.atomic
def add_person(
    username: str,
    *,
    name: str,
    password: str | None,
    roles: Grants,
    by: User | None,
    now: datetime,
    email: str = "",
    language: str = User.Language.CHINESE,
) -> User:
    """Add a person who can log in, with roles."""
    person = User.objects.create_user(username, password, name=name, email=email, language=language)
    given = _scopes(roles)
    RoleGrant.objects.bulk_create(RoleGrant(person=person, role=role, scope=scope) for role, scope in given.items())
    record_audit(
        "person.add",
        by=by,
        at=now,
        subject=Subject("person", person.pk),
        after={"username": username, "name": name, "roles": _worded(given)},
    )
    return person


@transaction.atomic
def set_roles(person: User, *, roles: Grants, by: User, now: datetime, reason: str) -> None:
    """Give a person exactly these roles, each with its usual reach or a narrower one, or raise `UnableToChange`."""
    held = RoleGrant.objects.filter(person=person)
    before = dict(held.order_by("role").values_list("role", "scope"))
    after = _scopes(roles)
    if before == after:
        return
    held.exclude(role__in=after).delete()
    for role, scope in after.items():
        RoleGrant.objects.update_or_create(person=person, role=role, defaults={"scope": scope})
    _need_an_administrator()
    record_audit(
        "person.roles",
        by=by,
        at=now,
        subject=Subject("person", person.pk),
        reason=reason,
        before={"roles": _worded(before)},
        after={"roles": _worded(after)},
    )
    may_act = not ACTING_ROLES.isdisjoint(after)
    if may_act == ACTING_ROLES.isdisjoint(before):
        publish(AccessChanged(person.pk, is_active=person.is_active and may_act, now=now))


@transaction.atomic
def change_person(
    person: User, *, name: str, email: str, is_active: bool, by: User, now: datetime, reason: str
) -> None:
    """Correct a person's name and address and say whether they may log in, or raise `UnableToChange`."""
    before = _facts(person)
    person.name, person.email, person.is_active = name, email, is_active
    if _facts(person) == before:
        return
    person.save(update_fields=["name", "email", "is_active"])
    _need_an_administrator()
    record_audit(
        "person.change",
        by=by,
        at=now,
        subject=Subject("person", person.pk),
        reason=reason,
        before=before,
        after=_facts(person),
    )
    if before["is_active"] != is_active:
        publish(AccessChanged(person.pk, is_active=is_active, now=now))


@transaction.atomic
def set_password(person: User, *, password: str, by: User, now: datetime) -> None:
    """Give a person a new password; their other log-in sessions end."""
    person.set_password(password)
    person.save(update_fields=["password"])
    record_audit("person.password", by=by, at=now, subject=Subject("person", person.pk))


def set_time_zone(person: User, *, time_zone: str) -> None:
    """Keep the zone a person's times are shown in."""
    person.time_zone = time_zone
    person.save(update_fields=["time_zone"])


def _scopes(roles: Grants) -> dict[str, str]:
    given = roles if isinstance(roles, Mapping) else dict.fromkeys(roles)
    return {Role(role).value: scope.value if scope else "" for role, scope in sorted(given.items())}


def _worded(scopes: Mapping[str, str]) -> list[str]:
    return [f"{role} {scope}".strip() for role, scope in scopes.items()]


def _facts(person: User) -> dict[str, Any]:
    return {"name": person.name, "email": person.email, "is_active": person.is_active}


def _need_an_administrator() -> None:
    """Refuse what would leave nobody who can add people."""
    if not RoleGrant.objects.filter(role=Role.ADMINISTRATOR, person__is_active=True).exists():
        raise UnableToChange("LAST_ADMINISTRATOR")


def keep_attachment(
    chunks: Iterable[bytes],
    *,
    name: str,
    subject: Subject,
    by: User,
    now: datetime,
    types: Collection[FileType] = tuple(FileType),
) -> Attachment:
    """Keep a file with its subject; the same bytes are kept once, however often they come."""
    kept = files.keep(chunks, most_bytes=settings.ATTACHMENT_MAX_BYTES, types=types)
    return Attachment.objects.create(
        sha256=kept.sha256,
        size=kept.size,
        name=_plain_name(name),
        file_type=kept.type,
        subject_kind=subject.kind,
        subject_id=subject.id,
        added_by=by,
        added_at=now,
    )


def forget_attachment(attachment: Attachment) -> None:
    """Take a file from its subject; the bytes stay for a day at least, and as long as others are made of them."""
    attachment.delete()


def sweep_unowned(*, now: datetime) -> int:
    """Remove kept files older than a day that belong to nothing; answer how many.

    A server that dies between keeping a file and writing down whose it is leaves one.
    """
    before, removed = now - files.LONGEST_UPLOAD, 0
    kept = files.kept_before(before)
    while some := {file.name: file for file in islice(kept, _LOOKED_UP_AT_ONCE)}:
        owned = set(Attachment.objects.filter(sha256__in=some).values_list("sha256", flat=True))
        for name in some.keys() - owned:
            # The same bytes may have come again while others were looked up.
            if files.is_kept_before(some[name], before):
                some[name].unlink(missing_ok=True)
                removed += 1
    return removed


def _plain_name(name: str) -> str:
    """Take the last part of a file's name, without what could mislead a reader or a file system."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable())
    return shown[-255:] or "file"


def set_language(person: User, *, language: str) -> None:
    """Keep the language a person reads."""
    person.language = User.Language(language)
    person.save(update_fields=["language"])
