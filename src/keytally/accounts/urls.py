"""Addresses of accounts."""

from django.urls import path

from keytally.accounts.views import (
    bulk,
    classes,
    duplicates,
    edits,
    figures,
    imports,
    lists,
    relations,
    show,
    visits,
    weights,
)

app_name = "accounts"

urlpatterns = [
    path("", lists.account_list, name="list"),
    path("new/", edits.add, name="new"),
    path("map/", lists.store_map, name="map"),
    path("imports/", imports.imports, name="imports"),
    path("imports/<int:number>/", imports.account_import, name="import"),
    path("imports/<int:number>/run/", imports.run, name="run_import"),
    path("imports/<int:number>/progress/", imports.progress, name="import_progress"),
    path("imports/<int:number>/stop/", imports.stop, name="stop_import"),
    path("imports/<int:number>/undo/", imports.undo, name="undo_import"),
    path("classes/", classes.classes, name="classes"),
    path("concentration/", figures.concentration, name="concentration"),
    path("concentration/score/", figures.score, name="score"),
    path("rules/", weights.rules, name="rules"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/merge/", duplicates.merge, name="merge"),
    path("duplicates/<int:merge_id>/undo/", duplicates.undo, name="undo_merge"),
    path("bulk/", bulk.bulk, name="bulk"),
    path("<int:number>/", show.show, name="show"),
    path("<int:number>/edit/<slug:what>/", edits.edit, name="edit"),
    path("<int:number>/relate/<slug:what>/", relations.relate, name="relate"),
    path("<int:number>/keep/<slug:what>/", relations.keep, name="keep"),
    path("codes/<int:code_id>/", edits.date_code, name="code"),
    path("contacts/<int:contact_id>/", relations.contact, name="contact"),
    path("contacts/<int:contact_id>/evidence/", relations.evidence, name="evidence"),
    path("visits/", visits.visit_list, name="visits"),
    path("<int:number>/visits/<slug:what>/", visits.keep, name="keep_visit"),
    path("visits/<int:visit_id>/", visits.visit, name="visit"),
    path("visits/<int:visit_id>/<slug:what>/", visits.answer_for, name="answer_visit"),
    path("promises/<int:promise_id>/", relations.promise, name="promise"),
    path("matters/<int:matter_id>/", relations.matter, name="matter"),
    path("grants/<int:grant_id>/end/", relations.end_grant, name="end_grant"),
]
