"""Pages of segments, campaigns and occasions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core.access import requires
from keytally.prospecting.forms import CampaignForm, GuestForm, OccasionForm, SegmentForm
from keytally.prospecting.labels import OccasionKind
from keytally.prospecting.models import Campaign, OccasionGuest, Segment
from keytally.prospecting.queries import figures
from keytally.prospecting.queries.guests import contacts_to_invite, guests_of, leads_to_invite
from keytally.prospecting.queries.reach import CAMPAIGN, visible_campaigns, visible_leads, visible_occasions
from keytally.prospecting.queries.segments import with_counts
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.services import campaigns as services
from keytally.prospecting.views.pages import Moment, answer, moment, page_of

MOST_CHOICES = 300


@requires("prospecting.markets")
@require_GET
def segments(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    rows = with_counts(found.by, as_of=found.today)
    return render(request, "prospecting/segments.html", {"rows": rows, "may_change": found.by.may(CAMPAIGN)})


@requires("prospecting.campaign")
@require_http_methods(["GET", "POST"])
def new_segment(request: HttpRequest) -> HttpResponse:
    return _segment_form(request, None)


@requires("prospecting.campaign")
@require_http_methods(["GET", "POST"])
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    kept = Segment.objects.filter(pk=segment_id).first()
    if kept is None:
        raise Http404
    return _segment_form(request, kept)


def _segment_form(request: HttpRequest, kept: Segment | None) -> HttpResponse:
    found = moment(request)
    initial = {name: getattr(kept, name) for name in SegmentForm.base_fields} if kept else None
    form = SegmentForm(request.POST or None, initial=initial)

    def keep() -> None:
        services.keep_segment(kept, facts=form.cleaned_data, by=found.by, on=found.today, now=found.now)

    title = kept.name if kept else _("New segment")
    return answer(request, form, keep, title=title, back=reverse("prospecting:segments"))


@requires("prospecting.markets")
@require_GET
def campaigns(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    rows = visible_campaigns(found.by, as_of=found.today)
    page = page_of(request, rows.select_related("owner"), count=rows.count())
    lines = figures.campaign_yields(found.by, list(page), as_of=found.today)
    context = {"page": page, "lines": lines, "may_change": found.by.may(CAMPAIGN)}
    return render(request, "prospecting/campaigns.html", context)


@requires("prospecting.markets")
@require_GET
def campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    found = moment(request)
    kept = visible_campaigns(found.by, as_of=found.today).filter(pk=campaign_id).select_related("owner").first()
    if kept is None:
        raise Http404
    leads = visible_leads(found.by, as_of=found.today).filter(campaign=kept).select_related("owner")
    context = {
        "campaign": kept,
        "line": figures.campaign_yields(found.by, [kept], as_of=found.today)[0],
        "leads": leads.order_by("-fit_points", "name_sort")[:100],
        "occasions": kept.occasions.select_related("owner"),
        "may_change": _may_change(found, kept),
    }
    return render(request, "prospecting/campaign.html", context)


@requires("prospecting.campaign")
@require_http_methods(["GET", "POST"])
def new_campaign(request: HttpRequest) -> HttpResponse:
    return _campaign_form(request, None)


@requires("prospecting.campaign")
@require_http_methods(["GET", "POST"])
def edit_campaign(request: HttpRequest, campaign_id: int) -> HttpResponse:
    found = moment(request)
    seen = visible_campaigns(found.by, as_of=found.today, permission=CAMPAIGN)
    kept = seen.filter(pk=campaign_id).first()
    if kept is None:
        raise Http404
    return _campaign_form(request, kept)


def _campaign_form(request: HttpRequest, kept: Campaign | None) -> HttpResponse:
    found = moment(request)
    initial = {name: getattr(kept, name) for name in CampaignForm.base_fields} if kept else None
    form = CampaignForm(request.POST or None, initial=initial)

    def keep() -> None:
        services.keep_campaign(kept, facts=form.cleaned_data, by=found.by, now=found.now)

    title = kept.name if kept else _("New campaign")
    return answer(request, form, keep, title=title, back=reverse("prospecting:campaigns"))


@requires("prospecting.markets")
@require_GET
def occasions(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    rows = visible_occasions(found.by, as_of=found.today)
    page = page_of(request, rows.select_related("campaign", "owner").prefetch_related("guests"), count=rows.count())
    context = {
        "page": page,
        "rhythms": figures.rhythms(as_of=found.today),
        "may_change": found.by.may(CAMPAIGN),
    }
    return render(request, "prospecting/occasions.html", context)


@requires("prospecting.campaign")
@require_http_methods(["GET", "POST"])
def new_occasion(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    initial = {"held_on": found.today, **request.GET.dict()}
    form = OccasionForm(request.POST or None, initial=initial)

    def keep() -> None:
        said = form.cleaned_data
        services.hold_occasion(
            kind=OccasionKind(said["kind"]),
            title=said["title"],
            held_on=said["held_on"],
            campaign=said["campaign"],
            by=found.by,
            now=found.now,
        )

    return answer(request, form, keep, title=_("New occasion"), back=reverse("prospecting:occasions"))


@requires("prospecting.markets")
@require_http_methods(["GET", "POST"])
def occasion(request: HttpRequest, occasion_id: int) -> HttpResponse:
    found = moment(request)
    kept = visible_occasions(found.by, as_of=found.today).filter(pk=occasion_id).select_related("campaign").first()
    if kept is None:
        raise Http404
    may_change = visible_occasions(found.by, as_of=found.today, permission=CAMPAIGN).filter(pk=kept.pk).exists()
    if request.method == "POST" and not may_change:
        raise Http404
    form = _guest_form(request, found)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            services.invite(kept, lead=said["lead"], contact=said["contact"], by=found.by, now=found.now)
        except UnableToProspect as refusal:
            for sentence in refusal.sentences():
                form.add_error(None, sentence)
        else:
            return redirect("prospecting:occasion", kept.pk)
    context: dict[str, Any] = {
        "occasion": kept,
        "guests": guests_of(kept, person=found.by, as_of=found.today),
        "form": form,
        "may_change": may_change,
        "is_past": kept.held_on <= found.today,
    }
    return render(request, "prospecting/occasion.html", context, status=422 if form.is_bound else 200)


@requires("prospecting.campaign")
@require_POST
def guest(request: HttpRequest, guest_id: int) -> HttpResponse:
    found = moment(request)
    mine = visible_occasions(found.by, as_of=found.today, permission=CAMPAIGN)
    kept = OccasionGuest.objects.filter(pk=guest_id, occasion__in=mine).select_related("occasion").first()
    if kept is None:
        raise Http404
    try:
        services.mark_came(kept, came=request.POST.get("came") == "yes", by=found.by, on=found.today, now=found.now)
    except UnableToProspect as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    return redirect("prospecting:occasion", kept.occasion_id)


def _guest_form(request: HttpRequest, found: Moment) -> GuestForm:
    leads = leads_to_invite(found.by, as_of=found.today)
    contacts = contacts_to_invite(found.by, as_of=found.today)
    if request.method == "POST":
        return GuestForm(request.POST, leads=leads, contacts=contacts)
    return GuestForm(leads=leads[:MOST_CHOICES], contacts=contacts[:MOST_CHOICES])


def _may_change(found: Moment, kept: Campaign) -> bool:
    return visible_campaigns(found.by, as_of=found.today, permission=CAMPAIGN).filter(pk=kept.pk).exists()
