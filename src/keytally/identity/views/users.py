"""The pages of people and roles, and of their log-in, for administrators."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from keytally.core import queries, services
from keytally.core.access import person_of, requires
from keytally.core.grant_fields import grants_shown
from keytally.core.subjects import Subject
from keytally.identity import doors
from keytally.identity.forms import ChangePersonForm, FactorRulesForm, IdentityForm, NewPersonForm, ReasonForm
from keytally.identity.queries import people
from keytally.identity.queries.factors import factor_roles, has_factor, needs_factor
from keytally.identity.queries.links import current_link
from keytally.identity.queries.log_ins import identities_of, sessions_of
from keytally.identity.queries.tokens import tokens_of
from keytally.identity.services import factors, identities, links, sessions, tokens

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE = 100


@requires("users.view")
@require_GET
def people_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(queries.people(), PER_PAGE).get_page(request.GET.get("page"))
    person = person_of(request)
    shown = {"page": page, "may_change": person.may("users.change"), "may_manage": person.may("log_in.manage")}
    return render(request, "identity/people.html", shown)


@requires("users.change")
def add(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("username", "name", "email", "language")}
        person, _link = links.invite(**facts, roles=form.grants(), by=person_of(request), now=datetime.now(UTC))
        messages.success(request, _("%(name)s is invited.") % {"name": person.name})
        return redirect("users:log_in", person.pk)
    return render(request, "identity/person.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("users.change")
def change(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _person(person_id)
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
    shown = {"form": form, "person": person, "history": history, "may_manage": person_of(request).may("log_in.manage")}
    return render(request, "identity/person.html", shown, status=422 if form.is_bound else 200)


@requires("log_in.manage")
@require_GET
@never_cache
def log_in_of(request: HttpRequest, person_id: int) -> HttpResponse:
    return _render_log_in(request, _person(person_id))


@requires("log_in.manage")
@require_POST
def give_link(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _person(person_id)
    if not person.is_active:
        raise Http404
    links.give_link(person, by=person_of(request), now=datetime.now(UTC))
    messages.success(request, _("The new link is below; links given before no longer work."))
    return redirect("users:log_in", person.pk)


@requires("log_in.manage")
@require_POST
def revoke_link(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _person(person_id)
    links.revoke_links(person, by=person_of(request), now=datetime.now(UTC))
    messages.success(request, _("The link no longer works."))
    return redirect("users:log_in", person.pk)


@requires("log_in.manage")
@require_POST
def reset_factor(request: HttpRequest, person_id: int) -> HttpResponse:
    person, form = _person(person_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _render_log_in(request, person, reset_form=form)
    reason = form.cleaned_data["reason"]
    factors.reset_factor(person, by=person_of(request), now=datetime.now(UTC), reason=reason)
    messages.success(request, _("The second factor is gone; all log-ins of %(name)s ended.") % {"name": person.name})
    return redirect("users:log_in", person.pk)


@requires("log_in.manage")
@require_POST
def end_sessions(request: HttpRequest, person_id: int) -> HttpResponse:
    person = _person(person_id)
    wanted, by, now = request.POST.get("session", ""), person_of(request), datetime.now(UTC)
    if wanted.isdecimal():
        sessions.end_session(int(wanted), person=person, by=by, now=now)
    else:
        sessions.end_sessions(person, by=by, now=now)
    messages.success(request, _("Ended."))
    return redirect("users:log_in", person.pk)


@requires("log_in.manage")
@require_POST
def link_identity(request: HttpRequest, person_id: int) -> HttpResponse:
    person, by = _person(person_id), person_of(request)
    form = IdentityForm(_choices(request), request.POST)
    if form.is_valid():
        try:
            identities.link_identity(person, **form.cleaned_data, by=by, now=datetime.now(UTC))
        except identities.UnableToLink:
            form.add_error("uid", _("Someone else logs in with this identity; unlink it there first."))
        else:
            messages.success(request, _("%(name)s may log in through it.") % {"name": person.name})
            return redirect("users:log_in", person.pk)
    return _render_log_in(request, person, identity_form=form)


@requires("log_in.manage")
@require_POST
def unlink_identity(request: HttpRequest, person_id: int, identity_id: int) -> HttpResponse:
    person = _person(person_id)
    if not identities.unlink_identity(identity_id, person=person, by=person_of(request), now=datetime.now(UTC)):
        raise Http404
    messages.success(request, _("Unlinked; all log-ins of %(name)s ended.") % {"name": person.name})
    return redirect("users:log_in", person.pk)


@requires("log_in.manage")
@require_POST
def revoke_token(request: HttpRequest, person_id: int, token_id: int) -> HttpResponse:
    person = _person(person_id)
    if not tokens.revoke_token(token_id, person=person, by=person_of(request), now=datetime.now(UTC)):
        raise Http404
    messages.success(request, _("The token no longer works."))
    return redirect("users:log_in", person.pk)


@requires("log_in.manage")
def rules(request: HttpRequest) -> HttpResponse:
    form = FactorRulesForm(request.POST or None, initial={"roles": [role.value for role in factor_roles()]})
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        factors.set_factor_rules(form.chosen_roles(), by=person_of(request), now=datetime.now(UTC), reason=reason)
        messages.success(request, _("Whoever lacks a second factor sets one up at the next log-in."))
        return redirect("users:rules")
    shown = {"form": form, "history": queries.audit_of(Subject("log_in", 0)).filter(action="log_in.factor_rules")[:20]}
    return render(request, "identity/rules.html", shown, status=422 if form.is_bound else 200)


def _person(person_id: int) -> "User":
    return get_object_or_404(people.known_people(), pk=person_id)


def _choices(request: HttpRequest) -> list[tuple[str, str]]:
    return [(door.code, str(door.label)) for door in doors.open_doors(request)]


def _render_log_in(
    request: HttpRequest,
    person: "User",
    *,
    reset_form: ReasonForm | None = None,
    identity_form: IdentityForm | None = None,
) -> HttpResponse:
    """Show all that is known about a person's log-in, with what was typed where something is wrong."""
    found, link = doors.open_doors(request), current_link(person, now=datetime.now(UTC))
    shown = {
        "person": person,
        "link": link,
        "link_url": request.build_absolute_uri(links.link_path(link)) if link else "",
        "has_factor": has_factor(person),
        "needs_factor": needs_factor(person),
        "reset_form": reset_form or ReasonForm(),
        "identities": [(each, doors.label_of(each.provider, doors=found)) for each in identities_of(person)],
        "identity_form": identity_form or (IdentityForm(_choices(request)) if found else None),
        "sessions": sessions_of(person),
        "tokens": tokens_of(person),
        "now": datetime.now(UTC),
    }
    return render(request, "identity/log_in_of.html", shown, status=422 if reset_form or identity_form else 200)


def _shown(person: "User") -> dict[str, object]:
    facts = {"name": person.name, "email": person.email, "is_active": person.is_active}
    return {**facts, **grants_shown(person)}


@transaction.atomic
def _apply(form: ChangePersonForm, *, person: "User", by: "User") -> None:
    said, now = form.cleaned_data, datetime.now(UTC)
    facts = {name: said[name] for name in ("name", "email", "is_active", "reason")}
    services.set_roles(person, roles=form.grants(), by=by, now=now, reason=said["reason"])
    services.change_person(person, **facts, by=by, now=now)
    if not person.is_active:
        sessions.end_sessions(person, by=by, now=now)
        links.revoke_links(person, by=by, now=now)
