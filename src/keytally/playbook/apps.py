"""Tells Django of the capability."""

from django.apps import AppConfig


class PlaybookConfig(AppConfig):
    """What the house has learned."""

    name = "keytally.playbook"
    label = "playbook"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the clock of the support centre as data."""
        from keytally.playbook.rule_data import declare_rules

        declare_rules()
