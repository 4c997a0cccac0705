"""Writes of controlled documents: draft, send into sign-off, publish, withdraw. A published version is never edited."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from keytally.core import services as core_services
from keytally.core.clock import business_date
from keytally.core.rules import FileType
from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.people.models import ControlledDocument, DocumentSignature, DocumentVersion
from keytally.people.queries import documents as queries
from keytally.people.rules.documents import (
    STEPS,
    SignOff,
    State,
    Step,
    VersionNo,
    effective_day,
    missing_steps,
    next_versions,
    readiness,
)

if TYPE_CHECKING:
    from keytally.core.models import Attachment, User

DOCUMENT_KIND = "controlled_document"
VERSION_KIND = queries.VERSION_KIND


class UnableToChange(Exception):
    """A change of a document is refused; `code` says why and `missing` what is lacking."""

    def __init__(self, code: str, *, missing: Sequence[str] = ()) -> None:
        super().__init__(code, tuple(missing))
        self.code = code
        self.missing = tuple(missing)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a version is to say."""

    name_zh: str = ""
    name_en: str = ""
    department_zh: str = ""
    department_en: str = ""
    wanted_on: date | None = None
    pages: int = 1
    text_zh: str = ""
    text_en: str = ""
    changes: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a step, and on which day."""

    step: Step
    signer: str
    signed_on: date
    person: "User | None" = None


@transaction.atomic
def add_document(
    code: str, *, sign_off: SignOff, version: VersionNo, draft: Draft, by: "User", now: datetime
) -> DocumentVersion:
    """Put a document under control with its first version as a draft, or raise `UnableToChange`."""
    if ControlledDocument.objects.filter(code__iexact=code).exists():
        raise UnableToChange("CODE_TAKEN")
    document = ControlledDocument.objects.create(code=code, sign_off=sign_off.value, added_by=by, added_at=now)
    _record("document.add", Subject(DOCUMENT_KIND, document.pk), by=by, now=now, after={"code": code})
    return _new_version(document, version=version, draft=draft, by=by, now=now)


@transaction.atomic
def draft_next(document: ControlledDocument, *, version: VersionNo, by: "User", now: datetime) -> DocumentVersion:
    """Start the next version as a copy of the last published one, or raise `UnableToChange`."""
    if queries.open_of(document):
        raise UnableToChange("OPEN_ALREADY")
    known = [found for found in document.versions.all() if found.state != State.DISCARDED.value]
    if version not in next_versions(found.version_no for found in known):
        raise UnableToChange("NOT_THE_NEXT_VERSION")
    last = max(known, key=lambda found: found.version_no, default=None)
    names = ("name_zh", "name_en", "department_zh", "department_en", "pages", "text_zh", "text_en")
    draft = Draft(**{name: getattr(last, name) for name in names}) if last else Draft()
    return _new_version(document, version=version, draft=draft, by=by, now=now)


@transaction.atomic
def change_draft(number: int, *, draft: Draft, by: "User", now: datetime) -> DocumentVersion:
    """Write a draft anew, or raise `UnableToChange` once it is in sign-off or published."""
    version = _locked(number, State.DRAFT)
    before = _facts(version)
    for name in Draft.__dataclass_fields__:
        setattr(version, name, getattr(draft, name))
    version.save()
    _record("document.draft", _subject(version), by=by, now=now, before=before, after=_facts(version))
    return version


@transaction.atomic
def add_file(number: int, *, chunks: Iterable[bytes], name: str, by: "User", now: datetime) -> "Attachment":
    """Put a file with a draft, or raise `UnableToChange` or core's `UnableToKeep`."""
    version = _locked(number, State.DRAFT)
    kept = core_services.keep_attachment(
        chunks, name=name, subject=_subject(version), by=by, now=now, types=tuple(FileType)
    )
    _record("document.file", _subject(version), by=by, now=now, after={"name": kept.name, "sha256": kept.sha256})
    return kept


@transaction.atomic
def remove_file(number: int, *, attachment_id: int, by: "User", now: datetime) -> None:
    """Take a file from a draft, or raise `UnableToChange`."""
    version = _locked(number, State.DRAFT)
    file = queries.files(version).filter(pk=attachment_id).first()
    if file is None:
        raise UnableToChange("NO_SUCH_FILE")
    before = {"name": file.name, "sha256": file.sha256}
    core_services.forget_attachment(file)
    _record("document.file_removed", _subject(version), by=by, now=now, before=before)


@transaction.atomic
def discard_draft(number: int, *, by: "User", now: datetime) -> None:
    """Give a draft up; its number is free again."""
    version = _locked(number, State.DRAFT)
    version.state = State.DISCARDED.value
    version.save(update_fields=["state"])
    _record("document.discard", _subject(version), by=by, now=now)


@transaction.atomic
def begin_sign_off(number: int, *, by: "User", now: datetime) -> DocumentVersion:
    """Send a draft into sign-off: from here nobody can change it, or raise `UnableToChange` with what it lacks."""
    version = _locked(number, State.DRAFT)
    _need_ready(version)
    version.state, version.content_hash = State.IN_SIGN_OFF.value, queries.hash_of(version)
    version.save(update_fields=["state", "content_hash"])
    _record("document.sign_off", _subject(version), by=by, now=now, after={"content_hash": version.content_hash})
    return version


@transaction.atomic
def return_to_draft(number: int, *, by: "User | None", now: datetime, reason: str = "") -> DocumentVersion:
    """Take a version out of sign-off, so that it can be changed again, or raise `UnableToChange`."""
    version = _locked(number, State.IN_SIGN_OFF)
    version.state, version.content_hash = State.DRAFT.value, ""
    version.save(update_fields=["state", "content_hash"])
    _record("document.return", _subject(version), by=by, now=now, reason=reason)
    return version


