"""Log in and out, language, home, and the pages for when something went wrong."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from keytally.core import services as core_services
from keytally.core.access import person_in, person_of, public, signed_in
from keytally.site.forms import LogInForm
from keytally.site.navigation import first_page


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    page = first_page(person_of(request))
    return redirect(page) if page else render(request, "site/nothing.html")


@public
@sensitive_post_parameters("password")
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = LogInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.get_user())
        return redirect(_next(request))
    status = 422 if form.is_bound else 200
    return render(request, "site/log_in.html", {"form": form, "next": request.GET.get("next", "")}, status=status)


@signed_in
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("log_in")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return render(request, "site/error.html", {"code": 400}, status=400)
    person = person_in(request)
    if person:
        core_services.set_language(person, language=chosen)
    response = redirect(_next(request))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@public
@require_GET
def health(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"status": "ok"})


def locked_out(request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
    return render(request, "site/error.html", {"code": 429}, status=429)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "site/error.html", {"code": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "site/error.html", {"code": 404}, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    return render(request, "site/error.html", {"code": 500}, status=500)


def _next(request: HttpRequest) -> str:
    """Where to go on; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("home")
