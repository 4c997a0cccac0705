"""Questions to the support centre: the list, one with its answer, asking; the experts and their clock."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.accounts.queries.reach import visible_to as visible_accounts
from keytally.core.access import requires
from keytally.core.queries import audit_of
from keytally.core.rule_sets import UnableToKeep, history, keep_rule_set, sentence
from keytally.playbook import rule_data
from keytally.playbook.forms import AgainForm, ClockForm, ExpertForm, PassForm, QuestionForm, SupportAnswerForm, chosen
from keytally.playbook.models import SupportExpert, SupportQuestion
from keytally.playbook.queries import support
from keytally.playbook.queries.suggestions import suggestions
from keytally.playbook.refusals import UnableToKeepEntry
from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import EntryKind
from keytally.playbook.rules.tags import Axis
from keytally.playbook.services import support as services
from keytally.playbook.services.telling import subject_of
from keytally.playbook.views.moments import Moment, form_key, kept, moment

if TYPE_CHECKING:
    from collections.abc import Callable

PER_PAGE = 30


@requires("playbook.questions")
@require_GET
def question_list(request: HttpRequest) -> HttpResponse:
    found, asked = moment(request), support.asked_of(request.GET.dict())
    questions = support.filtered(found.by, asked, as_of=found.today, now=found.now)
    page = Paginator(questions, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "asked": asked,
        "now": found.now,
        "kept": f"{query}&" if (query := asked.query()) else "",
        "states": SupportQuestion.State.choices,
        "may_ask": found.by.may("playbook.ask"),
        "working_days": rule_data.working_days(as_of=found.today),
        "experts": support.experts_on(found.today),
    }
    return render(request, "playbook/questions.html", context)


@requires("playbook.questions")
@require_GET
def question_page(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    return _page(request, found, _question(found, number))


@requires("playbook.ask")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    found, key = moment(request), form_key(request, moment(request))
    nodes = visible_accounts(found.by, as_of=found.today)
    first = {"account": request.GET.get("account", "")}
    form = QuestionForm(request.POST or None, nodes=nodes, initial=first)
    made: list[SupportQuestion] = []

    def keep() -> None:
        said = form.cleaned_data
        wish = services.Wish(said["title"], said["text"], form.tags(), said["account"], key)
        made.append(services.ask(wish, by=found.by, now=found.now))

    if kept(form, keep):
        messages.success(request, _("Asked. The clock runs; you hear as soon as somebody answers."))
        return redirect("playbook:question", made[0].pk)
    title, back = _("Ask the support centre"), reverse("playbook:questions")
    context = {"form": form, "title": title, "back": back, "key": key, "button": pgettext("support question", "Ask")}
    return render(request, "playbook/form.html", context, status=422 if form.is_bound else 200)


@requires("playbook.answer")
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    question = _put_to(found, number)
    form = SupportAnswerForm(request.POST)

    def keep() -> None:
        said = form.cleaned_data
        services.answer(number, text=said["text"], kind=EntryKind(said["kind"]), by=found.by, now=found.now)

    if kept(form, keep):
        messages.success(request, _("Answered; the answer stands in the playbook now."))
        return redirect("playbook:question", number)
    return _page(request, found, question, answer_form=form)


@requires("playbook.answer")
@require_POST
def pass_on(request: HttpRequest, number: int) -> HttpResponse:
    found = moment(request)
    question = _put_to(found, number)
    form = PassForm(request.POST)

    def keep() -> None:
        reason = form.cleaned_data["reason"]
        services.pass_on(number, to=chosen(form), by=found.by, now=found.now, reason=reason)

    if kept(form, keep):
        messages.success(request, _("Passed on; the clock runs on."))
        return redirect("playbook:questions")
    return _page(request, found, question, pass_form=form)


@requires("playbook.ask")
@require_POST
def react(request: HttpRequest, number: int, how: str) -> HttpResponse:
    found = moment(request)
    question = support.asked_by(found.by).filter(pk=number).first()
    steps: dict[str, Callable[[], None]] = {
        "helped": lambda: services.settle(number, by=found.by, now=found.now),
        "again": lambda: services.ask_again(number, text=request.POST.get("text", ""), by=found.by, now=found.now),
        "withdraw": lambda: services.withdraw(number, by=found.by, now=found.now),
    }
    if question is None or how not in steps:
        raise Http404
    try:
        steps[how]()
        messages.success(request, _("Kept."))
    except UnableToKeepEntry as refusal:
        messages.error(request, " ".join(refusal.sentences()))
    return redirect("playbook:question", number)


@requires("playbook.experts")
@require_http_methods(["GET", "POST"])
def experts(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    is_clock = request.POST.get("what") == "clock"
    form = ExpertForm(None if is_clock else request.POST or None, initial={"starts_on": found.today})
    clock = ClockForm(request.POST if is_clock else None, initial=_clock(found))
    if is_clock and _clock_kept(clock, found):
        messages.success(request, _("Kept."))
        return redirect("playbook:experts")
    if not is_clock and kept(form, lambda: _name_expert(form, found)):
        messages.success(request, _("Named."))
        return redirect("playbook:experts")
    known = list(SupportExpert.objects.select_related("person").order_by("desk", "ends_before", "pk"))
    context = {"form": form, "clock": clock, "experts": known, "history": history(rule_data.CLOCK)}
    bound = form.is_bound or clock.is_bound
    return render(request, "playbook/experts.html", context, status=422 if bound else 200)


@requires("playbook.experts")
@require_POST
def end_expert(request: HttpRequest, expert_id: int) -> HttpResponse:
    found = moment(request)
    expert = SupportExpert.objects.filter(pk=expert_id, ends_before=None).first()
    if expert is None:
        raise Http404
    services.end_expert(expert, by=found.by, now=found.now)
    messages.success(request, _("The expert's time ends today."))
    return redirect("playbook:experts")


def _page(
    request: HttpRequest,
    found: Moment,
    question: SupportQuestion,
    *,
    answer_form: SupportAnswerForm | None = None,
    pass_form: PassForm | None = None,
) -> HttpResponse:
    tags = support.tags_of(question.topics)
    is_asked = found.by.may("playbook.answer") and support.is_asked(question, found.by)
    by_axis = {axis: [code for one, code in tags if one is axis] for axis in Axis}
    alike = suggestions(
        found.by,
        as_of=found.today,
        stage=next(iter(by_axis[Axis.STAGE]), ""),
        tactics=by_axis[Axis.TACTIC],
        difficulties=by_axis[Axis.DIFFICULTY],
        methods=by_axis[Axis.METHOD],
        categories=by_axis[Axis.CATEGORY],
    )
    context = {
        "question": question,
        "tags": sorted(tags),
        "seats": [seat for seat in question.experts.all() if seat.passed_at is None],
        "now": found.now,
        "is_mine": question.asker_id == found.by.pk and found.by.may("playbook.ask"),
        "is_asked": is_asked and question.is_open,
        "answer_form": answer_form or SupportAnswerForm(),
        "pass_form": pass_form or PassForm(),
        "again_form": AgainForm(),
        "alike": [one for one in alike if one.entry.pk != question.entry_id],
        "sees_account": question.node_id is not None
        and visible_accounts(found.by, as_of=found.today).filter(pk=question.node_id).exists(),
        "history": audit_of(subject_of(question))[:20],
    }
    is_refused = answer_form is not None or pass_form is not None
    return render(request, "playbook/question.html", context, status=422 if is_refused else 200)


def _question(found: Moment, number: int) -> SupportQuestion:
    question = support.question_of(number, person=found.by, as_of=found.today)
    if question is None:
        raise Http404
    return question


def _put_to(found: Moment, number: int) -> SupportQuestion:
    """Find a question that is put to a person; to everybody else there is none."""
    question = _question(found, number)
    if not question.experts.filter(person=found.by).exists():
        raise Http404
    return question


def _name_expert(form: ExpertForm, found: Moment) -> None:
    said = form.cleaned_data
    services.name_expert(
        chosen(form),
        desk=Desk(said["desk"]),
        topics=sorted(form.tags()),
        starts_on=said["starts_on"],
        by=found.by,
        now=found.now,
    )


def _clock(found: Moment) -> dict[str, object]:
    return {"working_days": rule_data.working_days(as_of=found.today), "starts_on": found.today}


def _clock_kept(form: ClockForm, found: Moment) -> bool:
    if not form.is_valid():
        return False
    said = form.cleaned_data
    try:
        keep_rule_set(
            rule_data.CLOCK,
            content={"working_days": said["working_days"]},
            starts_on=said["starts_on"],
            by=found.by,
            now=found.now,
            reason=said["reason"],
        )
    except UnableToKeep as refusal:
        for problem in refusal.problems:
            form.add_error(None, sentence(rule_data.CLOCK, problem))
        return False
    return True
