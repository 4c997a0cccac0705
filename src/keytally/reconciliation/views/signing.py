"""Sign off, open again with a reason, take the statement of account away; and what others did meanwhile."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keytally.core import export_pages
from keytally.core.access import person_of, requires
from keytally.reconciliation import exports, queries
from keytally.reconciliation.services import signing
from keytally.reconciliation.views import found as pages

LANGUAGES = {"zh": "zh-hans", "en": "en"}


@requires("reconcile.sign")
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.changeable(request, number, "reconcile.sign")
    if found.is_signed:
        return redirect("reconciliation:show", number)
    note = request.POST.get("note", "")[:500]
    if request.method == "POST":
        try:
            is_done = pages.trying(
                request,
                number,
                lambda: signing.sign_off(
                    number, note=note, by=person_of(request), now=datetime.now(UTC), seen=pages.version_in(request)
                ),
                wanted="reconciliation.sign_off",
            )
        except signing.UnableToSign as error:
            messages.error(request, refusal_sentence(error))
        else:
            if is_done:
                messages.success(request, _("Signed off. The statement of account is ready to print."))
            return redirect("reconciliation:show", number)
    against = [(one.code, refusal_sentence(one)) for one in signing.reasons_against(found, note=note)]
    is_stopped = any(code != "ROWS_REJECTED" for code, _sentence in against)
    context = {
        "found": found,
        "against": against,
        "note": note,
        "is_stopped": is_stopped,
        "deductions": queries.deductions_left(number),
    }
    return render(request, "reconciliation/sign.html", context, status=422 if request.method == "POST" else 200)


@requires("reconcile.reopen")
@require_POST
def reopen(request: HttpRequest, number: int) -> HttpResponse:
    pages.changeable(request, number, "reconcile.reopen")
    reason = request.POST.get("reason", "")
    try:
        signing.reopen(number, reason=reason, by=person_of(request), now=datetime.now(UTC))
        messages.success(request, _("Open again. The statement that was signed is kept."))
    except signing.UnableToReopen as error:
        is_reason = error.args[0] == "REASON"
        messages.error(request, _("Say why it is opened again.") if is_reason else _("It is not signed off."))
    return redirect("reconciliation:show", number)


@requires("reconcile.view")
@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, number: int, statement_id: int, language: str) -> HttpResponseBase:
    found = pages.visible(request, number)
    if language not in LANGUAGES:
        raise Http404
    signed = get_object_or_404(queries.statements(number), pk=statement_id)
    offer = exports.offer_of_statement(found, signed, language=LANGUAGES[language])
    return export_pages.answer(request, offer, back=reverse("reconciliation:show", args=[number]))


@requires("reconcile.view")
@require_GET
def news(request: HttpRequest, number: int) -> HttpResponse:
    found = pages.visible(request, number)
    since = request.GET.get("since", "0")
    entry = int(since) if since.isascii() and since.isdecimal() and len(since) < 19 else 0
    happened = queries.news_since(number, entry=entry, person=person_of(request))
    context = {"found": found, "news": happened, "latest_entry": entry}
    return render(request, "reconciliation/_news.html", context)


def refusal_sentence(error: signing.UnableToSign) -> str:
    """Say what keeps a reconciliation from being signed off, and what to do."""
    count = error.count
    sentences = {
        "RUNNING": lambda: _("A run is at work; wait for it or stop it first."),
        "NOT_RUN": lambda: _("It was corrected since its last run, or never run; run it first."),
        "RUN_AGAIN": lambda: ngettext(
            "%(count)d decision is not in the result yet; run again first.",
            "%(count)d decisions are not in the result yet; run again first.",
            count,
        ),
        "LINES_OPEN": lambda: ngettext(
            "%(count)d line is unexplained or ambiguous; explain it, or accept it with a reason.",
            "%(count)d lines are unexplained or ambiguous; explain them, or accept each with a reason.",
            count,
        ),
        "ROWS_REJECTED": lambda: ngettext(
            "%(count)d row could not be read; mend it, or say in the note why it may stay out.",
            "%(count)d rows could not be read; mend them, or say in the note why they may stay out.",
            count,
        ),
    }
    return sentences[error.code]() % {"count": count}
