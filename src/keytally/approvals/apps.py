"""Tells Django of the capability."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Who has to agree."""

    name = "keytally.approvals"
    label = "approvals"
    default_auto_field = "django.db.models.BigAutoField"
