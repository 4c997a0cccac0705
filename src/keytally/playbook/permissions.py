"""What may be done with the playbook and the support centre, and how far it reaches for each role."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read, usually

_SALES = (
    Role.SALES_REP,
    Role.ACCOUNT_MANAGER,
    Role.REGION_MANAGER,
    Role.NATIONAL_MANAGER,
    Role.SALES_DIRECTOR,
    Role.EXECUTIVE,
)
_READERS = (*_SALES, Role.ORDER_CLERK, Role.RECEIVABLES_ACCOUNTANT, Role.FINANCE_DIRECTOR)
_ASKERS = frozenset(_READERS)

declare(
    # What was learned is everyone's; it names a chain only to those who may see it.
    read("playbook.view", _("Read the playbook"), roles=_READERS),
    change("playbook.write", _("Write in the playbook"), roles=usually(_SALES)),
    read("playbook.questions", _("See questions to the support centre"), roles=usually(_READERS)),
    change("playbook.ask", _("Ask the support centre"), roles=dict.fromkeys(_ASKERS, Scope.OWN)),
    # Who is asked is a named expert; this lets them answer.
    change("playbook.answer", _("Answer as an expert of the support centre"), roles=dict.fromkeys(_ASKERS, Scope.OWN)),
    change(
        "playbook.experts",
        _("Name the experts of the support centre and set its clock"),
        roles=(Role.NATIONAL_MANAGER, Role.SALES_DIRECTOR, Role.EXECUTIVE),
    ),
)
