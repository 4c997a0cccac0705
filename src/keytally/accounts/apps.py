"""Tells Django of the capability."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    """Whom we sell to."""

    name = "keytally.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read every capability's `panels` and `finders`, and declare the rules of accounts that are data."""
        from keytally.accounts.rule_data import declare_rules

        declare_rules()
        autodiscover_modules("panels", "finders")
