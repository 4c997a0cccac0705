"""Addresses of the funnel."""

from django.urls import path

from keytally.funnel import urls_measures
from keytally.funnel.views import board, edits, gates, lists, reviews, show

app_name = "funnel"

urlpatterns = [
    path("", board.board, name="board"),
    path("list/", lists.opportunity_list, name="list"),
    path("<int:number>/drop/", board.drop, name="drop"),
    path("picture/", reviews.picture, name="picture"),
    path("stale/", reviews.stale_list, name="stale"),
    path("review/", reviews.review_list, name="reviews"),
    path("gates/", gates.gates, name="gates"),
    path("gates/<slug:stage>/", gates.gate, name="gate"),
    path("new/", edits.add, name="new"),
    path("<int:number>/", show.show, name="show"),
    path("<int:number>/move/", show.move, name="move"),
    path("<int:number>/resume/", show.resume, name="resume"),
    path("<int:number>/accept/", show.accept, name="accept"),
    path("<int:number>/edit/<slug:what>/", edits.edit, name="edit"),
    path("<int:number>/override/<slug:to>/", edits.override, name="override"),
    path("<int:number>/review/", edits.review, name="review"),
    path("evidence/<int:evidence_id>/void/", edits.void, name="void"),
    path("team/<int:member_id>/end/", edits.end_member, name="end_member"),
    *urls_measures.urlpatterns,
]
