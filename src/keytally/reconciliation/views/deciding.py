"""What people do with residuals: accept, refuse, split, same as; assign, accept as they are, comment, attach."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import person_of, requires
from keytally.core.files import UnableToKeep
from keytally.reconciliation import queries
from keytally.reconciliation.engine import results
from keytally.reconciliation.engine.results import Side
from keytally.reconciliation.models import Decision, Reconciliation, ResidualCase
from keytally.reconciliation.services import cases, deciding
from keytally.reconciliation.views import found as pages
from keytally.reconciliation.views.grid import filter_of, wanted_of

PER_PAGE = 50


@requires("reconcile.decide")
@require_POST
def decide(request: HttpRequest, number: int, side: str, line_id: str) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.decide")
    others = request.POST.getlist("other")
    choice = request.POST.get("choice", "")
    if choice not in Decision.Choice.values or not others:
        messages.error(request, _("Choose a line of the other side first."))
        return _back(request, found, side=side, line_id=line_id)
    is_ours = side == Side.OURS
    pairs = [deciding.Pair(line_id, other) if is_ours else deciding.Pair(other, line_id) for other in others]
    wish = deciding.Wish(
        pairs=pairs,
        choice=Decision.Choice(choice),
        origin=_origin(request, pairs=len(pairs)),
        reason=request.POST.get("reason", "")[:500].strip(),
        seen=_seen(request, line_id=line_id),
    )
    try:
        is_done = pages.trying(
            request,
            number,
            lambda: deciding.decide(number, wish=wish, by=person_of(request), now=datetime.now(UTC)),
            wanted=f"residual.{choice.lower()}",
        )
    except deciding.UnableToDecide as error:
        messages.error(request, DECIDE_REFUSALS[error.args[0]]())
        is_done = False
    if is_done:
        accepted = _("Accepted. The next run follows it.")
        messages.success(request, accepted if choice == "ACCEPT" else _("Refused. The next run keeps them apart."))
    return _back(request, found, side=side, line_id=line_id)


DECIDE_REFUSALS = {
    "NO_PAIR": lambda: _("Choose a line of the other side first."),
    "TOO_MANY": lambda: _("At most fifty lines at a time; a split of more is a case for the files."),
    "NO_LINE": lambda: _("One of the lines is not in this run any more; run again and look anew."),
    "CURRENCIES": lambda: _("Lines of different currencies cannot be the same thing."),
    "ALREADY_ACCEPTED": lambda: _("One of the lines is accepted with another one; take that back first."),
}


@requires("reconcile.decide")
@require_POST
def take_back(request: HttpRequest, number: int) -> HttpResponse:
    pages.changeable(request, number, "reconcile.decide")
    stroke = request.POST.get("stroke", "")[:32]
    pages.trying(
        request,
        number,
        lambda: deciding.take_back(number, stroke=stroke, by=person_of(request), now=datetime.now(UTC)),
        wanted="residual.take_back",
    )
    return redirect(_local(request) or reverse("reconciliation:decisions", args=[number]))


@requires("reconcile.view")
@require_GET
def decisions(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.with_result(request, number)
    page = Paginator(queries.all_decisions(number), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "found": found,
        "page": page,
        "may_decide": not found.is_signed and pages.may(request, found, "reconcile.decide"),
        "waiting": queries.waiting_changes(found),
        "last_run": queries.latest_run(found),
        "may_run": not found.is_signed and pages.may(request, found, "reconcile.run"),
    }
    return render(request, "reconciliation/decisions.html", context)


@requires("reconcile.decide")
@require_POST
def handle(request: HttpRequest, number: int, side: str, line_id: str) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.decide")
    keys = [cases.LineKey(side, line_id, _number(request.POST.get("version", "")))]
    _handle(request, found, keys=keys)
    return _back(request, found, side=side, line_id=line_id)


@requires("reconcile.decide")
@require_POST
def handle_all(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.decide")
    filtered = filter_of(request)
    wanted = wanted_of(filtered, found, person_id=person_of(request).pk)
    shown = results.residual_page(queries.pages_folder(found), wanted=wanted, page=1, page_size=cases.MOST_AT_ONCE + 1)
    _handle(request, found, keys=[cases.LineKey(row.side.value, row.id) for row in shown.rows])
    return redirect(f"{reverse('reconciliation:residuals', args=[number])}?{filtered.query}")


@requires("reconcile.comment")
@require_POST
def comment(request: HttpRequest, number: int, side: str, line_id: str) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.comment")
    key, person, now = cases.LineKey(side, line_id), person_of(request), datetime.now(UTC)
    text, file = request.POST.get("text", ""), request.FILES.get("file")

    def act() -> None:
        if text.strip() or file is None:
            cases.comment(number, key=key, text=text, by=person, now=now)
        if file is not None:
            cases.attach(number, key=key, name=file.name or "file", chunks=file.chunks(), by=person, now=now)

    try:
        pages.trying(request, number, act, wanted="residual.comment")
    except cases.UnableToHandle as error:
        messages.error(request, HANDLE_REFUSALS[error.args[0]]())
    except UnableToKeep as error:
        messages.error(request, _FILE_REFUSALS.get(error.code, _FILE_REFUSALS["WRONG_TYPE"])())
    return _back(request, found, side=side, line_id=line_id)


HANDLE_REFUSALS = {
    "REASON": lambda: _("Say in a few words why it is accepted."),
    "CANNOT_SEE": lambda: _("This person may not see this reconciliation; choose somebody who does."),
    "NO_LINE": lambda: _("The line is not in this run any more; run again and look anew."),
    "TOO_MANY": lambda: _("At most 500 lines at a time; filter further."),
    "TEXT": lambda: _("Write something first."),
    "TOO_MANY_FILES": lambda: _("At most twenty files belong to one line."),
    "NOBODY": lambda: _("Nobody has this name; choose one of the list."),
    "DEADLINE": lambda: _("The deadline is not a day; write it like 2026-07-31."),
}
_FILE_REFUSALS = {
    "EMPTY": lambda: _("The file is empty."),
    "TOO_LARGE": lambda: _("The file is larger than may be uploaded."),
    "UNKNOWN_TYPE": lambda: _("This kind of file is not kept; attach a picture, a PDF, a table or a text."),
    "WRONG_TYPE": lambda: _("The file is not what its name says."),
}


def _handle(request: HttpRequest, found: Reconciliation, *, keys: list[cases.LineKey]) -> None:
    action = request.POST.get("action", "")
    try:
        is_done = pages.trying(
            request, found.pk, lambda: _act(request, found, keys=keys, action=action), wanted=f"residual.{action}"
        )
    except cases.UnableToHandle as error:
        messages.error(request, HANDLE_REFUSALS[error.args[0]]())
        return
    if is_done:
        count = len(keys)
        messages.success(
            request, ngettext("%(count)d line is kept.", "%(count)d lines are kept.", count) % {"count": count}
        )


def _act(request: HttpRequest, found: Reconciliation, *, keys: list[cases.LineKey], action: str) -> None:
    given: dict[str, Any] = {"keys": keys, "by": person_of(request), "now": datetime.now(UTC)}
    if action == "assign":
        to, text = _person(request, found), request.POST.get("deadline", "")
        cases.assign(found.pk, to=to, deadline=_day(text), **given)
    elif action == "accept_open":
        cases.accept_open(found.pk, reason=request.POST.get("reason", ""), **given)
    elif action in ("done", "open"):
        cases.set_state(found.pk, state=ResidualCase.State(action.upper()), **given)


def _person(request: HttpRequest, found: Reconciliation) -> Any:  # noqa: ANN401 - a person or nobody
    text = request.POST.get("to", "").strip()[:150]
    if not text:
        return None
    username = text.rpartition("(")[2].rstrip(")").strip() if text.endswith(")") else text
    person = queries.assignable(found).filter(username=username).first()
    if person is None:
        raise cases.UnableToHandle("NOBODY")
    return person


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise cases.UnableToHandle("DEADLINE") from error


def _origin(request: HttpRequest, *, pairs: int) -> Decision.Origin:
    if pairs > 1:
        return Decision.Origin.SPLIT
    return Decision.Origin.SAME_AS if request.POST.get("origin") == "SAME_AS" else Decision.Origin.PROPOSED


def _seen(request: HttpRequest, *, line_id: str) -> dict[str, int]:
    """Read the versions of the lines as the page showed them: the line's own, and `id:version` of the others."""
    seen = {}
    own = _number(request.POST.get("version", ""))
    if own is not None:
        seen[line_id] = own
    for text in request.POST.getlist("seen"):
        other, _colon, version = text.partition(":")
        if (count := _number(version)) is not None:
            seen[other] = count
    return seen


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _back(request: HttpRequest, found: Reconciliation, *, side: str, line_id: str) -> HttpResponse:
    """Show the line again, in its panel or on its page, with what was said about it above."""
    if request.headers.get("HX-Request") == "true":
        url = reverse("reconciliation:why", args=[found.pk, side, line_id])
        query = filter_of(request).query
        return redirect(f"{url}?{query}" if query else url)
    return redirect(_local(request) or reverse("reconciliation:why", args=[found.pk, side, line_id]))


def _local(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return back if back.startswith("/") and not back.startswith("//") and "\\" not in back else ""
