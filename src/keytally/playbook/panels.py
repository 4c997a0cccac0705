"""What the playbook shows on the page of an account: value given over time, and what helps with this chain."""

from datetime import date

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from keytally.accounts.queries.pages import account
from keytally.accounts.queries.reach import RELATE, reaches
from keytally.accounts.subjects import ACCOUNT
from keytally.core.access import person_of
from keytally.core.panels import Panel, register_panel
from keytally.playbook.labels import VALUES
from keytally.playbook.queries.suggestions import suggestions
from keytally.playbook.queries.value import value_of, years_in, years_of

SHOWN = 12


def _value(request: HttpRequest, number: int, today: date) -> str:
    node = account(number)
    given = list(value_of(number)[: SHOWN + 1])
    context = {
        "number": number,
        "given": given[:SHOWN],
        "years": years_in(given) if len(given) <= SHOWN else years_of(number),
        "kinds": list(VALUES.values()),
        "may_give": node is not None and reaches(person_of(request), node, as_of=today, permission=RELATE),
    }
    return render_to_string("playbook/panels/value.html", context, request)


def _entries(request: HttpRequest, number: int, today: date) -> str:
    node = account(number)
    found = suggestions(person_of(request), as_of=today, chain=node.chain_id or node.pk if node else None)
    context = {"suggested": found, "may_read": True}
    return render_to_string("playbook/panels/entries.html", context, request)


register_panel(Panel("value", ACCOUNT, _("Value given to them"), 75, "accounts.view", _value))
register_panel(Panel("playbook", ACCOUNT, _("From the playbook"), 85, "playbook.view", _entries))
