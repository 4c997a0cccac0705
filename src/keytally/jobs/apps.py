"""Start jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long work with progress, stop and resume."""

    name = "keytally.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"