@transaction.atomic
def publish(number: int, *, by: "User | None", now: datetime, signatures: Iterable[Signature] = ()) -> DocumentVersion:
    """Publish what was signed off: it counts from the day wanted, but never before today, or raise `UnableToChange`."""
    version = _locked(number, State.IN_SIGN_OFF)
    if queries.hash_of(version) != version.content_hash:
        raise UnableToChange("CHANGED_SINCE_SIGNED")
    wanted_on = version.wanted_on or business_date(now)
    _publish(version, starts_on=effective_day(wanted=wanted_on, published_on=business_date(now)), now=now)
    _sign(version, signatures)
    _record("document.publish", _subject(version), by=by, now=now, after={"starts_on": str(version.starts_on)})
    return version


@transaction.atomic
def publish_signed_on_paper(
    number: int, *, signatures: Sequence[Signature], by: "User", now: datetime, reason: str
) -> DocumentVersion:
    """Publish a version that was signed on paper before keytally, every step of it, or raise `UnableToChange`.

    It counts from its own day, which may be long past, unless another version of the document is published already.
    """
    version = _locked(number, State.DRAFT)
    _need_ready(version)
    missing = missing_steps(SignOff(version.document.sign_off), signed=(signature.step for signature in signatures))
    if missing:
        raise UnableToChange("STEPS_UNSIGNED", missing=missing)
    today = business_date(now)
    if any(signature.signed_on > today for signature in signatures):
        raise UnableToChange("SIGNED_IN_THE_FUTURE")
    wanted_on = version.wanted_on or today
    is_first = not version.document.versions.filter(state=State.PUBLISHED.value).exists()
    version.content_hash = queries.hash_of(version)
    _publish(version, starts_on=wanted_on if is_first else max(wanted_on, today), now=now)
    _sign(version, signatures)
    after = {"starts_on": str(version.starts_on), "on_paper": True}
    _record("document.publish", _subject(version), by=by, now=now, reason=reason, after=after)
    return version


@transaction.atomic
def withdraw(number: int, *, by: "User", now: datetime, reason: str) -> DocumentVersion:
    """Withdraw a published version from today; no earlier version comes back in its place."""
    version = _locked(number, State.PUBLISHED)
    if version.withdrawn_on is not None:
        raise UnableToChange("WITHDRAWN_ALREADY")
    version.withdrawn_on = business_date(now)
    version.save(update_fields=["withdrawn_on"])
    _record("document.withdraw", _subject(version), by=by, now=now, reason=reason)
    return version


def set_sign_off(document: ControlledDocument, *, sign_off: SignOff, by: "User", now: datetime) -> None:
    """Choose how many people sign the versions to come; refused while one is in sign-off."""
    with transaction.atomic():
        open_version = queries.open_of(document)
        if open_version and open_version.state == State.IN_SIGN_OFF.value:
            raise UnableToChange("IN_SIGN_OFF")
        before = {"sign_off": document.sign_off}
        document.sign_off = sign_off.value
        document.save(update_fields=["sign_off"])
        after = {"sign_off": document.sign_off}
        subject = Subject(DOCUMENT_KIND, document.pk)
        _record("document.preset", subject, by=by, now=now, before=before, after=after)


def _new_version(
    document: ControlledDocument, *, version: VersionNo, draft: Draft, by: "User", now: datetime
) -> DocumentVersion:
    facts = {name: getattr(draft, name) for name in Draft.__dataclass_fields__}
    try:
        with transaction.atomic():
            made = DocumentVersion.objects.create(
                document=document,
                letter=version.letter,
                revision=version.number,
                drafted_by=by,
                drafted_at=now,
                **facts,
            )
    except IntegrityError as error:
        raise UnableToChange("OPEN_ALREADY") from error
    _record("document.version", _subject(made), by=by, now=now, after={"version": str(version)})
    return made


def _locked(number: int, *states: State) -> DocumentVersion:
    version = queries.version_for_update(number)
    if version.state not in {state.value for state in states}:
        raise UnableToChange(f"IS_{version.state}")
    return version


def _need_ready(version: DocumentVersion) -> None:
    verdict = readiness(
        title=bool(version.name_zh.strip() and version.name_en.strip()),
        content=bool(version.text_zh.strip() or version.text_en.strip() or queries.files(version).exists()),
        pages=version.pages,
        department=bool(version.department_zh.strip() or version.department_en.strip()),
    )
    if not verdict.passed:
        raise UnableToChange("INCOMPLETE", missing=verdict.unmet)


def _publish(version: DocumentVersion, *, starts_on: date, now: datetime) -> None:
    version.state, version.starts_on, version.published_at = State.PUBLISHED.value, starts_on, now
    version.save(update_fields=["state", "starts_on", "published_at", "content_hash"])


def _sign(version: DocumentVersion, signatures: Iterable[Signature]) -> None:
    allowed = STEPS[SignOff(version.document.sign_off)]
    DocumentSignature.objects.bulk_create(
        DocumentSignature(
            version=version,
            step=signature.step.value,
            signer=signature.signer,
            person=signature.person,
            signed_on=signature.signed_on,
        )
        for signature in signatures
        if signature.step in allowed
    )


def _subject(version: DocumentVersion) -> Subject:
    return Subject(VERSION_KIND, version.pk)


def _facts(version: DocumentVersion) -> dict[str, Any]:
    return {name: str(getattr(version, name) or "") for name in Draft.__dataclass_fields__}


def _record(
    action: str,
    subject: Subject,
    *,
    by: "User | None",
    now: datetime,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    record_audit(action, by=by, at=now, subject=subject, reason=reason, before=before, after=after)
