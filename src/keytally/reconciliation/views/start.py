"""Pages of a reconciliation on its way: the list, new, its profile, its progress and its result."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core.access import day_of, person_of, requires
from keytally.core.scope import scope_of
from keytally.imports import queries as imports_queries
from keytally.reconciliation import queries, services
from keytally.reconciliation.demo_pair import DEMO_NAMES
from keytally.reconciliation.engine.contract import Bridge
from keytally.reconciliation.forms.new import NewForm
from keytally.reconciliation.forms.profile import ProfileForm, in_reader_language
from keytally.reconciliation.labels import SIDE_LABELS
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.queries import learned
from keytally.reconciliation.queries.board import left_to_explain
from keytally.reconciliation.rule_data import deadline_of, settle_by_day
from keytally.reconciliation.rules import layout
from keytally.reconciliation.views import found as pages

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.accounts.models import AccountNode

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ListRow:
    """A reconciliation in the list, with its first bridge."""

    found: Reconciliation
    bridge: Bridge | None
    gap_minor: int
    more_currencies: bool
    ours_lines: int
    theirs_lines: int
    deadline: date | None
    is_late: bool


@requires("reconcile.view")
@require_GET
def reconciliation_list(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    asked = {name: request.GET.get(name, "")[:120].replace("\x00", "") for name in ("text", "state", "month")}
    text, state = asked["text"], asked["state"]
    today = day_of(request)
    found, day = queries.filtered_reconciliations(person, today, **asked), settle_by_day(as_of=today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    kept = urlencode({key: value for key, value in asked.items() if value})
    context = {
        "page": page,
        "rows": [_list_row(found, day=day, today=today) for found in page],
        "text": text,
        "state": state,
        "month": asked["month"],
        "states": Reconciliation.State.choices,
        "kept": f"{kept}&" if kept else "",
        "scope": scope_of(person, "reconcile.view"),
        "may_run": person.may("reconcile.run"),
        "may_set": person.may("reconcile.rules"),
    }
    return render(request, "reconciliation/list.html", context)


@requires("reconcile.run")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "reconciliation/new.html", _new_page(request, errors=[]))
    form = NewForm(request.POST, request.FILES, accounts=_accounts(request))
    if not form.is_valid():
        return _refused(request, errors=form.sentences())
    try:
        found = services.open_reconciliation(form.wanted(), by=person_of(request), now=datetime.now(UTC))
    except services.UnableToOpen as error:
        return _refused(request, errors=error.sentences())
    return _go(request, reverse("reconciliation:profile", args=[found.pk]))


@requires("reconcile.run")
@require_POST
def demo(request: HttpRequest) -> HttpResponse:
    found = services.open_demo(name=_("Demo pair"), by=person_of(request), now=datetime.now(UTC))
    return redirect("reconciliation:profile", found.pk)


@requires("reconcile.view")
@require_GET
def demo_file(request: HttpRequest, name: str) -> HttpResponseBase:
    if name not in DEMO_NAMES:
        raise Http404
    return FileResponse((services.demo_folder() / name).open("rb"), as_attachment=True, filename=name)


@requires("reconcile.view")
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_reconciliations(person_of(request), day_of(request)), pk=number)
    return render(request, "reconciliation/show.html", _shown(request, found))


@requires("reconcile.view")
@require_GET
def progress(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.visible_reconciliations(person_of(request), day_of(request)), pk=number)
    template = "_body.html" if request.headers.get("HX-Request") == "true" else "show.html"
    response = render(request, f"reconciliation/{template}", _shown(request, found))
    if not found.is_running:
        # The state in the page's head and the count of jobs change too, so the whole page is shown anew.
        response.headers["HX-Refresh"] = "true"
    return response


@requires("reconcile.run")
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(queries.changeable_reconciliations(person_of(request), day_of(request)), pk=number)
    if found.is_running or found.is_signed:
        return redirect("reconciliation:show", found.pk)
    if request.method != "POST":
        return render(request, "reconciliation/profile.html", _profile_page(found, form=ProfileForm.of(found)))
    form = ProfileForm.of(found, data=request.POST)
    if not form.is_valid():
        return render(request, "reconciliation/profile.html", _profile_page(found, form=form), status=422)
    return _act_on(request, found, form=form)


@requires("reconcile.run")
@require_POST
def stop(request: HttpRequest, number: int) -> HttpResponse:
    person = person_of(request)
    found = get_object_or_404(queries.changeable_reconciliations(person, day_of(request)), pk=number)
    try:
        services.stop(found, by=person, now=datetime.now(UTC))
    except services.UnableToStop:
        messages.info(request, _("The run had already ended."))
    return redirect("reconciliation:show", found.pk)


@requires("reconcile.run")
@require_POST
def run(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.run")
    person, now, seen = person_of(request), datetime.now(UTC), pages.version_in(request)
    pages.trying(
        request, number, lambda: services.run(found, by=person, now=now, seen=seen), wanted="reconciliation.run"
    )
    return redirect("reconciliation:show", number)


def _act_on(request: HttpRequest, found: Reconciliation, *, form: ProfileForm) -> HttpResponse:
    """Keep what was corrected; then read again, show it, try it dry, or run."""
    person, now = person_of(request), datetime.now(UTC)
    try:
        is_kept = pages.trying(
            request, found.pk, lambda: _correct(request, found, form=form), wanted="reconciliation.correct"
        )
        if not is_kept:
            return redirect("reconciliation:profile", found.pk)
        if form.reads_again():
            services.read_again(found, now=now)
            return redirect("reconciliation:profile", found.pk)
        action = request.POST.get("action", "run")
        if action == "preview":
            return redirect(f"{reverse('reconciliation:profile', args=[found.pk])}#preview")
        start = services.dry_run if action == "dry_run" else services.run
        start(found, by=person, now=now)
    except services.UnableToOpen as error:
        context = {**_profile_page(found, form=form), "errors": error.sentences()}
        return render(request, "reconciliation/profile.html", context, status=422)
    return redirect("reconciliation:show", found.pk)


def _correct(request: HttpRequest, found: Reconciliation, *, form: ProfileForm) -> None:
    person, seen = person_of(request), pages.version_in(request)
    services.correct(found, correction=form.correction(), by=person, now=datetime.now(UTC), seen=seen)


def _accounts(request: HttpRequest) -> "QuerySet[AccountNode]":
    return queries.accounts_to_choose(person_of(request), day_of(request))


def _new_page(request: HttpRequest, *, errors: list[str]) -> dict[str, Any]:
    typed = request.POST if request.method == "POST" else request.GET
    return {
        "name": typed.get("name", ""),
        "accounts": _accounts(request),
        "account": typed.get("account", ""),
        "month": typed.get("month", ""),
        "deadline": typed.get("deadline", ""),
        "errors": errors,
        "demo_files": DEMO_NAMES,
        "ours_title": _("Ours: the supplier's lines"),
        "ours_hint": _("Ledger, despatches, invoices: what you say they owe you."),
        "theirs_title": _("Theirs: the retailer's lines"),
        "theirs_hint": _("Statement, receipts, settlement: what they say they owe you."),
    }


def _refused(request: HttpRequest, *, errors: list[str]) -> HttpResponse:
    page = _new_page(request, errors=errors)
    template = "_errors.html" if request.headers.get("HX-Request") == "true" else "new.html"
    return render(request, f"reconciliation/{template}", page, status=422)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _list_row(found: Reconciliation, *, day: int, today: date) -> ListRow:
    bridges = queries.bridges(found.summary) if found.has_result else []
    bridge = bridges[0] if bridges else None
    lines = {side.side: side.accepted for side in queries.side_counts(found.summary)} if found.has_result else {}
    deadline = deadline_of(found, day=day)
    return ListRow(
        found=found,
        bridge=bridge,
        gap_minor=bridge.ours_minor - bridge.theirs_minor if bridge else 0,
        more_currencies=len(bridges) > 1,
        ours_lines=lines.get("ours", 0),
        theirs_lines=lines.get("theirs", 0),
        deadline=deadline,
        is_late=deadline is not None and deadline < today and not found.is_signed,
    )


def _shown(request: HttpRequest, found: Reconciliation) -> dict[str, Any]:
    ours, theirs = imports_queries.files_of(found.ours, found.theirs)
    is_mine = not found.is_signed and pages.may(request, found, "reconcile.run")
    context: dict[str, Any] = {
        "found": found,
        "here": "bridge",
        "files": [{"label": SIDE_LABELS["ours"], "files": ours}, {"label": SIDE_LABELS["theirs"], "files": theirs}],
        "may_run": is_mine,
        "may_change": is_mine,
        "may_sign": not found.is_signed and found.has_result and pages.may(request, found, "reconcile.sign"),
        "may_reopen": found.is_signed and pages.may(request, found, "reconcile.reopen"),
        "statements": queries.statements(found.pk),
        "waiting": queries.waiting_changes(found),
        "newer_rules": learned.rules_since(found),
        "proposed_rules": learned.rules_proposed(found),
        "last_run": queries.latest_run(found),
        "dry_run": _dry_run(found),
        "problem": services.failure_sentence(found),
    }
    return {**context, **_result(found)} if found.has_result else context


def _dry_run(found: Reconciliation) -> dict[str, Any]:
    """Show what a dry run counted, and the reasons of rejected rows in the reader's language."""
    counted = found.dry_run if found.state == Reconciliation.State.DRY_RUN else {}
    if not counted:
        return {}
    reasons = [{**one, "words": in_reader_language(one["reason"])} for one in counted["reasons"]]
    return {"sides": [{"side": side, **figures} for side, figures in counted["sides"].items()], "reasons": reasons}


def _result(found: Reconciliation) -> dict[str, Any]:
    rows, sides = queries.class_rows(found.summary), queries.side_counts(found.summary)
    bridges = queries.bridges(found.summary)
    return {
        "bridges": [layout(bridge) for bridge in bridges],
        "classes": rows,
        "class_totals": {
            "ours": sum(row.ours_lines for row in rows),
            "theirs": sum(row.theirs_lines for row in rows),
            "amount": sum(row.amount_minor for row in rows),
        },
        "several_currencies": len(bridges) > 1,
        "currency": bridges[0].currency if bridges else "CNY",
        "sides": sides,
        "open_lines": left_to_explain(found),
        "rejected_rows": sum(side.rejected for side in sides),
        "ambiguous": any(row.token == "AMBIGUOUS" for row in rows),  # noqa: S105 - a class, no password
        "downloads": queries.downloads(found),
    }


def _profile_page(found: Reconciliation, *, form: ProfileForm) -> dict[str, Any]:
    return {
        "found": found,
        "form": form,
        "errors": form.sentences(),
        "sides": form.sides(),
        "recognized": found.profile,
    }
