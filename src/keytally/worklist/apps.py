"""Tells Django of the capability."""

from django.apps import AppConfig


class WorklistConfig(AppConfig):
    """What waits for whom."""

    name = "keytally.worklist"
    label = "worklist"
    default_auto_field = "django.db.models.BigAutoField"
