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

_SIGNERS = (Role.RECEIVABLES_ACCOUNTANT, Role.FINANCE_DIRECTOR)

# Beside what a scope reaches by its owner stands every reconciliation of an account that the person sees.
declare(
    read(
        "reconcile.view",
        _("See reconciliations"),
        roles={
            **dict.fromkeys(_RUNNERS, Scope.SUBTREE),
            Role.SALES_REP: Scope.OWN,
            **dict.fromkeys(_SEES_ALL, Scope.COMPANY),
        },
    ),
    # Who runs one decides how its files are read: the one who dropped them, and those who keep the account.
    change(
        "reconcile.run",
        _("Drop files, correct profiles and run reconciliations"),
        roles=dict.fromkeys(_RUNNERS, Scope.OWN),
    ),
    change(
        "reconcile.decide",
        _("Accept, refuse and assign lines of reconciliations"),
        roles=dict.fromkeys(_RUNNERS, Scope.OWN),
    ),
    change(
        "reconcile.comment",
        _("Comment on lines of reconciliations and attach files"),
        roles=dict.fromkeys((*_RUNNERS, Role.SALES_REP), Scope.OWN),
    ),
    change("reconcile.sign", _("Sign reconciliations off"), roles=dict.fromkeys(_SIGNERS, Scope.SUBTREE)),
    change(
        "reconcile.rules",
        _("Change by when months are settled and deductions answered"),
        roles={Role.FINANCE_DIRECTOR: Scope.COMPANY},
    ),
    change("reconcile.reopen", _("Open signed reconciliations again"), roles={Role.FINANCE_DIRECTOR: Scope.COMPANY}),
)
