"""What may be done with reconciliations: one's own, or everyone's."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read

_RUNNERS = (
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.ORDER_CLERK,
    Role.RECEIVABLES_ACCOUNTANT,
    Role.SALES_DIRECTOR,
    Role.FINANCE_DIRECTOR,
)
_READERS_OF_ALL = (Role.SALES_DIRECTOR, Role.FINANCE_DIRECTOR, Role.EXECUTIVE)

declare(
    read("reconcile.view", _("See one's own reconciliations"), roles=(*_RUNNERS, Role.EXECUTIVE)),
    read("reconcile.view_all", _("See everyone's reconciliations"), roles=_READERS_OF_ALL),
    change("reconcile.run", _("Drop files, correct profiles and run reconciliations"), roles=_RUNNERS),
)
