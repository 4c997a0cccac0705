"""What a person types to log in."""

from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LogInForm(AuthenticationForm):
    """User name and password."""

    error_messages = {  # noqa: RUF012 - Django's own attribute
        "invalid_login": _("User name and password do not fit together; check both, also upper and lower case."),
        "inactive": _("This person may no longer log in; ask your administrator."),
    }
