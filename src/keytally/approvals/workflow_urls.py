"""Addresses of the workflows: drawn, edited, accepted."""

from django.urls import path

from keytally.approvals.views import workflow_edit, workflows

app_name = "workflows"

urlpatterns = [
    path("", workflows.workflow_list, name="list"),
    path("accept/", workflows.accept, name="accept"),
    path("<slug:code>/", workflows.workflow_page, name="page"),
    path("<slug:code>/calendar/", workflows.calendar, name="calendar"),
    path("<slug:code>/edit/", workflow_edit.edit, name="edit"),
    path("<slug:code>/text/", workflow_edit.edit_text, name="edit_text"),
]
