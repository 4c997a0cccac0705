"""Addresses of the jobs pages."""

from django.urls import path

from keytally.jobs import views

app_name = "jobs"

urlpatterns = [
    path("", views.job_list, name="list"),
    path("badge/", views.badge, name="badge"),
    path("<int:job_id>/", views.job_page, name="page"),
    path("<int:job_id>/card/", views.card, name="card"),
    path("<int:job_id>/stop/", views.stop, name="stop"),
    path("<int:job_id>/resume/", views.resume, name="resume"),
]
