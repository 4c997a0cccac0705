"""Reads of controlled documents: who may see which version, and what each is on a day."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Prefetch, Q, QuerySet

from keytally.core import queries as core_queries
from keytally.core.subjects import Subject
from keytally.people.models import ControlledDocument, DocumentSignature, DocumentVersion
from keytally.people.rules.documents import STEPS, SignOff, Standing, State, Step, content_hash, standings

if TYPE_CHECKING:
    from keytally.core.models import Attachment, User

VERSION_KIND = "document_version"
_OPEN = (State.DRAFT.value, State.IN_SIGN_OFF.value)
_signers: list[Callable[["User"], QuerySet[Any]]] = []


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version and what it is on the day asked for."""

    version: DocumentVersion
    standing: Standing


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document with its versions, the highest first."""

    document: ControlledDocument
    versions: tuple[VersionRow, ...]

    @property
    def in_force(self) -> DocumentVersion | None:
        """Give the version that counts."""
        return self._one(Standing.IN_FORCE)

    @property
    def coming(self) -> DocumentVersion | None:
        """Give a published version that has yet to begin."""
        return self._one(Standing.COMING)

    @property
    def open(self) -> DocumentVersion | None:
        """Give the version that is being written or signed."""
        return self._one(Standing.DRAFT, Standing.IN_SIGN_OFF)

    @property
    def face(self) -> DocumentVersion:
        """Give the version whose names stand for the document: the one that counts, or the latest."""
        return self.in_force or self.coming or self.versions[0].version

    @property
    def standing(self) -> Standing:
        """Tell what the document is as a whole."""
        version = self.face
        return next(row.standing for row in self.versions if row.version is version)

    def _one(self, *wanted: Standing) -> DocumentVersion | None:
        return next((row.version for row in self.versions if row.standing in wanted), None)


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """A step of the sign-off with those who signed it."""

    step: Step
    signatures: tuple[DocumentSignature, ...]


def let_signers_read(find: "Callable[[User], QuerySet[Any]]") -> None:
    """Let those who sign a version read it before it is published; `find` lists the ids a person signs."""
    _signers[:] = [find]


def visible_versions(person: "User", _as_of: date) -> QuerySet[DocumentVersion]:
    """List the versions a person may see: everyone the published ones, writers and signers those on their way too."""
    if person.may("documents.change"):
        return DocumentVersion.objects.all()
    if not person.may("documents.view"):
        return DocumentVersion.objects.none()
    signed = [Q(pk__in=find(person)) for find in _signers]
    return DocumentVersion.objects.filter(reduce(or_, signed, Q(state=State.PUBLISHED.value)))


def documents(person: "User", *, as_of: date, text: str = "") -> list[DocumentRow]:
    """List the documents a person may see whose code or name has the text, by code."""
    versions = visible_versions(person, as_of)
    named = Q(document__code__icontains=text) | Q(name_zh__icontains=text) | Q(name_en__icontains=text)
    found = ControlledDocument.objects.filter(pk__in=versions.filter(named).values("document_id")).order_by("code")
    return [_row(document, as_of=as_of) for document in _with_versions(found, versions)]


def document(number: int, *, person: "User", as_of: date) -> DocumentRow | None:
    """Find a document with the versions a person may see."""
    versions = visible_versions(person, as_of)
    found = _with_versions(ControlledDocument.objects.filter(pk=number), versions).first()
    return _row(found, as_of=as_of) if found and found.versions.all() else None


def version_for_update(number: int) -> DocumentVersion:
    """Lock a version for the transaction."""
    return DocumentVersion.objects.select_for_update(of=("self",)).select_related("document").get(pk=number)


def signatures(version: DocumentVersion) -> list[SignatureRow]:
    """List the steps of a version's sign-off in their order, with who signed each."""
    signed = sorted(version.signatures.all(), key=lambda signature: (signature.signed_on, signature.pk))
    return [
        SignatureRow(step, tuple(signature for signature in signed if signature.step == step))
        for step in STEPS[SignOff(version.document.sign_off)]
    ]


def files(version: DocumentVersion) -> QuerySet["Attachment"]:
    """List the files of a version."""
    return core_queries.attachments_of(Subject(VERSION_KIND, version.pk))


def files_of(versions: Iterable[DocumentVersion]) -> Mapping[int, Sequence["Attachment"]]:
    """List the files of several versions, by the version's id."""
    found: dict[int, list[Attachment]] = {}
    numbers = [version.pk for version in versions]
    for file in core_queries.attachments_of_several(VERSION_KIND, numbers):
        found.setdefault(file.subject_id, []).append(file)
    return found


def content(version: DocumentVersion) -> dict[str, Any]:
    """Write down all that a sign-off of the version binds."""
    names = ("name_zh", "name_en", "department_zh", "department_en", "pages", "text_zh", "text_en", "changes")
    return {
        "code": version.document.code,
        "sign_off": version.document.sign_off,
        "version": str(version.version_no),
        "wanted_on": str(version.wanted_on),
        **{name: getattr(version, name) for name in names},
        "files": sorted([file.name, file.sha256] for file in files(version)),
    }


def hash_of(version: DocumentVersion) -> str:
    """Make the fingerprint of all that a sign-off of the version binds."""
    return content_hash(content(version))


def open_of(document: ControlledDocument) -> DocumentVersion | None:
    """Find the version of a document that is being written or signed."""
    return document.versions.filter(state__in=_OPEN).first()


def _with_versions(
    found: QuerySet[ControlledDocument], visible: QuerySet[DocumentVersion]
) -> QuerySet[ControlledDocument]:
    ordered = visible.select_related("document", "drafted_by").order_by("-letter", "-revision", "-id")
    return found.prefetch_related(Prefetch("versions", queryset=ordered))


def _row(document: ControlledDocument, *, as_of: date) -> DocumentRow:
    versions = list(document.versions.all())
    found = standings([version.facts for version in versions], as_of=as_of)
    return DocumentRow(document, tuple(VersionRow(version, found[version.pk]) for version in versions))
