"""What is typed of an account's standing: law, credit, who serves it, and which account is the same."""

from django import forms
from django.utils.translation import gettext_lazy

from keytally.accounts.forms.standing import CreditForm, LawForm, MergeForm, ServersForm
from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import CHANGE, visible_to
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import CreditGrade
from keytally.accounts.services import merging, standing
from keytally.accounts.services.nodes import supplier_named
from keytally.accounts.views.occasions import Data, Edit, Occasion
from keytally.core.sensitivity import may_read


def _law_form(found: Occasion, data: Data) -> forms.Form:
    sees_bank = may_read(found.by, kind="account", field="bank_account")
    return LawForm(data, sees_bank=sees_bank, initial=LawForm.shown(found.node))


def _keep_law(found: Occasion, form: forms.Form) -> None:
    standing.keep_law(found.node, facts=form.cleaned_data, by=found.by, now=found.now)


def _keep_credit(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    grade = CreditGrade(said["grade"])
    standing.record_credit_grade(
        found.node, grade=grade, starts_on=said["starts_on"], source=standing.BY_HAND, by=found.by, now=found.now
    )


def _servers_form(found: Occasion, data: Data) -> forms.Form:
    warehouses = AccountNode.objects.filter(chain=found.node.chain_id, kind=NodeKind.DC, merged_into=None)
    return ServersForm(data, warehouses=warehouses, initial=ServersForm.shown(found.node))


def _keep_servers(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    supplier = supplier_named(said["supplied_by"]) if said["supplied_by"].strip() else None
    servers = {"supplied_by": supplier, "served_from": said["served_from"], "promoter": said["promoter"]}
    standing.keep_servers(found.node, servers=servers, layers=said["layers"], by=found.by, now=found.now)


def _merge_form(found: Occasion, data: Data) -> forms.Form:
    others = visible_to(found.by, as_of=found.today, permission=CHANGE).filter(kind=found.node.kind, merged_into=None)
    return MergeForm(data, nodes=others.exclude(pk=found.node.pk))


def _keep_merge(found: Occasion, form: forms.Form) -> None:
    said = form.cleaned_data
    merging.merge(found.node, alias=said["alias"], reason=said["reason"], by=found.by, now=found.now)


STANDING: dict[str, Edit] = {
    "law": Edit(
        gettext_lazy("Who it is in law"),
        _law_form,
        _keep_law,
        gettext_lazy("Accounts of one company share its name, tax id and bank; a change here shows on all of them."),
    ),
    "credit": Edit(
        gettext_lazy("Credit grade"),
        lambda found, data: CreditForm(data, initial={"starts_on": found.today}),
        _keep_credit,
        gettext_lazy("The credit grade says how far an account is trusted; the tier, how it is led."),
    ),
    "servers": Edit(gettext_lazy("Who serves it"), _servers_form, _keep_servers),
    "merge": Edit(
        gettext_lazy("Merge another into it"),
        _merge_form,
        _keep_merge,
        gettext_lazy(
            "No document is rewritten: the other becomes an alias, what hangs below it hangs below this one from today "
            "on, and it can be undone under duplicates."
        ),
    ),
}
