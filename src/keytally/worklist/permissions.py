"""What a program may be let do with the worklist; people see their own anyway."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, declare, read

declare(read("worklist.view", _("See what waits for oneself"), roles=dict.fromkeys(Role, Scope.OWN)))
