"""The mails of the house: what waits, what was kept or failed and why; never what stands in them."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keytally.core import outbox
from keytally.core.access import requires
from keytally.core.models import OutgoingMail

PER_PAGE = 50


@requires("mail.view")
@require_GET
def mail_list(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first."""
    state = request.GET.get("state", "")
    found = outbox.mails()
    found = found.filter(state=state) if state in OutgoingMail.State.values else found
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(mail, str(outbox.REASONS.get(mail.why, "")) % {"fault": mail.fault}) for mail in page]
    stuck = (OutgoingMail.State.KEPT, OutgoingMail.State.FAILED)
    facts = {
        "page": page,
        "rows": rows,
        "state": state,
        "states": OutgoingMail.State.choices,
        "has_settings": bool(settings.EMAIL_HOST),
        "stuck": stuck,
    }
    return render(request, "core/mail.html", facts)


@requires("mail.change")
@require_POST
def send_again(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Put a mail that was kept or failed back among those that wait."""
    try:
        outbox.send_again(mail_id, now=datetime.now(UTC))
    except outbox.UnableToSendAgain:
        messages.info(request, _("This mail was sent, or is about to be."))
    else:
        messages.success(request, _("The mail waits to be sent."))
    return redirect("core:mail")
