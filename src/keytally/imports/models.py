"""Files of one side, what was counted in them, rows that could not be read, and profiles that were saved."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.core.models import Attachment


class ImportBatch(models.Model):
    """The files that were given as one side, and what was counted when they were read."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    read_rows = models.BigIntegerField(null=True)
    accepted_rows = models.BigIntegerField(null=True)
    rejected_rows = models.BigIntegerField(null=True)
    total_rows = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(read_rows__isnull=True)
                | models.Q(read_rows=models.F("accepted_rows") + models.F("rejected_rows") + models.F("total_rows")),
                name="import_rows_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportFile(models.Model):
    """One file of a batch, under the path it had in the folder it came from."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="files")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=500)

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering: ClassVar = ["path"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["batch", "path"], name="import_file_once")]

    def __str__(self) -> str:
        return self.path


class RejectedRow(models.Model):
    """A row that could not be read, and why; the whole list is in the run's rejected.csv."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejected")
    file = models.CharField(max_length=500)
    sheet = models.CharField(max_length=200, blank=True)
    row = models.BigIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=64)
    reason_en = models.TextField()
    reason_zh = models.TextField()

    class Meta:
        verbose_name = _("rejected row")
        verbose_name_plural = _("rejected rows")
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.file} {self.row} {self.code}"

    @property
    def reason(self) -> str:
        """Say why in the reader's language."""
        return self.reason_zh if (get_language() or "").startswith("zh") else self.reason_en


class ImportProfile(models.Model):
    """How a partner's files are read, as TOML; found again by the fingerprints of both sides' headers."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    text = models.TextField()
    ours_fingerprint = models.CharField(max_length=64)
    theirs_fingerprint = models.CharField(max_length=64)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        indexes: ClassVar = [
            models.Index(fields=["ours_fingerprint", "theirs_fingerprint", "-saved_at"], name="profile_by_fingerprint"),
        ]

    def __str__(self) -> str:
        return self.name
