"""Controlled documents, their versions, and who signed them.

A trigger refuses to change what a published version says (migration 0002).
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.people.languages import in_language
from keytally.people.models.organisation import Named
from keytally.people.rules.documents import SignOff, State, Step, Version, VersionNo


class ControlledDocument(models.Model):
    """A document under control: its code stays, its versions follow one another and bear its names."""

    SIGN_OFFS: ClassVar = {SignOff.FIVE_STEPS: _("Five steps"), SignOff.THREE_STEPS: _("Three steps")}

    code = models.CharField(_("document code"), max_length=60, unique=True)
    sign_off = models.CharField(
        _("sign-off"), max_length=16, choices=[(kind.value, label) for kind, label in SIGN_OFFS.items()]
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("controlled document")
        verbose_name_plural = _("controlled documents")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(sign_off__in=[kind.value for kind in SignOff]), name="document_sign_off_known"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="document_has_code"),
        ]

    def __str__(self) -> str:
        return self.code


class DocumentVersion(Named):
    """A version of a controlled document; what it is on a day is decided by `rules.documents.standings`."""

    STATES: ClassVar = {
        State.DRAFT: pgettext_lazy("document", "Draft"),
        State.IN_SIGN_OFF: pgettext_lazy("document", "In sign-off"),
        State.PUBLISHED: pgettext_lazy("document", "Published"),
        State.DISCARDED: pgettext_lazy("document", "Discarded"),
    }

    document = models.ForeignKey(ControlledDocument, on_delete=models.PROTECT, related_name="versions")
    letter = models.CharField(max_length=1)
    revision = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=16, choices=[(state.value, label) for state, label in STATES.items()], default=State.DRAFT.value
    )
    department_zh = models.CharField(_("owner department, in Chinese"), max_length=120, blank=True)
    department_en = models.CharField(_("owner department, in English"), max_length=120, blank=True)
    wanted_on = models.DateField(_("effective from"), null=True, blank=True)
    starts_on = models.DateField(_("in force from"), null=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True)
    pages = models.PositiveIntegerField(_("pages"), default=1)
    text_zh = models.TextField(_("text, in Chinese"), blank=True)
    text_en = models.TextField(_("text, in English"), blank=True)
    changes = models.CharField(_("what changed"), max_length=500, blank=True)
    # What is being signed, or was: the fingerprint of the content when it went into sign-off.
    content_hash = models.CharField(max_length=64, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=[state.value for state in State]), name="version_state_known"),
            models.UniqueConstraint(
                fields=["document", "letter", "revision"], condition=~Q(state="DISCARDED"), name="version_once"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(state__in=["DRAFT", "IN_SIGN_OFF"]), name="version_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(state="PUBLISHED") | Q(starts_on__isnull=False, published_at__isnull=False),
                name="version_published_has_day",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(state="PUBLISHED"), name="version_withdrawn_was_published"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["DRAFT", "DISCARDED"]) | ~Q(content_hash=""), name="version_signed_has_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document_id} {self.version_no}"

    @property
    def version_no(self) -> VersionNo:
        """Give the version as documents bear it."""
        return VersionNo(self.letter, self.revision)

    @property
    def department(self) -> str:
        """Name the owner department in the reader's language."""
        return in_language(self.department_zh, self.department_en)

    @property
    def text(self) -> str:
        """Give the text in the reader's language."""
        return in_language(self.text_zh, self.text_en)

    @property
    def facts(self) -> Version:
        """Give what decides its standing."""
        return Version(
            id=self.pk,
            version=self.version_no,
            state=State(self.state),
            starts_on=self.starts_on,
            withdrawn_on=self.withdrawn_on,
        )


class DocumentSignature(models.Model):
    """Who signed a step of a version's sign-off, and when: in keytally, or on paper before."""

    version = models.ForeignKey(DocumentVersion, on_delete=models.PROTECT, related_name="signatures")
    step = models.CharField(max_length=16, choices=[(step.value, step.value) for step in Step])
    signer = models.CharField(_("signed by"), max_length=150)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    signed_on = models.DateField(_("signed on"))

    class Meta:
        verbose_name = _("document signature")
        verbose_name_plural = _("document signatures")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["version", "step", "signer"], name="signature_once"),
            models.CheckConstraint(condition=Q(step__in=[step.value for step in Step]), name="signature_step_known"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.step} {self.signer}"
