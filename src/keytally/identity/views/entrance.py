"""The door: log in and out, the second factor, other systems, a forgotten password, a link to set one."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from allauth.account.stages import LoginStage, LoginStageController
from allauth.account.utils import perform_login
from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from keytally.core.access import person_in, public, signed_in
from keytally.identity import doors, guesses
from keytally.identity.forms import CodeForm, ForgottenForm, LogInForm, NewPasswordForm
from keytally.identity.new_secret import drop_secret, qr_code, secret_of
from keytally.identity.queries.factors import has_factor
from keytally.identity.queries.links import open_link
from keytally.identity.services import factors, links
from keytally.identity.stages import NewFactorStage, SecondFactorStage

Entrance = Callable[..., HttpResponseBase]


@public
@sensitive_post_parameters("password")
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    if person_in(request):
        return redirect(next_page(request))
    form = LogInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        response: HttpResponse = perform_login(request, form.get_user(), redirect_url=next_page(request))
        return response
    if request.method == "POST" and form.non_field_errors():
        guesses.record(request, username=request.POST.get("username", ""), step="password")
    shown = {"form": form, "next": request.GET.get("next", ""), "doors": doors.open_doors(request)}
    return doors.may_lead_out(render(request, "identity/log_in.html", shown, status=422 if form.is_bound else 200))


@signed_in
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("log_in")


@public
@sensitive_post_parameters("code")
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    stage = _stage(request, key=SecondFactorStage.key)
    if stage is None:
        return redirect("log_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if guesses.is_right_code(request, person=stage.login.user, code=form.cleaned_data["code"]):
            return _onward(stage)
        form.add_error("code", _("This code is not right, or was used already; wait for the next one and type it."))
    return render(request, "identity/second_factor.html", {"form": form}, status=422 if form.is_bound else 200)


@public
@sensitive_post_parameters("code")
@never_cache
def new_factor(request: HttpRequest) -> HttpResponse:
    stage = _stage(request, key=NewFactorStage.key)
    if stage is None:
        return redirect("log_in")
    if "kept" in request.POST and has_factor(stage.login.user):
        return _onward(stage)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if guesses.proves_secret(request, secret=secret_of(request), code=form.cleaned_data["code"]):
            person = stage.login.user
            codes = factors.add_factor(person, secret=secret_of(request), by=person, now=datetime.now(UTC))
            drop_secret(request)
            return render(request, "identity/recovery_codes.html", {"codes": codes, "is_outside": True})
        form.add_error(
            "code", _("This code does not fit; check the clock of your phone and type the code it shows now.")
        )
    shown = {"form": form, **qr_code(stage.login.user, secret=secret_of(request))}
    return render(request, "identity/new_factor.html", shown, status=422 if form.is_bound else 200)


@public
@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if guesses.may_ask_reset(request):
            links.ask_reset(form.cleaned_data["email"], now=datetime.now(UTC))
        return render(request, "identity/forgotten.html", {"is_asked": True})
    return render(request, "identity/forgotten.html", {"form": form}, status=422 if form.is_bound else 200)


@public
@sensitive_post_parameters("new", "again")
@never_cache
def set_password(request: HttpRequest, token: str) -> HttpResponse:
    now = datetime.now(UTC)
    link = open_link(token, now=now)
    if link is None:
        return render(request, "identity/link_over.html", status=410)
    form = NewPasswordForm(link.person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            links.redeem(token, password=form.cleaned_data["new"], now=now)
        except links.UnableToUseLink:
            return render(request, "identity/link_over.html", status=410)
        logout(request)
        messages.success(request, _("Your password is set. Log in with it."))
        return redirect("log_in")
    return render(
        request, "identity/set_password.html", {"form": form, "link": link}, status=422 if form.is_bound else 200
    )


def outward(place: str) -> Entrance:
    """Send a browser to another system; only a form of ours does, no link from elsewhere."""
    door = through(place)

    @public
    @never_cache
    def sent(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - allauth's own signature
        return door(request, *args, **kwargs) if request.method == "POST" else redirect("log_in")

    return sent


def through(place: str) -> Entrance:
    """Open a door to another system, if the installation has set it up; its parts are loaded when somebody comes."""

    @public
    @never_cache
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ANN401 - allauth's own signature
        try:
            response: HttpResponseBase = import_string(place)(request, *args, **kwargs)
            return response
        except SocialApp.DoesNotExist:
            raise Http404 from None

    return entered


def next_page(request: HttpRequest) -> str:
    """Where to go on; never to another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse(settings.LOGIN_REDIRECT_URL)


def _stage(request: HttpRequest, *, key: str) -> LoginStage | None:
    """Find the step of a log-in that has begun in this browser."""
    return None if person_in(request) else LoginStageController.enter(request, key)


def _onward(stage: LoginStage) -> HttpResponse:
    response: HttpResponse = stage.exit()
    return response
