"""What may be done with people, roles, the audit, sensitive fields and exports."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read

_KA_MANAGERS = (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.NATIONAL_MANAGER)
_DIRECTORS = (Role.SALES_DIRECTOR, Role.FINANCE_DIRECTOR, Role.EXECUTIVE)
_SEES_ALL_EXPORTS = (Role.FINANCE_DIRECTOR, Role.EXECUTIVE, Role.ADMINISTRATOR)

declare(
    read("users.view", _("See people and their roles"), roles=[Role.ADMINISTRATOR]),
    change("users.change", _("Add people and change their roles"), roles=[Role.ADMINISTRATOR]),
    read("audit.view", _("Read the audit entries"), roles=[Role.FINANCE_DIRECTOR]),
    read("data.inside", _("See figures of the house"), roles=frozenset(Role) - {Role.ADMINISTRATOR}),
    read(
        "data.confidential",
        _("See supply prices and contract terms"),
        roles=[*_KA_MANAGERS, *_DIRECTORS, Role.ORDER_CLERK, Role.RECEIVABLES_ACCOUNTANT],
    ),
    read(
        "data.cost",
        _("See costs and margins"),
        roles=[Role.RECEIVABLES_ACCOUNTANT, Role.FINANCE_DIRECTOR, Role.EXECUTIVE],
    ),
    read(
        "data.personal",
        _("See what is personal about contacts"),
        roles=[*_KA_MANAGERS, *_DIRECTORS, Role.SALES_REP, Role.RECEIVABLES_ACCOUNTANT],
    ),
    read(
        "exports.view",
        _("See who took what out"),
        roles={
            **dict.fromkeys(frozenset(Role) - {Role.PROMOTER}, Scope.OWN),
            **dict.fromkeys(_KA_MANAGERS, Scope.SUBTREE),
            **dict.fromkeys(_SEES_ALL_EXPORTS, Scope.COMPANY),
        },
    ),
    read("calendar.view", _("See the company's calendar"), roles=frozenset(Role)),
    change("calendar.change", _("Change the company's calendar"), roles=[*_DIRECTORS, Role.ADMINISTRATOR]),
    read("mail.view", _("See which mails left the house"), roles=[Role.ADMINISTRATOR]),
    change("mail.change", _("Send mails again"), roles=[Role.ADMINISTRATOR]),
)
