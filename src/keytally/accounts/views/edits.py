"""Pages on which something of an account is typed: one page, one form, one service for each."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keytally.accounts.forms.account import (
    AccountForm,
    ClassesForm,
    CodeDaysForm,
    CodeForm,
    MoveForm,
    NewAccountForm,
    PartiesForm,
    StatusForm,
    TierForm,
)
from keytally.accounts.forms.fields import holder
from keytally.accounts.forms.relations import JudgementForm, ProcedureForm
from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountCode, AccountNode
from keytally.accounts.queries import lists, pages
from keytally.accounts.queries.activation import parties_on
from keytally.accounts.queries.reach import CHANGE, visible_to
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services import classes, codes, figures, nodes, parties, practice
from keytally.accounts.views.occasions import Data, Edit, Occasion, answer, occasion, refuse
from keytally.accounts.views.standing import STANDING
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date

if TYPE_CHECKING:
    pass


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int, what: str) -> HttpResponse:
    return answer(request, occasion(request, number, permission=CHANGE), EDITS.get(what))


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    person, now = person_of(request), datetime.now(UTC)
    today = business_date(now)
    seen = visible_to(person, as_of=today, permission=CHANGE)
    first = {"kind": request.GET.get("kind", NodeKind.STORE.value), "parent": request.GET.get("parent", "")}
    form = NewAccountForm(request.POST or None, nodes=seen, initial={**first, "owner": person.pk})
    if request.method == "POST" and form.is_valid():
        try:
            node = nodes.add_account(_wanted(form, key=request.POST.get("key", "")), by=person, on=today, now=now)
        except UnableToKeepAccount as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s was added as %(code)s.") % {"name": node.name, "code": node.code})
            return redirect("accounts:show", node.pk)
    shown = {"form": form, "title": _("New account"), "back": reverse("accounts:list"), "key": _key(request, now)}
    return render(request, "accounts/form.html", shown, status=422 if form.is_bound else 200)


def _key(request: HttpRequest, now: datetime) -> str:
    """Give a new form a key, so that sending it twice adds one account."""
    return request.POST.get("key") or f"page-{person_of(request).pk}-{now:%Y%m%d%H%M%S%f}"


def _wanted(form: NewAccountForm, *, key: str) -> nodes.NewAccount:
    said = form.cleaned_data
    return nodes.NewAccount(
        kind=NodeKind(said["kind"]),
        name_zh=said["name_zh"],
        parent=said["parent"],
        code=said["code"],
        owner=holder(form, "owner"),
        facts=form.facts(),
        legal_name=said["legal_name"],
        tax_id=said["tax_id"],
        key=key[:64],
    )


def _parties_form(found: Occasion, data: Data) -> forms.Form:
    store = found.node
    now = parties_on(store.pk, as_of=found.today)
    first = {"buyer": store.pk, "ship_to": store.pk, "bill_to": store.pk}
    if now:
        first = {"buyer": now.buyer_id, "ship_to": now.ship_to_id, "bill_to": now.bill_to_id}
    initial = {**first, "starts_on": found.today}
    return PartiesForm(data, store=store, parties=_parties_of(store), initial=initial)


def _parties_of(store: AccountNode) -> list[AccountNode]:
    """List who may be a party beside the store: the head-office side of its chain."""
    side = AccountNode.objects.filter(chain=store.chain_id, merged_into=None).exclude(kind=NodeKind.STORE)
    return list(side.order_by("kind", "name_sort")[:100])


def _keep_parties(found: Occasion, form: PartiesForm) -> None:
    said = form.cleaned_data
    chosen = {name: said[name] for name in ("buyer", "ship_to", "bill_to", "starts_on")}
    parties.set_parties(found.node, **chosen, by=found.by, now=found.now)


def _keep_facts(found: Occasion, form: AccountForm) -> None:
    nodes.change_account(found.node, facts=form.facts(), by=found.by, now=found.now)


@requires("accounts.change")
@require_http_methods(["GET", "POST"])
def date_code(request: HttpRequest, code_id: int) -> HttpResponse:
    kept = AccountCode.objects.filter(pk=code_id).first()
    if kept is None:
        raise Http404
    found = occasion(request, kept.node_id, permission=CHANGE)

    def keep_days(_found: Occasion, form: forms.Form) -> None:
        codes.date_code(kept, **form.cleaned_data, by=found.by, now=found.now)

    initial = {"starts_on": kept.starts_on, "ends_before": kept.ends_before}
    wanted = Edit(
        _("Days of the code %(code)s") % {"code": kept.code},
        lambda _found, data: CodeDaysForm(data, initial=initial),
        keep_days,
        gettext_lazy("Where a retailer renumbers, the old code ends on the day the new one begins."),
    )
    return answer(request, found, wanted)


def _keep_code(found: Occasion, form: CodeForm) -> None:
    said = form.cleaned_data
    codes.add_code(
        found.node,
        side=CodeSide(said["side"]),
        code=said["code"],
        starts_on=said["starts_on"],
        ends_before=said["ends_before"],
        by=found.by,
        now=found.now,
    )


def _classes_form(found: Occasion, data: Data) -> forms.Form:
    held = found.node.classifications.values_list("value__axis__code", "value__code", "value__axis__is_several")
    initial: dict[str, Any] = {}
    for axis, value, is_several in held:
        initial[axis] = [*initial.get(axis, []), value] if is_several else value
    return ClassesForm(data, axes=lists.axes(), initial=initial)


def _keep_classes(found: Occasion, form: ClassesForm) -> None:
    for axis, values in form.chosen().items():
        classes.classify(found.node, axis=axis, values=values, by=found.by, now=found.now)


def _keep_tier(found: Occasion, form: TierForm) -> None:
    said = form.cleaned_data
    classes.set_tier(found.node, year=said["year"], tier=Tier(said["tier"]), by=found.by, now=found.now)


def _keep_status(found: Occasion, form: StatusForm) -> None:
    reason = form.cleaned_data["reason"]
    nodes.set_status(found.node, status=form.status_chosen(), by=found.by, on=found.today, now=found.now, reason=reason)


def _above(found: Occasion) -> QuerySet[AccountNode]:
    return visible_to(found.by, as_of=found.today, permission=CHANGE).exclude(
        Q(pk=found.node.pk) | Q(above__ancestor=found.node)
    )


def _keep_place(found: Occasion, form: MoveForm) -> None:
    nodes.place_account(found.node, **form.cleaned_data, by=found.by, on=found.today, now=found.now)


def _keep_judgement(found: Occasion, form: JudgementForm) -> None:
    said = form.cleaned_data
    figures.judge_part(
        found.node,
        part=Part(said["part"]),
        points=said["points"],
        reason=said["reason"],
        by=found.by,
        on=found.today,
        now=found.now,
    )
    figures.score_accounts(as_of=found.today)


def _procedure_form(found: Occasion, data: Data) -> forms.Form:
    now = pages.procedure_on(found.node, as_of=found.today)
    lines = [_line(one.day, one.name_zh, one.name_en) for one in now.steps.all()] if now else []
    return ProcedureForm(data, initial={"starts_on": found.today, "steps": "\n".join(lines)})


def _line(day: int | None, chinese: str, english: str) -> str:
    return " ".join(filter(None, (str(day or ""), chinese, f"| {english}" if english else "")))


def _keep_procedure(found: Occasion, form: ProcedureForm) -> None:
    said = form.cleaned_data
    practice.set_procedure(found.node, items=said["steps"], starts_on=said["starts_on"], by=found.by, now=found.now)


EDITS: dict[str, Edit] = {
    "facts": Edit(
        gettext_lazy("What is known"),
        lambda found, data: AccountForm(data, initial=AccountForm.shown(found.node), is_change=True),
        _keep_facts,
    ),
    "parties": Edit(
        gettext_lazy("Who orders, who receives, who pays"),
        _parties_form,
        _keep_parties,
        gettext_lazy(
            "The mode follows from who receives and who pays. What holds now ends on the day the new parties begin."
        ),
    ),
    "code": Edit(gettext_lazy("Add a code"), lambda _found, data: CodeForm(data), _keep_code),
    "classes": Edit(gettext_lazy("Classes"), _classes_form, _keep_classes),
    "tier": Edit(
        gettext_lazy("Tier for a year"),
        lambda found, data: TierForm(data, initial={"year": found.today.year}),
        _keep_tier,
        gettext_lazy("The tier says how the account is led; the credit grade is another field."),
    ),
    "status": Edit(
        gettext_lazy("Status"),
        lambda found, data: StatusForm(data, initial={"status": found.node.status}),
        _keep_status,
    ),
    "place": Edit(
        gettext_lazy("Move under another parent"),
        lambda found, data: MoveForm(data, nodes=_above(found), initial={"starts_on": found.today}),
        _keep_place,
    ),
    "judge": Edit(gettext_lazy("Judge a part of the score"), lambda _found, data: JudgementForm(data), _keep_judgement),
    "procedure": Edit(gettext_lazy("Settlement procedure"), _procedure_form, _keep_procedure),
    **STANDING,
}
