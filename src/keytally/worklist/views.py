"""Today: everything that waits for the person, by urgency, each thing one click from done."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from keytally.core.access import person_of, signed_in
from keytally.core.calendars import company_calendar
from keytally.kernel.working_days import WorkingDays
from keytally.worklist import queries, services
from keytally.worklist.kinds import Label, Waiting, WorkKind
from keytally.worklist.rules import Clock, Urgency, in_order, urgency

# What one page shows of a group; the filter narrows the rest down.
MOST_IN_GROUP = 100
HEADINGS = {
    Urgency.OVERDUE: gettext_lazy("Overdue"),
    Urgency.TODAY: gettext_lazy("Due today"),
    Urgency.WEEK: gettext_lazy("This week"),
    Urgency.LATER: gettext_lazy("Later"),
}
PAUSES = {"tomorrow": gettext_lazy("Until the next working day"), "next_week": gettext_lazy("Until next week")}
REFUSALS = {
    "NOT_OPEN": gettext_lazy("This does not wait any more."),
    "NOT_LATER": gettext_lazy("It can be put off only to a later time."),
    "AFTER_DEADLINE": gettext_lazy("It is due before that; it cannot be put off so long."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits, as the page shows it."""

    waiting: Waiting
    urgency: Urgency
    pauses: tuple[tuple[str, Label], ...]
    working_days_late: int


@dataclass(frozen=True, slots=True)
class Group:
    """The things of one urgency."""

    urgency: Urgency
    heading: Label
    rows: tuple[Row, ...]
    count: int

    @property
    def hidden(self) -> int:
        """How many the page leaves out."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Chip:
    """A kind of work with how much of it waits, to filter by."""

    kind: WorkKind
    count: int
    is_chosen: bool


@signed_in
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    clock, calendar = Clock(now, ZoneInfo(settings.TIME_ZONE)), company_calendar()
    everything = queries.items_of(person, now=now)
    kind, text = request.GET.get("kind", ""), request.GET.get("text", "").strip()
    shown = [waiting for waiting in everything if _fits(waiting, kind=kind, text=text)]
    context = {
        "groups": _groups(shown, clock=clock, calendar=calendar),
        "chips": _chips(everything, chosen=kind),
        "snoozed": queries.snoozed_of(person, now=now),
        "total": len(everything),
        "late": sum(urgency(one.deadline, clock=clock) is Urgency.OVERDUE for one in everything),
        "kind": kind,
        "text": text,
        "clock": clock,
        "is_working": calendar.is_working(clock.today),
    }
    return render(request, "worklist/_groups.html" if _wants_partial(request) else "worklist/today.html", context)


@signed_in
@require_POST
def snooze(request: HttpRequest, item_id: int) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    if queries.own_item(item_id, person=person) is None:
        raise Http404
    until = _pauses_end(now).get(request.POST.get("until", ""))
    if until is None:
        raise Http404
    try:
        services.snooze(item_id, until=until, by=person, now=now)
    except services.UnableToSnooze as refusal:
        messages.error(request, str(REFUSALS[str(refusal)]))
    else:
        messages.success(request, _("Put off; it comes back by itself."))
    return _back(request)


@signed_in
@require_POST
def wake(request: HttpRequest, item_id: int) -> HttpResponse:
    if not services.wake(item_id, by=person_of(request)):
        raise Http404
    return _back(request)


def _groups(shown: Iterable[Waiting], *, clock: Clock, calendar: WorkingDays) -> list[Group]:
    ends = _pauses_end(clock.now, calendar=calendar)
    return [
        Group(
            urgent,
            HEADINGS[urgent],
            tuple(_row(one, urgent=urgent, ends=ends, clock=clock, calendar=calendar) for one in found[:MOST_IN_GROUP]),
            len(found),
        )
        for urgent, found in in_order(shown, clock=clock)
    ]


def _row(one: Waiting, *, urgent: Urgency, ends: dict[str, datetime], clock: Clock, calendar: WorkingDays) -> Row:
    fits = (code for code, end in ends.items() if one.may_snooze and (one.deadline is None or end < one.deadline))
    late = 0
    if urgent is Urgency.OVERDUE and one.deadline:
        due_on = one.deadline.astimezone(clock.zone).date()
        late = calendar.days_between(due_on, clock.today)
    return Row(one, urgent, tuple((code, PAUSES[code]) for code in fits), late)


def _pauses_end(now: datetime, *, calendar: WorkingDays | None = None) -> dict[str, datetime]:
    """Say when each pause ends: when work opens on the next working day, and on the first of next week."""
    calendar = calendar or company_calendar()
    day = now.astimezone(calendar.zone).date()
    monday = day + timedelta(days=8 - day.isoweekday())
    return {
        "tomorrow": calendar.opens(calendar.add(day, 1)),
        "next_week": calendar.opens(calendar.on_or_after(monday)),
    }


def _chips(everything: Iterable[Waiting], *, chosen: str) -> list[Chip]:
    kinds = {one.kind.code: one.kind for one in everything}
    counts = Counter(one.kind.code for one in everything)
    ordered = sorted(kinds.values(), key=lambda kind: (kind.weight, kind.code))
    return [Chip(kind, counts[kind.code], kind.code == chosen) for kind in ordered]


def _fits(waiting: Waiting, *, kind: str, text: str) -> bool:
    if kind and waiting.kind.code != kind:
        return False
    return not text or text.casefold() in f"{waiting.sentence} {waiting.title}".casefold()


def _wants_partial(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return redirect(wanted if is_ours else reverse("worklist:today"))
