"""What may be done with reconciliations, and how far each role reaches."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read

_RUNNERS = (
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.ORDER_CLERK,
    Role.RECEIVABLES_ACCOUNTANT,
    Role.SALES_DIRECTOR,
    Role.FINANCE_DIRECTOR,
)
_SEES_ALL = (Role.SALES_DIRECTOR, Role.FINANCE_DIRECTOR, Role.EXECUTIVE)

declare(
    read(
        "reconcile.view",
        _("See reconciliations"),
        roles={**dict.fromkeys(_RUNNERS, Scope.SUBTREE), **dict.fromkeys(_SEES_ALL, Scope.COMPANY)},
    ),
    # Who runs one decides how its files are read: that stays with the one who dropped them.
    change(
        "reconcile.run",
        _("Drop files, correct profiles and run reconciliations"),
        roles=dict.fromkeys(_RUNNERS, Scope.OWN),
    ),
)
