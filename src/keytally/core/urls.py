"""Addresses of core."""

from django.urls import path

from keytally.core import calendar_views, mail_views, views

app_name = "core"

urlpatterns = [
    path("files/<int:attachment_id>/", views.attachment, name="attachment"),
    path("audit/", views.audit, name="audit"),
    path("exports/", views.export_list, name="exports"),
    path("exports/take/<str:code>/", views.take, name="take"),
    path("calendar/", calendar_views.year_page, name="calendar"),
    path("calendar/set/", calendar_views.set_day, name="set_day"),
    path("calendar/clear/", calendar_views.clear_day, name="clear_day"),
    path("calendar/hours/", calendar_views.keep_hours, name="keep_hours"),
    path("mail/", mail_views.mail_list, name="mail"),
    path("mail/<int:mail_id>/send-again/", mail_views.send_again, name="send_again"),
]
