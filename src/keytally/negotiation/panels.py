"""What negotiation shows on the page of an opportunity."""

from datetime import date

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from keytally.core.access import person_of
from keytally.core.panels import Panel, register_panel
from keytally.funnel.subjects import OPPORTUNITY
from keytally.negotiation.queries.reach import negotiations_about, opportunity_of


def _shown(request: HttpRequest, number: int, today: date) -> str:
    may_open = opportunity_of(number, person=person_of(request), as_of=today)
    context = {
        "negotiations": negotiations_about(number),
        "number": number,
        "may_open": may_open is not None and may_open.state == "OPEN",
    }
    return render_to_string("negotiation/panel.html", context, request)


register_panel(Panel("negotiation", OPPORTUNITY, _("Negotiation"), 50, "negotiation.view", _shown))
