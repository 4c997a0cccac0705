"""Addresses of negotiation."""

from django.urls import path

from keytally.negotiation.views import edits, show, tactics

app_name = "negotiation"

urlpatterns = [
    path("", show.negotiation_list, name="list"),
    path("open/<int:opportunity>/", show.open_new, name="open"),
    path("<int:number>/", show.show, name="show"),
    path("<int:number>/begin/", show.begin, name="begin"),
    path("<int:number>/edit/<slug:what>/", edits.edit, name="edit"),
    path("<int:number>/mandate/<slug:what>/", edits.mandate, name="mandate"),
    path("<int:number>/round/", edits.new_round, name="round"),
    path("issues/<int:issue_id>/", edits.issue, name="issue"),
    path("issues/<int:issue_id>/drop/", edits.drop_issue, name="drop_issue"),
    path("issues/<int:issue_id>/beyond/", edits.beyond, name="beyond"),
    path("people/<int:person_id>/drop/", edits.drop_person, name="drop_person"),
    path("uses/<int:use_id>/", edits.tactic_result, name="tactic_result"),
    path("tactics/", tactics.tactics, name="tactics"),
    path("tactics/<slug:code>/", tactics.tactic, name="tactic"),
    path("pattern/", tactics.pattern, name="pattern"),
]
