"""Start the door."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdentityConfig(AppConfig):
    """Log-in, second factor, identities, log-in sessions and API tokens."""

    name = "keytally.identity"
    label = "identity"
    verbose_name = _("Log-in")
    default_auto_field = "django.db.models.BigAutoField"
