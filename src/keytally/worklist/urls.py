"""Addresses of the page "today"."""

from django.urls import path

from keytally.worklist import views

app_name = "worklist"

urlpatterns = [
    path("", views.today, name="today"),
    path("<int:item_id>/snooze/", views.snooze, name="snooze"),
    path("<int:item_id>/wake/", views.wake, name="wake"),
]
