"""What may be done with requests; whose decision one is, its route says."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read

_EVERYONE = dict.fromkeys(frozenset(Role) - {Role.AUDITOR}, Scope.OWN)
_MANAGERS = dict.fromkeys(
    (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.NATIONAL_MANAGER, Role.RECEIVABLES_ACCOUNTANT), Scope.SUBTREE
)
_DIRECTORS = dict.fromkeys((Role.SALES_DIRECTOR, Role.FINANCE_DIRECTOR, Role.EXECUTIVE), Scope.COMPANY)
# Rules are the administrator's to keep up and the directors' to answer for.
_RULE_KEEPERS = (Role.ADMINISTRATOR, Role.SALES_DIRECTOR, Role.FINANCE_DIRECTOR, Role.EXECUTIVE)

declare(
    read("approvals.view", _("See requests and their routes"), roles={**_EVERYONE, **_MANAGERS, **_DIRECTORS}),
    read("approvals.report", _("See who is sitting on requests"), roles={**_MANAGERS, **_DIRECTORS}),
    change("approvals.start", _("Ask for approvals"), roles=_EVERYONE),
    # The route says whose decision it is; this lets the people of a route make it.
    change("approvals.decide", _("Decide requests"), roles=_EVERYONE),
    read("workflows.view", _("See workflows and their limits"), roles=frozenset(Role)),
    change("workflows.change", _("Accept, replace and change workflows and their limits"), roles=_RULE_KEEPERS),
)
