"""Language, home, and the pages for when something went wrong."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from keytally.core import services as core_services
from keytally.core.access import person_in, person_of, public, signed_in
from keytally.identity.views.entrance import next_page
from keytally.site.navigation import first_page


@signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    page = first_page(person_of(request))
    return redirect(page) if page else render(request, "site/nothing.html")


@public
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        return render(request, "site/error.html", {"code": 400}, status=400)
    person = person_in(request)
    if person:
        core_services.set_language(person, language=chosen)
    response = redirect(next_page(request))
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
