"""Start core: collect what the capabilities declare."""

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """Users, roles, audit entries, attachments."""

    name = "keytally.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read what every capability declares: permissions, subjects, belongings, sensitive fields, exports."""
        import_module("keytally.core.lookups")
        autodiscover_modules("permissions", "subjects", "belongings", "sensitivity", "exports")
