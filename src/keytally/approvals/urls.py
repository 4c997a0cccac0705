"""Addresses of approvals."""

from django.urls import path

from keytally.approvals.views import inbox, new, report, requests

app_name = "approvals"

urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("badge/", inbox.badge, name="badge"),
    path("several/", inbox.batch, name="batch"),
    path("decide/<int:slot_id>/", inbox.decide, name="decide"),
    path("waiting/", report.waiting, name="waiting"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/new/", new.kinds, name="kinds"),
    path("requests/new/<slug:kind>/", new.new, name="new"),
    path("requests/<int:request_id>/", requests.request_page, name="request"),
    path("requests/<int:request_id>/change/", new.change, name="change"),
    path("requests/<int:request_id>/withdraw/", requests.withdraw, name="withdraw"),
    path("requests/<int:request_id>/comment/", requests.comment, name="comment"),
]
