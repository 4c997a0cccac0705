"""A person's own settings: zone and password, second factor, log-ins, identities."""

from datetime import UTC, datetime

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from keytally.core import services as core_services
from keytally.core.access import person_of, signed_in
from keytally.identity import doors, guesses
from keytally.identity.confirmation import confirm as keep_confirmation
from keytally.identity.confirmation import confirmed
from keytally.identity.forms import CodeForm, ConfirmForm, OwnForm, OwnPasswordForm
from keytally.identity.new_secret import drop_secret, qr_code, secret_of
from keytally.identity.queries.factors import has_factor, needs_factor, recovery_codes_left
from keytally.identity.queries.log_ins import identities_of, sessions_of
from keytally.identity.services import factors, identities, sessions
from keytally.identity.views.entrance import next_page


@signed_in
@sensitive_post_parameters("old", "new")
def own(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    zone = OwnForm(request.POST if "time_zone" in request.POST else None, initial={"time_zone": person.time_zone})
    password = OwnPasswordForm(person, request.POST if "old" in request.POST else None)
    if zone.is_bound and zone.is_valid():
        core_services.set_time_zone(person, time_zone=zone.cleaned_data["time_zone"])
        messages.success(request, _("Times are shown in %(zone)s from now on.") % {"zone": person.time_zone})
        return redirect("users:own")
    if password.is_bound and password.is_valid():
        _change_password(request, password=password.cleaned_data["new"])
        messages.success(request, _("Your password was changed; you are logged out everywhere else."))
        return redirect("users:own")
    status = 422 if zone.is_bound or password.is_bound else 200
    return render(request, "identity/own.html", {"zone": zone, "password": password}, status=status)


@signed_in
@sensitive_post_parameters("password", "code")
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    with_code = not person.has_usable_password() and has_factor(person)
    form = CodeForm(request.POST or None) if with_code else ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if _proves(request, form):
            keep_confirmation(request)
            return redirect(next_page(request))
        form.add_error("code" if with_code else "password", _("This is not right; type it again."))
    shown = {"form": form, "with_code": with_code, "next": next_page(request)}
    return render(request, "identity/confirm.html", shown, status=422 if form.is_bound else 200)


@signed_in
@confirmed
@sensitive_post_parameters("code")
@never_cache
def factor(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if has_factor(person):
        state = {"left": recovery_codes_left(person), "is_needed": needs_factor(person)}
        return render(request, "identity/own_factor.html", state)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if guesses.proves_secret(request, secret=secret_of(request), code=form.cleaned_data["code"]):
            codes = factors.add_factor(person, secret=secret_of(request), by=person, now=datetime.now(UTC))
            drop_secret(request)
            return render(request, "identity/recovery_codes.html", {"codes": codes})
        form.add_error(
            "code", _("This code does not fit; check the clock of your phone and type the code it shows now.")
        )
    shown = {"form": form, **qr_code(person, secret=secret_of(request))}
    return render(request, "identity/own_factor.html", shown, status=422 if form.is_bound else 200)


@signed_in
@require_POST
@confirmed
@never_cache
def new_recovery_codes(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    if not has_factor(person):
        raise Http404
    codes = factors.renew_recovery_codes(person, by=person, now=datetime.now(UTC))
    return render(request, "identity/recovery_codes.html", {"codes": codes})


@signed_in
@require_POST
@confirmed
def remove_factor(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    try:
        factors.remove_factor(person, by=person, now=datetime.now(UTC))
    except factors.UnableToRemoveFactor:
        messages.error(request, _("One of your roles needs the second factor; it stays."))
    else:
        messages.success(request, _("You log in with your password alone now."))
    return redirect("users:factor")


@signed_in
@require_GET
def own_sessions(request: HttpRequest) -> HttpResponse:
    shown = {"sessions": sessions_of(person_of(request)), "here": request.session.session_key}
    return render(request, "identity/own_sessions.html", shown)


@signed_in
@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    person = person_of(request)
    if not sessions.end_session(session_id, person=person, by=person, now=datetime.now(UTC)):
        raise Http404
    messages.success(request, _("That log-in has ended."))
    return redirect("users:sessions")


@signed_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    sessions.end_sessions(person, by=person, now=datetime.now(UTC), spare=request.session.session_key)
    messages.success(request, _("You are logged in here only."))
    return redirect("users:sessions")


@signed_in
@require_GET
def own_identities(request: HttpRequest) -> HttpResponse:
    found = doors.open_doors(request)
    shown = [(each, doors.label_of(each.provider, doors=found)) for each in identities_of(person_of(request))]
    response = render(request, "identity/own_identities.html", {"identities": shown, "doors": found})
    return doors.may_lead_out(response)


@signed_in
@require_POST
@confirmed
def connect_identity(request: HttpRequest, provider: str) -> HttpResponse:
    try:
        door = get_adapter().get_provider(request, provider)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    response: HttpResponse = door.redirect(request, process=AuthProcess.CONNECT, next_url=reverse("users:identities"))
    return response


@signed_in
@require_POST
@confirmed
def unlink_identity(request: HttpRequest, identity_id: int) -> HttpResponse:
    person = person_of(request)
    if not identities.unlink_identity(identity_id, person=person, by=person, now=datetime.now(UTC)):
        raise Http404
    messages.success(request, _("You no longer log in through it."))
    return redirect("users:identities")


def _proves(request: HttpRequest, form: ConfirmForm | CodeForm) -> bool:
    person = person_of(request)
    if isinstance(form, CodeForm):
        return guesses.is_right_code(request, person=person, code=form.cleaned_data["code"])
    found = authenticate(request, username=person.username, password=form.cleaned_data["password"])
    if found is None:
        guesses.record(request, username=person.username, step="confirm")
    return found is not None


def _change_password(request: HttpRequest, *, password: str) -> None:
    person, now = person_of(request), datetime.now(UTC)
    core_services.set_password(person, password=password, by=person, now=now)
    update_session_auth_hash(request, person)
    sessions.end_sessions(person, by=person, now=now, spare=request.session.session_key)
