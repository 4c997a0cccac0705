"""Addresses of people."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, path

from keytally.people.views import chart, edits, persons, positions, units

app_name = "people"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", chart.chart, name="chart"),
    path("set-up/", units.start, name="set_up"),
    path("positions/", positions.position_list, name="positions"),
    path("positions/add/", edits.add, name="position_add"),
    path("positions/allot/", edits.allot, name="allot"),
    path("positions/<int:position_id>/", positions.position_page, name="position"),
    path("positions/<int:position_id>/name/", edits.rename, name="position_rename"),
    path("positions/<int:position_id>/boss/", edits.boss, name="position_boss"),
    path("positions/<int:position_id>/dotted/", edits.dotted, name="position_dotted"),
    path("positions/<int:position_id>/appoint/", edits.appoint_holder, name="position_appoint"),
    path("positions/<int:position_id>/close/", edits.close, name="position_close"),
    path("lines/<int:line_id>/end/", edits.end_dotted, name="dotted_end"),
    path("holdings/<int:holding_id>/end/", edits.relieve_holder, name="holding_end"),
    path("find/positions/", positions.find_positions, name="find_positions"),
    path("find/persons/", positions.find_persons, name="find_persons"),
    path("persons/", persons.person_list, name="persons"),
    path("persons/<int:person_id>/", persons.person_page, name="person"),
    path("persons/<int:person_id>/absence/", persons.absence, name="absence"),
    path("absence/", persons.absence, name="own_absence"),
    path("absence/<int:delegation_id>/end/", persons.end_absence, name="absence_end"),
    path("roles/", units.role_list, name="roles"),
    path("roles/keep/", units.role, name="role"),
    path("units/", units.unit_list, name="units"),
    path("units/add/", units.add, name="unit_add"),
    path("units/<int:unit_id>/name/", units.rename, name="unit_rename"),
    path("units/<int:unit_id>/close/", units.close, name="unit_close"),
]
if find_spec("keytally.people.urls_staff"):
    urlpatterns += import_module("keytally.people.urls_staff").urlpatterns
