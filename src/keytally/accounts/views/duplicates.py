"""Pages of duplicates: pairs with their reasons, merge, undo, say that they are two."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.accounts.models import AccountMerge, AccountNode
from keytally.accounts.queries import duplicates as queries
from keytally.accounts.queries.reach import CHANGE, visible_node
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.services import merging
from keytally.core.access import person_of, requires
from keytally.core.clock import business_date


@requires("accounts.change")
@require_GET
def duplicates(request: HttpRequest) -> HttpResponse:
    person, today = person_of(request), business_date(datetime.now(UTC))
    chain = request.GET.get("chain", "")
    found = queries.pairs(
        person, as_of=today, chain=int(chain) if chain.isascii() and chain.isdecimal() and len(chain) < 16 else None
    )
    context = {"pairs": found, "merges": queries.recent_merges(person, as_of=today)}
    return render(request, "accounts/duplicates.html", context)


@requires("accounts.change")
@require_POST
def merge(request: HttpRequest) -> HttpResponse:
    kept, alias = _node(request, "kept"), _node(request, "alias")
    person, now = person_of(request), datetime.now(UTC)
    try:
        if request.POST.get("answer") == "two":
            merging.say_two(kept, second=alias, by=person, now=now)
            messages.success(request, _("They are two; they are not proposed again."))
        else:
            reason = request.POST.get("reason", "")[:200] or _("the same account")
            done = merging.merge(kept, alias=alias, reason=reason, by=person, now=now)
            names = {"alias": alias.name, "kept": kept.name, "count": merging.moved_count(done)}
            messages.success(request, _("%(alias)s is an alias of %(kept)s now; it can be undone below.") % names)
            if names["count"]:
                messages.success(request, _("What hung below it hangs below %(kept)s now: %(count)s.") % names)
    except UnableToKeepAccount as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    return redirect("accounts:duplicates")


@requires("accounts.change")
@require_POST
def undo(request: HttpRequest, merge_id: int) -> HttpResponse:
    done = AccountMerge.objects.filter(pk=merge_id).first()
    now = datetime.now(UTC)
    person = person_of(request)
    if done is None or visible_node(done.kept_id, person=person, as_of=business_date(now), permission=CHANGE) is None:
        raise Http404
    try:
        merging.undo_merge(done, by=person, now=now)
        messages.success(request, _("The merge was undone: both accounts are as they were."))
    except UnableToKeepAccount as refusal:
        for sentence in refusal.sentences():
            messages.error(request, sentence)
    return redirect("accounts:duplicates")


def _node(request: HttpRequest, name: str) -> AccountNode:
    number, today = request.POST.get(name, ""), business_date(datetime.now(UTC))
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise Http404
    node = visible_node(int(number), person=person_of(request), as_of=today, permission=CHANGE)
    if node is None:
        raise Http404
    return node
