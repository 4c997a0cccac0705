"""Addresses of people and roles."""

from django.urls import path

from keytally.core import people_views as views

app_name = "people"

urlpatterns = [
    path("people/", views.people, name="list"),
    path("people/add/", views.add, name="add"),
    path("people/<int:person_id>/", views.change, name="change"),
    path("me/", views.own, name="own"),
]
