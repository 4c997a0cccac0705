"""A person's own API tokens."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from keytally.core.access import person_of, signed_in
from keytally.identity.confirmation import confirmed
from keytally.identity.forms import TokenForm
from keytally.identity.queries.tokens import tokens_of
from keytally.identity.services import tokens


@signed_in
@confirmed
@never_cache
def own_tokens(request: HttpRequest) -> HttpResponse:
    person, now, made = person_of(request), datetime.now(UTC), ""
    form = TokenForm(person, request.POST or None)
    is_right = request.method == "POST" and form.is_valid()
    if is_right:
        _token, made = tokens.make_token(person, **form.cleaned_data, now=now)
        form = TokenForm(person)
    shown = {"form": form, "tokens": tokens_of(person), "made": made, "now": now}
    return render(request, "identity/own_tokens.html", shown, status=422 if form.is_bound and not is_right else 200)


@signed_in
@require_POST
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    person = person_of(request)
    if not tokens.revoke_token(token_id, person=person, by=person, now=datetime.now(UTC)):
        raise Http404
    messages.success(request, _("The token no longer works."))
    return redirect("users:tokens")
