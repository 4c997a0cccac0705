"""Addresses of reconciliations."""

from django.urls import path

from keytally.reconciliation.views import board, results, start

app_name = "reconciliation"

urlpatterns = [
    path("", start.reconciliation_list, name="list"),
    path("board/", board.month_board, name="board"),
    path("new/", start.new, name="new"),
    path("demo/", start.demo, name="demo"),
    path("demo/<str:name>", start.demo_file, name="demo_file"),
    path("<int:number>/", start.show, name="show"),
    path("<int:number>/progress/", start.progress, name="progress"),
    path("<int:number>/profile/", start.profile, name="profile"),
    path("<int:number>/stop/", start.stop, name="stop"),
    path("<int:number>/residuals/", results.residuals, name="residuals"),
    path("<int:number>/residuals/<str:side>/<str:line_id>/", results.why, name="why"),
    path("<int:number>/candidates/", results.candidates, name="candidates"),
    path("<int:number>/rejected/", results.rejected, name="rejected"),
    path("<int:number>/files/<str:name>", results.download, name="download"),
]
