"""What may be done with negotiations, and how far it reaches for each role; the opportunity decides whose they are."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read, usually

_MANAGERS = (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR)
_MONEY = (Role.FINANCE_DIRECTOR, Role.EXECUTIVE)

declare(
    read("negotiation.view", _("See negotiations"), roles=usually((*_MANAGERS, *_MONEY, Role.SALES_REP))),
    change(
        "negotiation.change",
        _("Prepare negotiations, keep rounds and end them"),
        roles=usually((*_MANAGERS, Role.SALES_REP)),
    ),
    change("negotiation.mandate", _("Set opening, target and walk-away of issues"), roles=usually(_MANAGERS)),
    change(
        "negotiation.override",
        _("Let a negotiation begin that is not ready, with a reason"),
        roles=usually((Role.REGION_MANAGER, Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR)),
    ),
    change(
        "negotiation.rules",
        _("Change the tactics and the limits of the pattern watch"),
        roles=(Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR),
    ),
)
