"""The words by which an account is found."""

from typing import ClassVar

from django.db import models

from keytally.accounts.models.nodes import AccountNode


class SearchEntry(models.Model):
    """The words of one account; triggers keep the full-text index of SQLite, PostgreSQL has an index on them."""

    node = models.OneToOneField(AccountNode, primary_key=True, on_delete=models.CASCADE, related_name="search_entry")
    words = models.TextField()

    class Meta:
        db_table = "accounts_search"
        indexes: ClassVar = []

    def __str__(self) -> str:
        return self.words[:80]
