"""Tells Django of the capability."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who is who, and who reports to whom."""

    name = "keytally.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
