"""What may be done in prospecting, and how far it reaches for each role."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read, usually

_SELLERS = (
    Role.SALES_REP,
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.SALES_DIRECTOR,
)

declare(
    read("prospecting.view", _("See leads"), roles=usually((*_SELLERS, Role.EXECUTIVE))),
    # Markets and what is done in them are the company's; whose leads came of it, each sees of their own.
    read("prospecting.markets", _("See segments, campaigns and occasions"), roles=(*_SELLERS, Role.EXECUTIVE)),
    change("prospecting.work", _("Find leads and work on them"), roles=usually(_SELLERS)),
    change(
        "prospecting.campaign",
        _("Keep segments, campaigns and occasions"),
        roles=usually((Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR)),
    ),
    change(
        "prospecting.rules",
        _("Change the rules of prospecting: fit, checklist, norm, search lists"),
        roles=(Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR),
    ),
)
