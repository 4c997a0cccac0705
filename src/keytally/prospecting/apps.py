"""Tells Django of the capability."""

from django.apps import AppConfig


class ProspectingConfig(AppConfig):
    """Where new accounts come from."""

    name = "keytally.prospecting"
    label = "prospecting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the rules of prospecting that are data."""
        from keytally.prospecting.rule_data import declare_rules

        declare_rules()
