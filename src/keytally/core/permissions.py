"""What may be done with people, roles and the audit."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read

declare(
    read("users.view", _("See people and their roles"), roles=[Role.ADMINISTRATOR]),
    change("users.change", _("Add people and change their roles"), roles=[Role.ADMINISTRATOR]),
    read("audit.view", _("Read the audit entries"), roles=[Role.FINANCE_DIRECTOR]),
)
