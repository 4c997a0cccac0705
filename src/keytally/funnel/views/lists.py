"""The list of opportunities."""

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from keytally.core.access import day_of, person_of, requires
from keytally.core.queries import people
from keytally.funnel.labels import (
    IN_FRONT_LABEL,
    SIZE_LABELS,
    SOURCE_LABELS,
    STAGE_LABELS,
    STATE_LABELS,
    choices,
)
from keytally.funnel.queries import lists
from keytally.funnel.queries.reach import CHANGE

if TYPE_CHECKING:
    from datetime import date

    from keytally.core.models import User

PER_PAGE = 50
MOST_OWNERS = 200
MARK_LABELS: dict[str, Promise | str] = {
    "UNQUALIFIED": gettext_lazy("No longer qualifies"),
    "LATE": gettext_lazy("Past its expected close"),
    "OVERRIDDEN": gettext_lazy("Let past a gate by an override"),
    "REPEAT": gettext_lazy("Repeat purchase"),
    "INCOMPLETE": gettext_lazy("Won, revenue not closed yet"),
    "HISTORY": gettext_lazy("Imported history"),
}
_COLUMNS: tuple[tuple[Promise | str, str], ...] = (
    (gettext_lazy("What is to be sold"), "name"),
    (pgettext_lazy("opportunity", "Account"), "account"),
    (pgettext_lazy("opportunity", "Stage"), "stage"),
    (pgettext_lazy("opportunity", "Gate"), ""),
    (gettext_lazy("Expected amount"), "amount"),
    (gettext_lazy("Expected close"), "expected"),
    (gettext_lazy("Owner"), ""),
    (gettext_lazy("Last touched"), "touched"),
)


@requires("funnel.view")
@require_GET
def opportunity_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), day_of(request)
    wanted = lists.wanted_of(request.GET.dict())
    found = lists.filtered(person, wanted, as_of=today)
    sums = lists.totals(found)
    paginator = Paginator(found.select_related("account", "owner"), PER_PAGE)
    paginator.__dict__["count"] = sums.count
    context = {
        **filters(person, wanted, as_of=today),
        "page": paginator.get_page(request.GET.get("page")),
        "sums": sums,
        "columns": [_column(wanted, label, sort) for label, sort in _COLUMNS],
        "kept": f"{query}&" if (query := wanted.query()) else "",
        "today": today,
        "may_change": person.may(CHANGE),
    }
    return render(request, "funnel/list.html", context)


def filters(person: "User", wanted: lists.Wanted, *, as_of: "date") -> dict[str, Any]:
    """Gather what the filters above a list or the board offer."""
    active = people().prefetch_related(None).filter(is_active=True).order_by("name")
    return {
        "wanted": wanted,
        "stages": [(lists.FRONT, IN_FRONT_LABEL), *choices(STAGE_LABELS)],
        "states": [("ALL", gettext_lazy("All")), *choices(STATE_LABELS)],
        "sizes": choices(SIZE_LABELS),
        "sources": choices(SOURCE_LABELS),
        "marks": list(MARK_LABELS.items()),
        "owners": [(owner.pk, str(owner)) for owner in active[:MOST_OWNERS]],
        "products": [(name, name) for name in lists.products(person, as_of=as_of)],
    }


def _column(wanted: lists.Wanted, label: Promise | str, sort: str) -> dict[str, Any]:
    is_sorted = bool(sort) and wanted.sort == sort
    url = f"?{wanted.query(sort=sort, is_descending=is_sorted and not wanted.is_descending)}" if sort else ""
    order = ("descending" if wanted.is_descending else "ascending") if is_sorted else ""
    return {"label": label, "url": url, "order": order, "is_figure": sort == "amount"}
