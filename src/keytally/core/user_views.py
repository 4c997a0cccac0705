"""The pages of people and roles, and a person's own settings."""

from datetime import UTC, datetime

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from keytally.core import queries, services
from keytally.core.access import person_of, requires, signed_in
from keytally.core.forms import ChangePersonForm, NewPersonForm, OwnForm, OwnPasswordForm
from keytally.core.models import User
from keytally.core.subjects import Subject

PER_PAGE = 100


@requires("users.view")
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List everyone."""
    page = Paginator(queries.people(), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "core/people.html", {"page": page, "may_change": person_of(request).may("users.change")})


@requires("users.change")
@sensitive_post_parameters("password")
def add(request: HttpRequest) -> HttpResponse:
    """Add a person."""
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("username", "name", "email", "language", "password")}
        services.add_person(**facts, roles=form.chosen_roles(), by=person_of(request), now=datetime.now(UTC))
        messages.success(request, _("%(name)s may log in now.") % {"name": facts["name"]})
        return redirect("users:list")
    return render(request, "core/person.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("users.change")
@sensitive_post_parameters("password")
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    """Change a person, their roles, or give them a new password."""
    person = get_object_or_404(User, pk=person_id)
    form = ChangePersonForm(request.POST or None, initial=_shown(person))
    if request.method == "POST" and form.is_valid():
        try:
            _apply(form, person=person, by=person_of(request))
        except services.UnableToChange:
            form.add_error(
                None, _("Nobody would be left who can add people; make someone else an administrator first.")
            )
        else:
            messages.success(request, _("%(name)s was changed.") % {"name": form.cleaned_data["name"]})
            return redirect("users:list")
    history = queries.audit_of(Subject("person", person.pk))[:20]
    shown = {"form": form, "person": person, "history": history}
    return render(request, "core/person.html", shown, status=422 if form.is_bound else 200)


@signed_in
@sensitive_post_parameters("old", "new")
def own(request: HttpRequest) -> HttpResponse:
    """Let people set their time zone and password."""
    person = person_of(request)
    zone = OwnForm(request.POST if "time_zone" in request.POST else None, initial={"time_zone": person.time_zone})
    password = OwnPasswordForm(person, request.POST if "old" in request.POST else None)
    if zone.is_bound and zone.is_valid():
        services.set_time_zone(person, time_zone=zone.cleaned_data["time_zone"])
        messages.success(request, _("Times are shown in %(zone)s from now on.") % {"zone": person.time_zone})
        return redirect("users:own")
    if password.is_bound and password.is_valid():
        services.set_password(person, password=password.cleaned_data["new"], by=person, now=datetime.now(UTC))
        update_session_auth_hash(request, person)
        messages.success(request, _("Your password was changed."))
        return redirect("users:own")
    status = 422 if zone.is_bound or password.is_bound else 200
    return render(request, "core/own.html", {"zone": zone, "password": password}, status=status)


def _shown(person: User) -> dict[str, object]:
    facts = {"name": person.name, "email": person.email, "is_active": person.is_active}
    return {**facts, "roles": [role.value for role in person.roles]}


@transaction.atomic
def _apply(form: ChangePersonForm, *, person: User, by: User) -> None:
    said, now = form.cleaned_data, datetime.now(UTC)
    facts = {name: said[name] for name in ("name", "email", "is_active", "reason")}
    services.set_roles(person, roles=form.chosen_roles(), by=by, now=now, reason=said["reason"])
    services.change_person(person, **facts, by=by, now=now)
    if said["password"]:
        services.set_password(person, password=said["password"], by=by, now=now)
