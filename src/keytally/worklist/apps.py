"""Start the worklist: collect the kinds of work that the capabilities declare."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class WorklistConfig(AppConfig):
    """What waits for whom."""

    name = "keytally.worklist"
    label = "worklist"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read every capability's `work` module."""
        autodiscover_modules("work")
