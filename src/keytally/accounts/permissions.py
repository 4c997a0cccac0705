"""What may be done with accounts, and how far it reaches for each role."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read, usually

_MANAGERS = (
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.SALES_DIRECTOR,
)
_READERS = (
    *_MANAGERS,
    Role.SALES_REP,
    Role.ORDER_CLERK,
    Role.RECEIVABLES_ACCOUNTANT,
    Role.FINANCE_DIRECTOR,
    Role.EXECUTIVE,
)

declare(
    read("accounts.view", _("See accounts, stores and contacts"), roles=usually(_READERS)),
    change(
        "accounts.relate",
        _("Keep contacts, evidence, promises and development steps"),
        roles=usually((*_MANAGERS, Role.SALES_REP)),
    ),
    change("accounts.change", _("Add, change, import and merge accounts"), roles=usually(_MANAGERS)),
    change(
        "accounts.rules",
        _("Change the weights of the score and the decay of the ladder"),
        roles=(Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR),
    ),
    change(
        "accounts.grant",
        _("Let people in on accounts, and name owners and dedicated people"),
        roles=usually((Role.REGION_MANAGER, Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR)),
    ),
)
