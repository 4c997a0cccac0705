"""What the playbook shows on the page of an account: value given over time, and what helps with this chain."""

from datetime import date

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from keytally.accounts.queries.reach import visible_to
from keytally.accounts.subjects import ACCOUNT
from keytally.core.access import person_of
from keytally.core.panels import Panel, register_panel
from keytally.playbook.labels import VALUES
from keytally.playbook.queries.suggestions import suggestions
from keytally.playbook.queries.value import chain_of, value_of, years_of

SHOWN = 12


def _value(request: HttpRequest, number: int, today: date) -> str:
    person = person_of(request)
    may_give = person.may("accounts.relate")
    context = {
        "number": number,
        "given": list(value_of(number)[:SHOWN]),
        "years": years_of(number),
        "kinds": list(VALUES.values()),
        "may_give": may_give
        and visible_to(person, as_of=today, permission="accounts.relate").filter(pk=number).exists(),
    }
    return render_to_string("playbook/panels/value.html", context, request)


def _entries(request: HttpRequest, number: int, today: date) -> str:
    found = suggestions(person_of(request), as_of=today, chain=chain_of(number))
    context = {"suggested": found, "may_read": True}
    return render_to_string("playbook/panels/entries.html", context, request)


register_panel(Panel("value", ACCOUNT, _("Value given to them"), 75, "accounts.view", _value))
register_panel(Panel("playbook", ACCOUNT, _("From the playbook"), 85, "playbook.view", _entries))
