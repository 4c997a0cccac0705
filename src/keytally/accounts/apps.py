"""Tells Django of the capability."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Whom we sell to."""

    name = "keytally.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
