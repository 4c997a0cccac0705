"""Whom to call and why; the list of leads; one lead; finding one and saying what is known of it."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from keytally.accounts.queries.reach import visible_to
from keytally.core.access import requires
from keytally.core.queries import audit_of, people
from keytally.prospecting.forms import NewLeadForm, first_plan
from keytally.prospecting.labels import ADVICE, LEAD_STATES, SOURCES
from keytally.prospecting.models import Campaign, Segment
from keytally.prospecting.queries import figures, leads, work
from keytally.prospecting.queries.facts import fit_of
from keytally.prospecting.queries.matching import known_companies
from keytally.prospecting.queries.reach import VIEW, WORK, visible_leads
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services import leads as services
from keytally.prospecting.subjects import lead as subject_of
from keytally.prospecting.views.pages import answer, key_of, lead_or_404, moment, page_of

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_TURNS = 60
HISTORY = 20
DUE_LABELS = {
    "NONE": gettext_lazy("Without a next action"),
    "LATE": gettext_lazy("Late"),
    "TODAY": gettext_lazy("Due today"),
}
MOST_OWNERS = 100


@requires("prospecting.view")
@require_GET
def turn_list(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    context = {
        "rows": leads.turn_now(found.by, as_of=found.today, most=MOST_TURNS),
        "habit": figures.habit_today(found.by, as_of=found.today),
        "rhythms": figures.rhythms(as_of=found.today),
        "may_work": found.by.may(WORK),
        "may_campaign": found.by.may("prospecting.campaign"),
        "has_leads": visible_leads(found.by, as_of=found.today).exists(),
    }
    return render(request, "prospecting/turn.html", context)


@requires("prospecting.view")
@require_GET
def lead_list(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    wanted = leads.wanted_of(request.GET.dict())
    fitting = leads.filtered(found.by, wanted, as_of=found.today)
    sums = leads.totals(fitting, as_of=found.today)
    page = page_of(request, fitting.select_related("owner", "segment"), count=sums.count)
    context = {
        **_filters(found.by),
        "page": page,
        "rows": leads.rows(list(page), as_of=found.today),
        "sums": sums,
        "wanted": wanted,
        "kept": f"{query}&" if (query := wanted.query()) else "",
        "may_work": found.by.may(WORK),
    }
    return render(request, "prospecting/leads.html", context)


@requires("prospecting.view")
@require_GET
def lead(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    kept = lead_or_404(number, found=found, permission=VIEW)
    plans = list(work.plans_of(kept))
    may_work = visible_leads(found.by, as_of=found.today, permission=WORK).filter(pk=kept.pk).exists()
    context = {
        "lead": kept,
        "fit": fit_of(kept, as_of=found.today),
        "prepared": work.is_prepared(kept, as_of=found.today),
        "action": work.action_of(kept),
        "touches": list(work.touches_of(kept)),
        "plan": plans[0] if plans else None,
        "earlier_plans": plans[1:],
        "guests": list(kept.occasions.select_related("occasion")),
        "entries": list(audit_of(subject_of(kept.pk))[:HISTORY]),
        "today": found.today,
        "may_work": may_work,
    }
    return render(request, "prospecting/lead.html", context)


@requires("prospecting.work")
@require_http_methods(["GET", "POST"])
def new_lead(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    nodes = visible_to(found.by, as_of=found.today)
    first: dict[str, Any] = {**first_plan(found.by, on=found.today), "source": LeadSource.INDUSTRY_DATABASE}
    form = NewLeadForm(request.POST or None, nodes=nodes, initial={**first, **request.GET.dict()})
    similar = known_companies([request.POST.dict()])[0] if form.is_bound else ()
    kept: dict[str, int] = {}

    def keep() -> None:
        links = form.links()
        wanted = services.NewLead(
            facts=form.facts(),
            source=LeadSource(links["source"]),
            owner=found.by,
            first=form.plan(),
            links=links,
            key=key_of(request),
            is_another=form.cleaned_data["is_another"],
        )
        kept["pk"] = services.add_lead(wanted, by=found.by, on=found.today, now=found.now).pk

    return answer(
        request,
        form,
        keep,
        title=_("New lead"),
        back=reverse("prospecting:leads"),
        extra={"similar": similar},
    )


def _filters(person: "User") -> dict[str, Any]:
    active = people().prefetch_related(None).filter(is_active=True)
    return {
        "states": [("ALL", _("All")), *((one.value, label) for one, label in LEAD_STATES.items())],
        "sources": [(one.value, label) for one, label in SOURCES.items()],
        "advices": [(one.value, label) for one, label in ADVICE.items()],
        "dues": list(DUE_LABELS.items()),
        "segments": [(one.pk, one.name) for one in Segment.objects.all()[:100]],
        "campaigns": [(one.pk, one.name) for one in Campaign.objects.all()[:100]],
        "owners": [(one.pk, str(one)) for one in active.order_by("name")[:MOST_OWNERS]],
        "sorts": [
            ("turn", _("Whose turn it is")),
            ("fit", _("Fit")),
            ("name", _("Name")),
            ("found", _("Found last")),
        ],
    }
