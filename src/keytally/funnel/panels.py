"""What the funnel shows on the page of an account: its opportunities, open ones first."""

from datetime import date

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from keytally.accounts.subjects import ACCOUNT
from keytally.core.access import person_of
from keytally.core.panels import Panel, register_panel
from keytally.funnel.queries import lists
from keytally.funnel.queries.reach import CHANGE, VIEW
from keytally.funnel.rules.stages import State

MOST = 8


def _render(request: HttpRequest, number: int, today: date) -> str:
    person = person_of(request)
    wanted = lists.Wanted(account=number)
    found = lists.filtered(person, wanted, as_of=today)
    shown = list(found.select_related("account", "owner")[:MOST])
    ended = lists.filtered(person, lists.Wanted(account=number, state=""), as_of=today).exclude(state=State.OPEN)
    context = {
        "opportunities": shown,
        "sums": lists.totals(found) if shown else None,
        "ended": ended.order_by("-closed_on", "-pk").select_related("account", "owner")[:3],
        "number": number,
        "today": today,
        "may_change": person.may(CHANGE),
    }
    return render_to_string("funnel/panel.html", context, request=request)


register_panel(Panel("funnel", ACCOUNT, _("Opportunities"), 55, VIEW, _render))
