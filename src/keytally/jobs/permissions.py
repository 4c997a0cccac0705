"""What may be done with jobs; everyone who may start one sees and stops their own."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read

_OFFICE = dict.fromkeys(frozenset(Role) - {Role.PROMOTER}, Scope.OWN)
_MANAGERS = (
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.SALES_DIRECTOR,
    Role.FINANCE_DIRECTOR,
)

declare(
    read(
        "jobs.view",
        _("See jobs"),
        roles={**_OFFICE, **dict.fromkeys(_MANAGERS, Scope.SUBTREE), Role.ADMINISTRATOR: Scope.COMPANY},
    ),
    change("jobs.run", _("Stop and resume jobs"), roles={**_OFFICE, Role.ADMINISTRATOR: Scope.COMPANY}),
)
