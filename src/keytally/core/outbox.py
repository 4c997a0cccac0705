"""What leaves the house by mail? Rows written with what they tell of, sent afterwards, tried again when it fails.

A template `<capability>/mail/<name>.txt` holds the subject in its first line and the text below; it is worded when the
mail is sent, in the reader's language. Without mail settings, or without an address, a mail is kept and shown.
"""

import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from keytally.core.models import OutgoingMail, User

log = structlog.get_logger(__name__)

# How long to wait after each failed attempt; after the last the mail counts as failed.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
# An attempt that is not heard of again was cut off; the mail may then arrive twice, but it does arrive.
CUT_OFF_AFTER = timedelta(minutes=10)

NO_SETTINGS = "NO_SETTINGS"
NO_ADDRESS = "NO_ADDRESS"
REFUSED = "REFUSED"
UNREACHABLE = "UNREACHABLE"
REASONS = {
    NO_SETTINGS: _("This installation has no mail settings; set EMAIL_URL, and the mail leaves by itself."),
    NO_ADDRESS: _("The person has no e-mail address; enter one, then send again."),
    REFUSED: _("The mail server refused it: %(fault)s"),
    UNREACHABLE: _("The mail server could not be reached: %(fault)s"),
}


class UnableToSendAgain(Exception):
    """The mail was sent already, or is about to be."""


def send_mail(
    to: User, *, template: str, context: Mapping[str, Any], now: datetime, is_secret: bool = False
) -> OutgoingMail:
    """Write a mail to a person; it leaves after the transaction, or not at all if that fails."""
    return OutgoingMail.objects.create(
        to=to, template=template, context=dict(context), is_secret=is_secret, queued_at=now, due_at=now
    )


def has_due(*, now: datetime) -> bool:
    """Tell whether a mail waits to be sent."""
    return _due(now).exists()


def deliver_due(*, now: datetime, most: int = 100) -> int:
    """Send what waits, each mail by itself; answers how many left."""
    _recover(now)
    numbers = list(_due(now).order_by("due_at", "id").values_list("pk", flat=True)[:most])
    return sum(_deliver(number, now=now) for number in numbers)


def send_again(mail_id: int, *, now: datetime) -> OutgoingMail:
    """Put a mail that was kept or failed back among those that wait, or raise `UnableToSendAgain`."""
    stuck = OutgoingMail.objects.filter(pk=mail_id, state__in=[OutgoingMail.State.KEPT, OutgoingMail.State.FAILED])
    if not stuck.update(state=OutgoingMail.State.WAITING, due_at=now, attempts=0, why="", fault=""):
        raise UnableToSendAgain(mail_id)
    return OutgoingMail.objects.get(pk=mail_id)


def mails() -> QuerySet[OutgoingMail]:
    """List the mails, newest first."""
    return OutgoingMail.objects.select_related("to").order_by("-id")


def wording(mail: OutgoingMail) -> tuple[str, str]:
    """Word a mail for its reader: subject and text."""
    shown = {**mail.context, "reader": mail.to, "site_url": settings.SITE_URL}
    with translation.override(mail.to.language), timezone.override(mail.to.time_zone):
        first, _break, rest = render_to_string(mail.template, shown).strip().partition("\n")
    return first.strip(), rest.strip() + "\n"


def _due(now: datetime) -> QuerySet[OutgoingMail]:
    waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING, due_at__lte=now)
    if not settings.EMAIL_HOST:
        return waiting
    return waiting | OutgoingMail.objects.filter(state=OutgoingMail.State.KEPT, why=NO_SETTINGS)


def _recover(now: datetime) -> None:
    cut_off = OutgoingMail.objects.filter(state=OutgoingMail.State.SENDING, due_at__lte=now - CUT_OFF_AFTER)
    cut_off.update(state=OutgoingMail.State.WAITING)


def _deliver(mail_id: int, *, now: datetime) -> int:
    takeable = OutgoingMail.objects.filter(pk=mail_id, state__in=[OutgoingMail.State.WAITING, OutgoingMail.State.KEPT])
    if not takeable.update(state=OutgoingMail.State.SENDING, due_at=now):
        return 0
    mail = OutgoingMail.objects.select_related("to").get(pk=mail_id)
    missing = _missing(mail)
    if missing:
        return _settle(mail, state=OutgoingMail.State.KEPT, why=missing)
    try:
        subject, text = wording(mail)
        EmailMessage(subject, text, to=[mail.to.email]).send()
    except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected) as fault:
        return _fail(mail, why=UNREACHABLE, fault=str(fault), now=now)
    except smtplib.SMTPException as fault:
        return _fail(mail, why=REFUSED, fault=str(fault), now=now)
    except OSError as fault:
        return _fail(mail, why=UNREACHABLE, fault=str(fault), now=now)
    _settle(mail, state=OutgoingMail.State.SENT, sent_at=now, context={} if mail.is_secret else mail.context)
    return 1


def _missing(mail: OutgoingMail) -> str:
    if not settings.EMAIL_HOST:
        return NO_SETTINGS
    return "" if mail.to.email else NO_ADDRESS


def _fail(mail: OutgoingMail, *, why: str, fault: str, now: datetime) -> int:
    log.warning("mail_not_sent", mail_id=mail.pk, why=why, attempts=mail.attempts + 1)
    is_last = mail.attempts >= len(PAUSES)
    return _settle(
        mail,
        state=OutgoingMail.State.FAILED if is_last else OutgoingMail.State.WAITING,
        attempts=mail.attempts + 1,
        due_at=now if is_last else now + PAUSES[mail.attempts],
        why=why,
        fault=fault[:300],
    )


def _settle(mail: OutgoingMail, *, state: OutgoingMail.State, why: str = "", **fields: Any) -> int:  # noqa: ANN401 - columns of the row
    held = OutgoingMail.objects.filter(pk=mail.pk, state=OutgoingMail.State.SENDING)
    held.update(state=state, why=why, **fields)
    return 0
