"""Tells Django of the capability."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Two sides tallied."""

    name = "keytally.reconciliation"
    label = "reconciliation"

    def ready(self) -> None:
        """Declare the rules of reconciling that are data."""
        from keytally.reconciliation.rule_data import declare_rules

        declare_rules()
