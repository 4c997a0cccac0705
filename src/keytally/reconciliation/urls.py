"""Addresses of reconciliations."""

from django.urls import path

from keytally.reconciliation.views import board, deciding, grid, history, lines, rejected, results, signing, start

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
    path("<int:number>/run/", start.run, name="run"),
    path("<int:number>/stop/", start.stop, name="stop"),
    path("<int:number>/news/", signing.news, name="news"),
    path("<int:number>/runs/", results.runs, name="runs"),
    path("<int:number>/sign/", signing.sign, name="sign"),
    path("<int:number>/reopen/", signing.reopen, name="reopen"),
    path("<int:number>/statement/<int:statement_id>/<str:language>/", signing.statement, name="statement"),
    path("<int:number>/residuals/", grid.residuals, name="residuals"),
    path("<int:number>/residuals/handle/", deciding.handle_all, name="handle_all"),
    path("<int:number>/residuals/<str:side>/<str:line_id>/", lines.why, name="why"),
    path("<int:number>/residuals/<str:side>/<str:line_id>/decide/", deciding.decide, name="decide"),
    path("<int:number>/residuals/<str:side>/<str:line_id>/handle/", deciding.handle, name="handle"),
    path("<int:number>/residuals/<str:side>/<str:line_id>/comment/", deciding.comment, name="comment"),
    path("<int:number>/decisions/", deciding.decisions, name="decisions"),
    path("<int:number>/decisions/take-back/", deciding.take_back, name="take_back"),
    path("<int:number>/candidates/", results.candidates, name="candidates"),
    path("<int:number>/rejected/", rejected.rejected, name="rejected"),
    path("<int:number>/rejected/mend/", rejected.mend, name="mend"),
    path("rules/", history.rules, name="rules"),
    path("rules/<int:rule>/", history.decide_rule, name="decide_rule"),
    path("<int:number>/stores/", history.stores, name="stores"),
    path("<int:number>/carry-over/", history.carry_over, name="carry_over"),
    path("<int:number>/carry-over/<int:offer>/find/", history.find_again, name="find_again"),
    path("<int:number>/carry-over/lines/<int:line>/let-go/", history.let_go, name="let_go"),
    path("<int:number>/files/<str:name>", results.download, name="download"),
]
