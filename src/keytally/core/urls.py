"""Addresses of core."""

from django.urls import path

from keytally.core import views

app_name = "core"

urlpatterns = [
    path("files/<int:attachment_id>/", views.attachment, name="attachment"),
    path("exports/", views.export_list, name="exports"),
    path("exports/take/<str:code>/", views.take, name="take"),
]
