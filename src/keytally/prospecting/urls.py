"""Addresses of prospecting."""

from django.urls import path

from keytally.prospecting.views import campaigns, capture, deeds, figures, leads, rule_sets, searches, work

app_name = "prospecting"

urlpatterns = [
    path("", leads.turn_list, name="turn"),
    path("leads/", leads.lead_list, name="leads"),
    path("leads/new/", leads.new_lead, name="new"),
    path("leads/paste/", capture.paste, name="paste"),
    path("leads/<int:number>/", leads.lead, name="lead"),
    path("leads/<int:number>/touch/", work.touch, name="touch"),
    path("leads/<int:number>/prepare/", work.prepare, name="prepare"),
    path("leads/<int:number>/<slug:what>/", deeds.deed, name="deed"),
    path("searches/", searches.build, name="searches"),
    path("segments/", campaigns.segments, name="segments"),
    path("segments/new/", campaigns.new_segment, name="new_segment"),
    path("segments/<int:segment_id>/", campaigns.segment, name="segment"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", campaigns.new_campaign, name="new_campaign"),
    path("campaigns/<int:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/edit/", campaigns.edit_campaign, name="edit_campaign"),
    path("occasions/", campaigns.occasions, name="occasions"),
    path("occasions/new/", campaigns.new_occasion, name="new_occasion"),
    path("occasions/<int:occasion_id>/", campaigns.occasion, name="occasion"),
    path("occasions/guests/<int:guest_id>/", campaigns.guest, name="guest"),
    path("habits/", figures.habits, name="habits"),
    path("rules/", rule_sets.rules, name="rules"),
]
