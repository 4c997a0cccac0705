"""Addresses of the playbook."""

from django.urls import path

from keytally.playbook.views import entries, support, value

app_name = "playbook"

urlpatterns = [
    path("", entries.entry_list, name="list"),
    path("new/", entries.new, name="new"),
    path("<int:number>/", entries.entry_page, name="entry"),
    path("<int:number>/edit/", entries.edit, name="edit"),
    path("<int:number>/retire/", entries.retire, name="retire"),
    path("<int:number>/thank/", entries.thank, name="thank"),
    path("<int:number>/versions/<int:version>/restore/", entries.restore, name="restore"),
    path("questions/", support.question_list, name="questions"),
    path("questions/new/", support.ask, name="ask"),
    path("questions/<int:number>/", support.question_page, name="question"),
    path("questions/<int:number>/answer/", support.answer, name="answer"),
    path("questions/<int:number>/pass/", support.pass_on, name="pass"),
    path("questions/<int:number>/react/<slug:how>/", support.react, name="react"),
    path("experts/", support.experts, name="experts"),
    path("experts/<int:expert_id>/end/", support.end_expert, name="end_expert"),
    path("value/<int:number>/", value.give, name="give"),
    path("value/given/<int:value_id>/withdraw/", value.withdraw, name="withdraw_value"),
]
