"""What may be done about other people's log-in; what people do about their own needs none."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare

declare(
    change(
        "log_in.manage",
        _("Invite people, end their log-ins and set the rules of logging in"),
        roles=[Role.ADMINISTRATOR],
    ),
)
