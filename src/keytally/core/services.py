"""Writes of core: people and roles, audit entries, attachments."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from keytally.core import files
from keytally.core.models import Attachment, AuditEntry, RoleGrant, User
from keytally.core.roles import Role
from keytally.core.rules import FileType
from keytally.core.subjects import Subject


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


@transaction.atomic
def add_person(
    username: str,
    *,
    name: str,
    password: str | None,
    roles: Iterable[Role],
    by: User | None,
    now: datetime,
    email: str = "",
    language: str = User.Language.CHINESE,
) -> User:
    """Add a person who can log in, with roles."""
    person = User.objects.create_user(username, password, name=name, email=email, language=language)
    given = sorted(set(roles))
    RoleGrant.objects.bulk_create(RoleGrant(person=person, role=role) for role in given)
    record_audit(
        "person.add",
        by=by,
        at=now,
        subject=Subject("person", person.pk),
        after={"username": username, "name": name, "roles": given},
    )
    return person


@transaction.atomic
def set_roles(person: User, *, roles: Iterable[Role], by: User, now: datetime, reason: str) -> None:
    """Give a person exactly these roles."""
    before = sorted(RoleGrant.objects.filter(person=person).values_list("role", flat=True))
    after = sorted(set(roles))
    if before == after:
        return
    RoleGrant.objects.filter(person=person).exclude(role__in=after).delete()
    RoleGrant.objects.bulk_create(RoleGrant(person=person, role=role) for role in after if role not in before)
    record_audit(
        "person.roles",
        by=by,
        at=now,
        subject=Subject("person", person.pk),
        reason=reason,
        before={"roles": before},
        after={"roles": after},
    )


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


def _plain_name(name: str) -> str:
    """Take the last part of a file's name, without what could mislead a reader or a file system."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable())
    return shown[-255:] or "file"


def set_language(person: User, *, language: str) -> None:
    """Keep the language a person reads."""
    person.language = User.Language(language)
    person.save(update_fields=["language"])
