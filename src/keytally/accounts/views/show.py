"""The page of one account, made of panels that capabilities register."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from keytally.accounts.queries import pages
from keytally.accounts.queries.reach import CHANGE, reaches
from keytally.accounts.subjects import ACCOUNT
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.panels import panels_of

# These take the whole width: who decides comes after what is known, the others after all that stands in columns.
DECISION = "contacts"
WIDE = ("visits", "practice", "value")


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel as it is shown."""

    code: str
    title: Promise | str
    html: SafeString


@requires("accounts.view")
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    person, today = person_of(request), business_date(datetime.now(UTC))
    node = pages.account(number)
    if node is None or not reaches(person, node, as_of=today):
        raise Http404
    if node.merged_into and "alias" not in request.GET:
        return redirect("accounts:show", node.merged_into.pk)
    tier, is_of_chain = pages.tier_of(node, year=today.year)
    context = {
        "node": node,
        "above": pages.above(node),
        "tier": tier,
        "tier_is_of_chain": is_of_chain,
        "may_change": reaches(person, node, as_of=today, permission=CHANGE),
        "panels": _without_holes(
            # Each panel is rendered by a template of its capability.
            Shown(panel.code, panel.title, mark_safe(panel.render(request, node.pk, today)))  # noqa: S308 - see above
            for panel in panels_of(ACCOUNT)
            if person.may(panel.permission)
        ),
    }
    return render(request, "accounts/show.html", context)


def _without_holes(panels: Iterable[Shown]) -> list[Shown]:
    """Put wide panels where they cut no columns short."""
    shown = [panel for panel in panels if panel.html]
    codes = [panel.code for panel in shown]
    middle = codes.index(DECISION) + 1 if DECISION in codes else 0
    rest = shown[middle:]
    narrow = [panel for panel in rest if panel.code not in WIDE]
    return [*shown[:middle], *narrow, *(panel for panel in rest if panel.code in WIDE)]
