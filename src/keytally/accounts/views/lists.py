"""The list of accounts, the map of stores, and what is done with several at once."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from keytally.accounts.labels import KINDS, MODES, STATUSES, TIERS, Status
from keytally.accounts.models import ClassificationAxis
from keytally.accounts.queries import lists
from keytally.accounts.queries.positions import Chart, chart
from keytally.accounts.queries.reach import CHANGE, GRANT, visible_to
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.regions import divisions
from keytally.accounts.views.bulk import BILL_TO, SHIP_TO
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.queries import people

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE = 50
MOST_OWNERS = 100
GAP_LABELS: dict[str, Promise | str] = {
    "DISTRICT": gettext_lazy("Stores whose district is open"),
    "OWNER": gettext_lazy("Without an owner"),
    "PARTIES": gettext_lazy("Stores without parties today"),
    "DOUBTFUL": gettext_lazy("Names that look like no store"),
}
_COLUMNS: tuple[tuple[Promise | str, str], ...] = (
    (pgettext_lazy("account", "Code"), "code"),
    (gettext_lazy("Name"), "name"),
    (gettext_lazy("Kind"), "kind"),
    (gettext_lazy("Chain"), ""),
    (gettext_lazy("Their code"), ""),
    (gettext_lazy("Tier"), ""),
    (gettext_lazy("Mode"), ""),
    (pgettext_lazy("account", "Format"), ""),
    (gettext_lazy("Status"), "status"),
    (pgettext_lazy("account", "Region"), "area"),
    (gettext_lazy("Floor area, m²"), "floor"),
    (gettext_lazy("Owner"), ""),
)


@requires("accounts.view")
@require_GET
def account_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(datetime.now(UTC))
    wanted = lists.wanted_of(request.GET.dict())
    found = lists.filtered(person, wanted, as_of=today)
    sums = lists.totals(found)
    paginator = Paginator(found.values_list("pk", flat=True), PER_PAGE)
    paginator.__dict__["count"] = sums.count
    page = paginator.get_page(request.GET.get("page"))
    context = {
        **_filters(person, wanted),
        "page": page,
        "rows": lists.rows(lists.fetched(list(page)), as_of=today),
        "sums": sums,
        "wanted": wanted,
        "columns": [_column(wanted, label, sort) for label, sort in _COLUMNS],
        "kept": f"{query}&" if (query := wanted.query()) else "",
        "may_change": person.may(CHANGE),
        "may_grant": person.may(GRANT),
        "ship_to_kinds": [(kind.value, KINDS[kind]) for kind in SHIP_TO],
        "bill_to_kinds": [(kind.value, KINDS[kind]) for kind in BILL_TO],
        "statuses_to_set": [(one.value, label) for one, label in STATUSES.items() if one is not Status.PROSPECT],
    }
    return render(request, "accounts/list.html", context)


@requires("accounts.view")
@require_GET
def store_map(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(datetime.now(UTC))
    wanted = lists.wanted_of({**request.GET.dict(), "kind": NodeKind.STORE.value})
    drawn: Chart = chart(lists.filtered(person, wanted, as_of=today))
    context = {**_filters(person, wanted), "wanted": wanted, "chart": drawn, "kept": wanted.query()}
    return render(request, "accounts/map.html", context)


def _column(wanted: lists.Wanted, label: Promise | str, sort: str) -> dict[str, Any]:
    is_sorted = bool(sort) and wanted.sort == sort
    url = f"?{wanted.query(sort=sort, is_descending=is_sorted and not wanted.is_descending)}" if sort else ""
    order = ("descending" if wanted.is_descending else "ascending") if is_sorted else ""
    return {"label": label, "url": url, "order": order, "is_figure": sort == "floor"}


def _filters(person: "User", wanted: lists.Wanted) -> dict[str, Any]:
    today = business_date(datetime.now(UTC))
    chains = visible_to(person, as_of=today).filter(kind=NodeKind.CHAIN, merged_into=None).order_by("name_sort")
    axes = list(lists.axes())
    active = people().prefetch_related(None).filter(is_active=True)
    return {
        "kinds": [(kind.value, label) for kind, label in KINDS.items()],
        "statuses": [(one.value, label) for one, label in STATUSES.items()],
        "tiers": [(one.value, label) for one, label in TIERS.items()],
        "modes": [(one.value, label) for one, label in MODES.items()],
        "gap_labels": GAP_LABELS.items(),
        "provinces": [(area.code, area.name) for area in divisions()],
        "chains": [(chain.pk, chain.name) for chain in chains[:300]],
        "axes": [(axis, wanted.classes.get(axis.code, ""), _values(axis)) for axis in axes],
        "axes_to_set": [
            (axis, [(f"{axis.code}:{code}", label) for code, label in _values(axis)])
            for axis in axes
            if not axis.is_several and axis.values.all()
        ],
        "owners": [(owner.pk, str(owner)) for owner in active.order_by("name")[:MOST_OWNERS]],
    }


def _values(axis: ClassificationAxis) -> list[tuple[str, str]]:
    return [(value.code, str(value)) for value in axis.values.all()]
