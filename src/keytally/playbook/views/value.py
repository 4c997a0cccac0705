"""Value given to an account: written down from its page, taken back with a reason (K06)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keytally.core.access import requires
from keytally.playbook.forms import ReasonForm, ValueForm
from keytally.playbook.queries import value
from keytally.playbook.services import value as services
from keytally.playbook.views.moments import form_key, kept, moment

RELATE = "accounts.relate"


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, number: int) -> HttpResponse:
    found, key = moment(request), form_key(request, moment(request))
    node = value.node_of(number, person=found.by, as_of=found.today, permission=RELATE)
    if node is None:
        raise Http404
    form = ValueForm(request.POST or None, contacts=value.contacts_of(node), initial={"given_on": found.today})
    back = f"{reverse('accounts:show', args=[number])}#value"
    if kept(
        form,
        lambda: services.record_value(node, form.gift(key=key), by=found.by, today=found.today, now=found.now),
    ):
        messages.success(request, _("Kept."))
        return redirect(back)
    about = _("Only valuable cooperation lasts: what does this customer get from us beside goods?")
    context = {"form": form, "title": _("Value given"), "node": node, "back": back, "key": key, "help": about}
    return render(request, "playbook/form.html", context, status=422 if form.is_bound else 200)


@requires("accounts.relate")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, value_id: int) -> HttpResponse:
    found = moment(request)
    given = value.visible_to(found.by, found.today, permission=RELATE).filter(pk=value_id).first()
    if given is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    back = f"{reverse('accounts:show', args=[given.node_id])}#value"

    def keep() -> None:
        services.withdraw_value(given.pk, by=found.by, now=found.now, reason=form.cleaned_data["reason"])

    if kept(form, keep):
        messages.success(request, _("Taken back; it stays readable."))
        return redirect(back)
    context = {"form": form, "title": _("Take back"), "node": given.node, "back": back, "help": given.what}
    return render(request, "playbook/form.html", context, status=422 if form.is_bound else 200)
