"""Pages of handovers: the list, a new one, one of them with what it moves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core import queries as core_queries
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.people.forms.handover import ProposalForm, ReasonForm, remarks_of
from keytally.people.models import Handover
from keytally.people.queries import handover as queries
from keytally.people.rules.handover import Key
from keytally.people.services import handover as services
from keytally.people.staff_words import refusal
from keytally.people.views.asked import clock

if TYPE_CHECKING:
    from keytally.core.models import User

PER_PAGE = 50
CONFIRM = "handover.confirm"


@requires(queries.VIEW)
@require_GET
def handover_list(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    sees_everyone = queries.sees_everyone(person)
    context = {
        "page": Paginator(queries.visible_handovers(person, today), PER_PAGE).get_page(request.GET.get("page")),
        "held": queries.holds(person),
        "leavers": queries.leavers_with_belongings() if sees_everyone else [],
        "may_propose": person.may(queries.PROPOSE),
    }
    return render(request, "people/handover/list.html", context)


@requires(queries.PROPOSE)
@require_http_methods(["GET", "POST"])
def handover_new(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), clock()
    givers = queries.givers(person, as_of=business_date(now))
    wanted = request.POST.get("giver") or request.GET.get("giver") or str(person.pk)
    giver = givers.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() else None
    giver = giver or givers.first()
    if request.method != "POST":
        form = ProposalForm(givers=givers, receivers=queries.receivers())
        return _proposal(request, form=form, giver=giver, now=now)
    form = ProposalForm(request.POST, givers=givers, receivers=queries.receivers())
    handover = _propose(form, by=person, now=now) if form.is_valid() else None
    if handover is None:
        return _proposal(request, form=form, giver=giver, now=now, status=422)
    said = {"receiver": handover.receiver.name}
    messages.success(request, _("%(receiver)s was asked to confirm; until then nothing moves.") % said)
    return redirect("people:handover", handover.pk)


@requires(queries.VIEW)
@require_GET
def handover_page(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, _visible(request, number))


@requires(CONFIRM)
@require_POST
def handover_confirm(request: HttpRequest, number: int) -> HttpResponse:
    handover = _visible(request, number)
    remarks = remarks_of(request.POST)

    def confirm(by: "User", now: datetime) -> None:
        services.confirm_handover(
            handover.pk,
            fingerprint=request.POST.get("fingerprint", ""),
            by=by,
            now=now,
            remarks=remarks,
            answer=request.POST.get("answer", "")[:500].replace("\x00", ""),
        )

    done = _("You received everything on the list.")
    return _decide(request, handover, act=confirm, done=done, remarks=remarks)


@requires(CONFIRM)
@require_POST
def handover_refuse(request: HttpRequest, number: int) -> HttpResponse:
    handover = _visible(request, number)
    return _with_reason(request, handover, act=services.refuse_handover, done=_("You refused; nothing moved."))


@requires(queries.PROPOSE)
@require_POST
def handover_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    handover = _visible(request, number)
    if not queries.may_withdraw(handover, person=person_of(request), as_of=business_date(clock())):
        return _page(request, handover, errors=[_("Only who proposed it or decides for the giver takes it back.")])
    return _with_reason(request, handover, act=services.withdraw_handover, done=_("It was withdrawn; nothing moved."))


def _propose(form: ProposalForm, *, by: "User", now: datetime) -> Handover | None:
    said = form.cleaned_data
    ends_access = said["ends_access"]
    leaving = queries.givers(by, as_of=business_date(now), permission=queries.END_ACCESS)
    if ends_access and not leaving.filter(pk=said["giver"].pk).exists():
        form.add_error("ends_access", _("You may not end this person's log-in; ask an administrator."))
        return None
    try:
        return services.propose_handover(
            giver=said["giver"],
            receiver=said["receiver"],
            chosen=form.chosen(),
            ends_access=ends_access,
            by=by,
            now=now,
            reason=said["reason"],
        )
    except services.UnableToHandOver as error:
        for code in error.args:
            form.add_error(None, refusal(code))
        return None


def _proposal(
    request: HttpRequest, *, form: ProposalForm, giver: "User | None", now: datetime, status: int = 200
) -> HttpResponse:
    person, today = person_of(request), business_date(now)
    leaving = queries.givers(person, as_of=today, permission=queries.END_ACCESS)
    held = queries.shown_groups(queries.holds(giver), giver=giver, reader=person, as_of=today) if giver else []
    context = {
        "form": form,
        "giver": giver,
        "givers": form.fields["giver"].queryset,  # type: ignore[attr-defined]  # a model choice
        "groups": held,
        "chosen": request.POST.getlist("chosen"),
        "may_end_access": giver is not None and leaving.filter(pk=giver.pk).exists(),
    }
    return render(request, "people/handover/new.html", context, status=status)


def _page(
    request: HttpRequest,
    handover: Handover,
    *,
    errors: Sequence[str] = (),
    remarks: Mapping[Key, str] | None = None,
    form: ReasonForm | None = None,
) -> HttpResponse:
    person, today = person_of(request), business_date(clock())
    known, found = queries.item_rows(handover)
    rows = queries.shown_rows(known, handover=handover, reader=person, as_of=today)
    is_receiver = handover.receiver_id == person.pk and person.may(CONFIRM)
    context = {
        "handover": handover,
        "rows": [(row, (remarks or {}).get(row.key, row.remark)) for row in rows],
        "found": found,
        "is_proposed": handover.state == queries.State.PROPOSED,
        "may_confirm": is_receiver and handover.state == queries.State.PROPOSED,
        "may_withdraw": queries.may_withdraw(handover, person=person, as_of=today),
        "errors": errors,
        "reason_form": form or ReasonForm(),
        "history": core_queries.audit_of(Subject(queries.HANDOVER_KIND, handover.pk)),
    }
    return render(request, "people/handover/page.html", context, status=422 if errors or form else 200)


def _with_reason(request: HttpRequest, handover: Handover, *, act: Callable[..., object], done: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, handover, form=form)

    def decide(by: "User", now: datetime) -> None:
        act(handover.pk, by=by, now=now, reason=form.cleaned_data["reason"])

    return _decide(request, handover, act=decide, done=done)


def _decide(
    request: HttpRequest,
    handover: Handover,
    *,
    act: Callable[["User", datetime], None],
    done: str,
    remarks: Mapping[Key, str] | None = None,
) -> HttpResponse:
    try:
        act(person_of(request), clock())
    except services.UnableToHandOver as error:
        code, *missing = error.args
        codes = [code] if code == "NOT_MOVED" else error.args
        return _page(request, handover, errors=[refusal(one, missing=missing) for one in codes], remarks=remarks)
    messages.success(request, done)
    return redirect("people:handover", handover.pk)


def _visible(request: HttpRequest, number: int) -> Handover:
    return get_object_or_404(queries.visible_handovers(person_of(request), business_date(clock())), pk=number)
