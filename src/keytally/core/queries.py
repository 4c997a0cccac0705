"""Reads of core: people, audit entries, attachments."""

from collections.abc import Collection
from datetime import date
from typing import BinaryIO

from django.db.models import QuerySet

from keytally.core import scope
from keytally.core.files import path_of
from keytally.core.models import Attachment, AuditEntry, Export, User
from keytally.core.subjects import Subject, may_see


def people() -> QuerySet[User]:
    """List everyone with their roles, those who may log in first."""
    return User.objects.prefetch_related("grants").order_by("-is_active", "username")


def audit_of(subject: Subject) -> QuerySet[AuditEntry]:
    """List what happened to a subject, newest first."""
    entries = AuditEntry.objects.select_related("person")
    return entries.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("-id")


def audit_entries(*, username: str = "", action: str = "") -> QuerySet[AuditEntry]:
    """List everything that happened, newest first, by whom and by the beginning of the action."""
    entries = AuditEntry.objects.select_related("person").order_by("-id")
    if username:
        entries = entries.filter(person__username=username)
    return entries.filter(action__startswith=action) if action else entries


def visible_exports(person: User, as_of: date) -> QuerySet[Export]:
    """List the exports a person may see on a day, newest first."""
    exports = Export.objects.select_related("person").order_by("-pk")
    return scope.visible(exports, person=person, permission="exports.view", as_of=as_of, owner="person")


def attachments_of(subject: Subject) -> QuerySet[Attachment]:
    """List a subject's files in the order they came."""
    return Attachment.objects.filter(subject_kind=subject.kind, subject_id=subject.id).order_by("id")


def attachments_of_several(kind: str, numbers: Collection[int]) -> QuerySet[Attachment]:
    """List the files of several subjects of a kind in the order they came."""
    return Attachment.objects.filter(subject_kind=kind, subject_id__in=numbers).order_by("id")


def visible_attachment(attachment_id: int, *, person: User, as_of: date) -> Attachment | None:
    """Find a file by its number, if the person may see what it belongs to."""
    attachment = Attachment.objects.filter(pk=attachment_id).first()
    if attachment and may_see(person, subject=Subject(attachment.subject_kind, attachment.subject_id), as_of=as_of):
        return attachment
    return None


def open_attachment(attachment: Attachment) -> BinaryIO:
    """Open the bytes of a file."""
    return path_of(attachment.sha256).open("rb")
