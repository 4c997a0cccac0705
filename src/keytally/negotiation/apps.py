"""Tells Django of the capability."""

from django.apps import AppConfig


class NegotiationConfig(AppConfig):
    """What do we trade for what?"""

    name = "keytally.negotiation"
    label = "negotiation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the tactics and the limits of the pattern as data."""
        from keytally.negotiation.rule_data import declare_rules

        declare_rules()
