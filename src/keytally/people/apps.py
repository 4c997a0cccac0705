"""Tells Django of the capability."""

from importlib import import_module

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who is who, and who reports to whom."""

    name = "keytally.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the organisation say whose things a person sees; declare what belongs to people's papers."""
        from keytally.core.scope import register_reach
        from keytally.people.queries.organisation import reach

        register_reach(reach)
        import_module("keytally.people.staff_permissions")
        import_module("keytally.people.staff_subjects")
