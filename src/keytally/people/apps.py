"""Tells Django of the capability."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Who is who, and who reports to whom."""

    name = "keytally.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the organisation say whose things a person sees."""
        from keytally.core.scope import register_reach
        from keytally.people.queries.organisation import reach

        register_reach(reach)
