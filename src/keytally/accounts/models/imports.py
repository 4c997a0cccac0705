"""Files of accounts, stores and contacts that were imported, and what each row became."""

from enum import StrEnum
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from keytally.accounts.models.contacts import Contact
from keytally.accounts.models.nodes import AccountNode
from keytally.imports.models import ImportBatch


class ImportKind(StrEnum):
    """What the rows of a file are."""

    STORES = "STORES"
    ACCOUNTS = "ACCOUNTS"
    CONTACTS = "CONTACTS"
    MEASURES = "MEASURES"


class ImportState(StrEnum):
    """How far an import is."""

    DRAFT = "DRAFT"
    CHECKED = "CHECKED"
    IMPORTING = "IMPORTING"
    TAKING_BACK = "TAKING_BACK"
    DONE = "DONE"
    UNDOING = "UNDOING"
    UNDONE = "UNDONE"


class AccountImport(models.Model):
    """A file on its way into accounts: what its columns mean, what was given beside it, and how far it is."""

    batch = models.OneToOneField(ImportBatch, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in ImportKind])
    state = models.CharField(
        max_length=16, choices=[(state.value, state.value) for state in ImportState], default=ImportState.DRAFT
    )
    columns = models.JSONField(default=dict)
    given = models.JSONField(default=dict)
    is_good_rows_only = models.BooleanField(default=False)
    warnings = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    # The last row of the file that is done, or that an undo has yet to take back: where a job goes on that was killed.
    reached_row = models.BigIntegerField(default=0)
    # Values of axes and companies in law that stores of the file brought in; an undo takes those away nobody else uses.
    added_beside = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("import of accounts")
        verbose_name_plural = _("imports of accounts")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"import of accounts {self.pk}"


class AccountImportRow(models.Model):
    """What an import did to one node: added it, or changed it from what it was."""

    account_import = models.ForeignKey(AccountImport, on_delete=models.CASCADE, related_name="rows")
    node = models.ForeignKey(AccountNode, null=True, on_delete=models.SET_NULL, related_name="+")
    row = models.BigIntegerField()
    is_new = models.BooleanField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["row"]

    def __str__(self) -> str:
        return f"{self.account_import_id} row {self.row}"


class AccountImportContact(models.Model):
    """What a row of stores did to a contact beside its store: added it, or changed it from what it was."""

    import_row = models.ForeignKey(AccountImportRow, on_delete=models.CASCADE, related_name="contacts")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.SET_NULL, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.import_row_id} contact {self.contact_id}"
