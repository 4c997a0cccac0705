"""Addresses of people and roles."""

from django.urls import path

from keytally.core import user_views as views

app_name = "users"

urlpatterns = [
    path("users/", views.people, name="list"),
    path("users/add/", views.add, name="add"),
    path("users/<int:person_id>/", views.change, name="change"),
    path("me/", views.own, name="own"),
]
