"""The inbox: what waits for my decision, each one tap from done, or many at once with their reasons."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.approvals import labels, services
from keytally.approvals.models import Request, Slot
from keytally.approvals.queries import inbox as queries
from keytally.approvals.queries.inbox import Waiting
from keytally.approvals.queries.words import role_names
from keytally.approvals.services.deciding import NEED_REASON, outcomes_of
from keytally.core.access import person_of, requires

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE = 30
REASON_LENGTH = 2_000
# What is said first, where several things may be said.
ORDER = ("APPROVED", "DONE", "NO_OBJECTION", "RETURNED", "OBJECTION", "REFUSED", "SKIPPED")


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that may be said at a step."""

    outcome: str
    label: str
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A decision as the inbox shows it."""

    waiting: Waiting
    is_late: bool
    buttons: tuple[Button, ...]
    chosen: str = ""
    reason: str = ""
    error: str = ""

    @property
    def taps(self) -> tuple[Button, ...]:
        """What one tap says."""
        return tuple(button for button in self.buttons if not button.needs_reason)

    @property
    def reasoned(self) -> tuple[Button, ...]:
        """What has to be explained."""
        return tuple(button for button in self.buttons if button.needs_reason)


@dataclass(slots=True)
class Answers:
    """What was marked on the page of many decisions."""

    outcome: dict[int, str] = field(default_factory=dict)
    reason: dict[int, str] = field(default_factory=dict)
    error: dict[int, str] = field(default_factory=dict)


@requires("approvals.view")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    return render(request, "approvals/inbox.html", _shown(request, datetime.now(UTC)))


@requires("approvals.view")
@require_GET
def badge(request: HttpRequest) -> HttpResponse:
    count = queries.waiting_count(person_of(request), now=datetime.now(UTC))
    return render(request, "approvals/_badge.html", {"waiting": count})


@requires("approvals.decide")
@require_POST
def decide(request: HttpRequest, slot_id: int) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    outcome, reason = request.POST.get("outcome", ""), request.POST.get("reason", "")[:REASON_LENGTH]
    try:
        decided = services.decide(slot_id, outcome=outcome, by=person, now=now, comment=reason)
    except services.UnableToDecide as refusal:
        sentence = labels.error_sentence(refusal.code, refusal.parameters)
        if refusal.code != "REASON_MISSING":
            messages.error(request, sentence)
            return redirect(_back(request))
        return _ask_again(request, slot_id, outcome=outcome, sentence=sentence, now=now)
    _say(request, decided)
    return redirect(_back(request))


@requires("approvals.decide")
@require_http_methods(["GET", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    answers, done = Answers(), 0
    if request.method == "POST":
        answers = _answers(request)
        done = _decide_all(answers, by=person, now=now)
        if done:
            words = ngettext("%(count)s decision is made.", "%(count)s decisions are made.", done)
            messages.success(request, words % {"count": done})
        if not answers.error:
            return redirect("approvals:batch" if done else "approvals:inbox")
    shown = _shown(request, now, answers)
    return render(request, "approvals/batch.html", shown, status=422 if answers.error else 200)


def buttons_of(slot: Slot) -> tuple[Button, ...]:
    """List what may be said at a step, in a fixed order."""
    allowed = outcomes_of(slot.step)
    words = {
        "APPROVED": _("Approve"),
        "DONE": _("Mark as done"),
        "NO_OBJECTION": _("No objection"),
        "RETURNED": _("Return for change"),
        "OBJECTION": _("Object"),
        "REFUSED": _("Refuse"),
        "SKIPPED": _("Skip"),
    }
    return tuple(Button(each, words[each], each in NEED_REASON) for each in ORDER if each in allowed)


def _shown(request: HttpRequest, now: datetime, answers: Answers | None = None) -> dict[str, object]:
    person = person_of(request)
    page = Paginator(queries.waiting_slots(person, now=now), PER_PAGE).get_page(request.GET.get("page"))
    explained = queries.explained(list(page), person, now=now)
    return {
        "page": page,
        "rows": [_row(waiting, now, answers or Answers()) for waiting in explained],
        "roles": role_names(),
        "now": now,
        "may_decide": person.may("approvals.decide"),
        "may_start": person.may("approvals.start"),
        "may_report": person.may("approvals.report"),
    }


def _row(waiting: Waiting, now: datetime, answers: Answers) -> Row:
    number = waiting.slot.pk
    return Row(
        waiting,
        is_late=waiting.is_late(now),
        buttons=buttons_of(waiting.slot),
        chosen=answers.outcome.get(number, ""),
        reason=answers.reason.get(number, ""),
        error=answers.error.get(number, ""),
    )


def _answers(request: HttpRequest) -> Answers:
    found = Answers()
    for name, value in request.POST.items():
        kind, _dash, number = name.partition("-")
        if kind in ("outcome", "reason") and number.isdecimal() and value:
            getattr(found, kind)[int(number)] = str(value)[:REASON_LENGTH]
    return found


def _decide_all(answers: Answers, *, by: "User", now: datetime) -> int:
    """Make each marked decision by itself; what is refused keeps its answer and says why."""
    done = 0
    for number, outcome in answers.outcome.items():
        try:
            services.decide(number, outcome=outcome, by=by, now=now, comment=answers.reason.get(number, ""))
        except services.UnableToDecide as refusal:
            answers.error[number] = labels.error_sentence(refusal.code, refusal.parameters)
        else:
            done += 1
    return done


def _ask_again(request: HttpRequest, slot_id: int, *, outcome: str, sentence: str, now: datetime) -> HttpResponse:
    answers = Answers({slot_id: outcome}, {}, {slot_id: sentence})
    return render(request, "approvals/inbox.html", _shown(request, now, answers), status=422)


def _say(request: HttpRequest, decided: Request) -> None:
    if decided.state == Request.State.VOID:
        messages.warning(request, _("The text changed while it ran, so this request is void: %s") % decided.title)
    else:
        messages.success(request, _("Your decision is kept: %s") % decided.title)


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "approvals:inbox"
