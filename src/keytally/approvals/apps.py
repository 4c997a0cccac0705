"""Start approvals: make the workflows known."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Who has to agree."""

    name = "keytally.approvals"
    label = "approvals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the shipped workflows known."""
        from keytally.approvals import workflows

        workflows.register()
        from keytally.approvals import workflow_work  # noqa: F401 - registers what waits for those who keep the rules
