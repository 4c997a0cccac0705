"""Start the roof."""

from django.apps import AppConfig
from django.core.checks import register


class SiteConfig(AppConfig):
    """The web shell and the wiring."""

    name = "keytally.site"
    label = "site"

    def ready(self) -> None:
        """Refuse to start with a page nobody guards, and connect what must wake each other."""
        from keytally.site.routes import check_routes
        from keytally.site.wiring import connect

        register(check_routes)
        connect()
