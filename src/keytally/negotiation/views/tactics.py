"""The tactics with what worked, and the rules of negotiation that a company changes from a day on."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keytally.core.access import requires
from keytally.core.rule_sets import UnableToKeep, history, keep_rule_set, rule_set, sentence
from keytally.negotiation import rule_data
from keytally.negotiation.forms import PatternForm, TacticRuleForm
from keytally.negotiation.queries.table import records
from keytally.negotiation.rules.phases import Record
from keytally.playbook.labels import TACTICS
from keytally.playbook.rules.tags import TacticCode
from keytally.playbook.views.moments import Moment, moment

LISTS = ("phases", "difficulties", "methods")


@requires("negotiation.view")
@require_GET
def tactics(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    texts, known = rule_data.tactic_texts(as_of=found.today), records()
    context = {
        "tactics": [(code, texts[code], known.get(code, Record())) for code in TacticCode],
        "may_rule": found.by.may("negotiation.rules"),
        "is_default": not history(rule_data.TACTICS),
        "limits": rule_set(rule_data.PATTERN, as_of=found.today),
    }
    return render(request, "negotiation/tactics.html", context)


@requires("negotiation.rules")
@require_http_methods(["GET", "POST"])
def tactic(request: HttpRequest, code: str) -> HttpResponse:
    if code not in set(TacticCode):
        raise Http404
    found = moment(request)
    kept = [dict(one) for one in rule_set(rule_data.TACTICS, as_of=found.today)["tactics"]]
    one = next(each for each in kept if each["code"] == code)
    form = TacticRuleForm(request.POST or None, initial={**one, "starts_on": found.today})

    def content() -> dict[str, Any]:
        said = {name: form.cleaned_data[name] for name in form.fields if name not in ("starts_on", "reason")}
        return {"tactics": [{**each, **said} if each["code"] == code else each for each in kept]}

    return _answer(request, found, form, rule_data.TACTICS, content, title=str(TACTICS[TacticCode(code)]))


@requires("negotiation.rules")
@require_http_methods(["GET", "POST"])
def pattern(request: HttpRequest) -> HttpResponse:
    found = moment(request)
    initial = {**rule_set(rule_data.PATTERN, as_of=found.today), "starts_on": found.today}
    form = PatternForm(request.POST or None, initial=initial)

    def content() -> dict[str, Any]:
        return {name: form.cleaned_data[name] for name in ("big_step_percent", "near_percent", "most_concessions")}

    return _answer(request, found, form, rule_data.PATTERN, content, title=_("Limits of the pattern watch"))


def _answer(
    request: HttpRequest,
    found: Moment,
    form: django_forms.Form,
    code: str,
    content: "Callable[[], dict[str, Any]]",
    *,
    title: str,
) -> HttpResponse:
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            keep_rule_set(
                code,
                content=content(),
                starts_on=said["starts_on"],
                by=found.by,
                now=found.now,
                reason=said["reason"],
            )
        except UnableToKeep as refusal:
            for problem in refusal.problems:
                form.add_error(None, sentence(code, problem))
        else:
            messages.success(request, _("Kept."))
            return redirect("negotiation:tactics")
    context = {"form": form, "title": title, "back": reverse("negotiation:tactics")}
    return render(request, "negotiation/form.html", context, status=422 if form.is_bound else 200)
