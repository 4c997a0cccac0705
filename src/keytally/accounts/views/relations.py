"""Pages for contacts, evidence, promises, development steps, dedicated people and grants."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keytally.accounts.forms.fields import holder
from keytally.accounts.forms.relations import (
    AnswerForm,
    ContactForm,
    DedicatedForm,
    EvidenceForm,
    GrantForm,
    MatterAnswerForm,
    MatterForm,
    OwnerForm,
    PromiseForm,
    StepForm,
)
from keytally.accounts.labels import PLAN_STEPS, Department, GrantKind, MatterState, PlanStep, PromiseKind, PromiseState
from keytally.accounts.models import AccountGrant, AccountPromise, Contact, CoordinationMatter
from keytally.accounts.queries import pages
from keytally.accounts.queries.reach import GRANT, RELATE
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rule_data import decay
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.services import contacts, coordination, keepers, practice
from keytally.accounts.views.occasions import Data, Edit, Occasion, answer, occasion
from keytally.core.access import requires

if TYPE_CHECKING:
    from keytally.accounts.models import AccountNode


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def relate(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=RELATE), RELATIONS.get(what) or _step_edit(what))


@requires("accounts.grant")
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=GRANT), KEEPERS.get(what), anchor="#keepers")


@requires("accounts.grant")
@require_POST
def end_grant(request: HttpRequest, grant_id: int) -> HttpResponse:
    given = AccountGrant.objects.filter(pk=grant_id).first()
    if given is None:
        raise Http404
    found = occasion(request, given.node_id, permission=GRANT)
    keepers.end_grant(given, on=found.today, by=found.by, now=found.now)
    messages.success(request, _("The grant ends today."))
    return redirect("accounts:show", given.node_id)


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    known = _contact(contact_id)
    found = occasion(request, known.node_id, permission=RELATE)

    def keep_it(_found: Occasion, form: ContactForm) -> None:
        contacts.change_contact(known, facts=form.facts(), holder=holder(form), by=found.by, now=found.now)

    wanted = Edit(known.name, lambda _found, data: ContactForm(data, initial=ContactForm.shown(known)), keep_it)
    return answer(request, found, wanted, anchor="#contacts")


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def evidence(request: HttpRequest, contact_id: int) -> HttpResponse:
    known = _contact(contact_id)
    found = occasion(request, known.node_id, permission=RELATE)
    form = EvidenceForm(request.POST or None, initial={"on": found.today})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            contacts.record_evidence(
                known,
                on=said["on"],
                kind=EvidenceKind(said["kind"]),
                rung=Rung(said["rung"]),
                note=said["note"],
                by=found.by,
                today=found.today,
                now=found.now,
            )
        except UnableToKeepAccount as refusal:
            for sentence in refusal.sentences():
                form.add_error(None, sentence)
        else:
            messages.success(request, _("Kept."))
            return redirect("accounts:evidence", known.pk)
    shown = pages.known_of(known, as_of=found.today, chosen=decay(as_of=found.today))
    context = {"form": form, "known": shown, "node": known.node, "decay": decay(as_of=found.today)}
    return render(request, "accounts/evidence.html", context, status=422 if form.is_bound else 200)


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def promise(request: HttpRequest, promise_id: int) -> HttpResponse:
    given = AccountPromise.objects.filter(pk=promise_id).first()
    return _said_of(request, given, PROMISED)


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def matter(request: HttpRequest, matter_id: int) -> HttpResponse:
    given = CoordinationMatter.objects.filter(pk=matter_id).first()
    return _said_of(request, given, RAISED)


@dataclass(frozen=True, slots=True)
class Open:
    """What waits for an answer on an account: its form, the states and the words it ends with, and what keeps them."""

    form: type[forms.Form]
    state: type[PromiseState] | type[MatterState]
    words: str
    keep: Callable[..., object]
    anchor: str


PROMISED = Open(AnswerForm, PromiseState, "evidence", practice.answer_promise, "#practice")
RAISED = Open(MatterAnswerForm, MatterState, "answer", coordination.answer_matter, "#coordination")


def _said_of(request: HttpRequest, given: AccountPromise | CoordinationMatter | None, wanted: Open) -> HttpResponse:
    """Ask what came of a promise or a matter, and keep the answer."""
    if given is None:
        raise Http404
    found = occasion(request, given.node_id, permission=RELATE)

    def keep_it(_found: Occasion, form: forms.Form) -> None:
        said = form.cleaned_data
        state, words = wanted.state(said["state"]), {wanted.words: said[wanted.words]}
        wanted.keep(given, state=state, **words, by=found.by, on=found.today, now=found.now)

    edit = Edit(str(given), lambda _found, data: wanted.form(data), keep_it)
    return answer(request, found, edit, anchor=wanted.anchor)


def _contact(contact_id: int) -> Contact:
    known = (
        Contact.objects.filter(pk=contact_id).select_related("node").prefetch_related("evidence__recorded_by").first()
    )
    if known is None:
        raise Http404
    return known


def _keep_contact(found: Occasion, form: ContactForm) -> None:
    contacts.add_contact(found.node, facts=form.facts(), holder=holder(form), by=found.by, now=found.now)


def _promise_form(found: Occasion, data: Data) -> forms.Form:
    initial = {"owner": found.by.pk}
    return PromiseForm(data, contacts=_present(found.node), initial=initial)


def _present(node: "AccountNode") -> list[Contact]:
    return list(node.contacts.filter(left_on=None))


def _keep_promise(found: Occasion, form: PromiseForm) -> None:
    said = form.cleaned_data
    pledge = practice.Pledge(
        kind=PromiseKind(said["kind"]),
        promised=said["promised"],
        asked_in_return=said["asked_in_return"],
        due_on=said["due_on"],
        contact=said["contact"],
    )
    practice.promise(found.node, pledge=pledge, owner=said["owner"], by=found.by, on=found.today, now=found.now)


def _matter_form(found: Occasion, data: Data) -> forms.Form:
    return MatterForm(data, contacts=_present(found.node), initial={"owner": found.by.pk})


def _keep_matter(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    matter = coordination.Matter(
        department=Department(said["department"]),
        matter=said["matter"],
        due_on=said["due_on"],
        contact=said["contact"],
    )
    coordination.raise_matter(
        found.node, matter=matter, owner=said["owner"], by=found.by, on=found.today, now=found.now
    )


def _step_edit(what: str) -> Edit | None:
    """Make the page of one of the five steps: plan-choose, plan-map ..."""
    name = what.removeprefix("plan-").upper()
    if not what.startswith("plan-") or name not in set(PlanStep):
        return None
    step = PlanStep(name)

    def form(found: Occasion, data: Data) -> forms.Form:
        kept = found.node.development.filter(step=step).first()
        known = {field: getattr(kept, field) for field in StepForm.base_fields} if kept else {"owner": found.by}
        return StepForm(data, initial=known)

    def keep_step(found: Occasion, filled: forms.Form) -> None:
        practice.set_development_step(found.node, step=step, **filled.cleaned_data, by=found.by, now=found.now)

    title, about = PLAN_STEPS[step]
    return Edit(title, form, keep_step, about)


def _keep_dedicated(found: Occasion, form: forms.Form) -> None:
    keepers.set_dedicated(found.node, **form.cleaned_data, by=found.by, now=found.now)


def _keep_owner(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    keepers.give_over(found.node, to=said["owner"], reason=said["reason"], by=found.by, now=found.now)


def _keep_grant(found: Occasion, form: forms.Form) -> None:
    said = {**form.cleaned_data, "kind": GrantKind(form.cleaned_data["kind"])}
    keepers.grant(found.node, **said, by=found.by, now=found.now)


RELATIONS: dict[str, Edit] = {
    "contact": Edit(gettext_lazy("New contact"), lambda _found, data: ContactForm(data), _keep_contact),
    "promise": Edit(
        gettext_lazy("New promise"),
        _promise_form,
        _keep_promise,
        gettext_lazy("A promise is kept or the store will not recognise you; ask for something in return."),
    ),
    "matter": Edit(
        gettext_lazy("New matter to coordinate"),
        _matter_form,
        _keep_matter,
        gettext_lazy("What the account needs of one of our departments; it waits under Today of whoever sees to it."),
    ),
}
KEEPERS: dict[str, Edit] = {
    "owner": Edit(
        gettext_lazy("Give to another owner"),
        lambda found, data: OwnerForm(data, initial={"owner": found.node.owner}),
        _keep_owner,
    ),
    "dedicated": Edit(
        gettext_lazy("Dedicated person"),
        lambda found, data: DedicatedForm(data, initial={"starts_on": found.today}),
        _keep_dedicated,
        gettext_lazy("An account of tier A or B has one named person with a deputy."),
    ),
    "grant": Edit(
        gettext_lazy("Let somebody in"),
        lambda found, data: GrantForm(data, initial={"starts_on": found.today}),
        _keep_grant,
        gettext_lazy("The grant covers this account and everything below it."),
    ),
}
