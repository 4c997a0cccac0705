"""Every address of the site."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from keytally.site import api, search_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("keytally.identity.door_urls")),
    path("search/", search_views.search, name="search"),
    path("language/", views.language, name="language"),
    path("health/", views.health, name="health"),
    path("", include("keytally.core.urls")),
    path("", include("keytally.identity.urls")),
    path("api/v1/", include((api.urlpatterns, "api"), namespace="api")),
    path("api/openapi.json", api.openapi, name="openapi"),
    path("jobs/", include("keytally.jobs.urls")),
]
for prefix, capability in (
    ("today/", "worklist"),
    ("people/", "people"),
    ("approvals/", "approvals"),
    ("accounts/", "accounts"),
    ("playbook/", "playbook"),
    ("reconciliation/", "reconciliation"),
    ("funnel/", "funnel"),
    ("prospecting/", "prospecting"),
    ("negotiation/", "negotiation"),
):
    if find_spec(f"keytally.{capability}.urls"):
        urlpatterns.append(path(prefix, include(f"keytally.{capability}.urls")))

urlpatterns.append(path("workflows/", include("keytally.approvals.workflow_urls")))

handler403 = "keytally.site.views.forbidden"
handler404 = "keytally.site.views.not_found"
handler500 = "keytally.site.views.broken"
