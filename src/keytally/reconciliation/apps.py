"""Tells Django of the capability."""

from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    """Two sides tallied."""

    name = "keytally.reconciliation"
    label = "reconciliation"
