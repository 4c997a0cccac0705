"""What may be done with opportunities, and how far it reaches for each role."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read, usually

_MANAGERS = (
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.SALES_DIRECTOR,
)
_MONEY = (Role.RECEIVABLES_ACCOUNTANT, Role.FINANCE_DIRECTOR, Role.EXECUTIVE)

declare(
    read("funnel.view", _("See opportunities and the funnel"), roles=usually((*_MANAGERS, *_MONEY, Role.SALES_REP))),
    change(
        "funnel.change",
        _("Open opportunities, record evidence, move and end them"),
        roles=usually((*_MANAGERS, Role.SALES_REP)),
    ),
    change(
        "funnel.take_over",
        _("Accept the hand-over of a stage one leads"),
        roles=usually((*_MANAGERS, *_MONEY, Role.SALES_REP)),
    ),
    change(
        "funnel.override",
        _("Let an opportunity past a closed gate, with a reason"),
        roles=usually((Role.REGION_MANAGER, Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR)),
    ),
    change("funnel.review", _("Keep the notes of the weekly review"), roles=usually(_MANAGERS)),
    change("funnel.forecast", _("Make forecasts and keep them"), roles=usually((*_MANAGERS, *_MONEY, Role.SALES_REP))),
    change(
        "funnel.import_history",
        _("Import opportunities of another system as history, and undo it"),
        roles=(Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR),
    ),
    change(
        "funnel.rules",
        _("Change the gates of the funnel, and the rules of measures and forecasts"),
        roles=(Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR),
    ),
)
