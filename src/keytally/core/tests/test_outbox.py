import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import transaction

from keytally.core import outbox
from keytally.core.models import OutgoingMail
from keytally.core.roles import Role
from keytally.core.services import add_person

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
TEMPLATE = "core/mail/test.txt"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.EMAIL_HOST = "mail.test"
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            TEMPLATE: "{% load i18n %}{% get_current_language as code %}{{ code }} {{ number }}\n\n"
                            "{{ reader.name }}\n{{ site_url }}/x/"
                        },
                    )
                ]
            },
        }
    ]


@pytest.fixture
def lina(db):
    return add_person(
        "lina", name="李娜", password=None, roles=[Role.SALES_REP], by=None, now=NOW, email="lina@example.com"
    )


def send(to, **more):
    return outbox.send_mail(to, template=TEMPLATE, context={"number": 7}, now=NOW, **more)


def test_a_mail_leaves_in_the_readers_language(lina, settings):
    written = send(lina)
    assert outbox.has_due(now=NOW)
    assert outbox.deliver_due(now=NOW) == 1
    written.refresh_from_db()
    [left] = mail.outbox
    assert (left.subject, left.to, written.state) == ("zh-hans 7", ["lina@example.com"], "SENT")
    assert left.body == f"李娜\n{settings.SITE_URL}/x/\n"
    assert outbox.deliver_due(now=NOW) == 0


def test_what_is_rolled_back_is_not_told(lina):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        send(lina)
        _ = 1 / 0
    assert OutgoingMail.objects.count() == 0


def test_without_mail_settings_it_is_kept_and_leaves_once_there_are_some(lina, settings):
    settings.EMAIL_HOST = ""
    written = send(lina)
    assert outbox.deliver_due(now=NOW) == 0
    written.refresh_from_db()
    assert (written.state, written.why) == ("KEPT", "NO_SETTINGS")
    assert not outbox.has_due(now=NOW)
    settings.EMAIL_HOST = "mail.test"
    assert outbox.deliver_due(now=NOW) == 1


def test_without_an_address_it_is_kept_until_someone_sends_it_again(lina):
    lina.email = ""
    lina.save(update_fields=["email"])
    written = send(lina)
    outbox.deliver_due(now=NOW)
    written.refresh_from_db()
    assert (written.state, written.why) == ("KEPT", "NO_ADDRESS")
    lina.email = "lina@example.com"
    lina.save(update_fields=["email"])
    assert outbox.deliver_due(now=NOW) == 0
    outbox.send_again(written.pk, now=NOW)
    assert outbox.deliver_due(now=NOW) == 1


def test_it_tries_again_later_and_later_and_then_gives_up(lina, monkeypatch):
    def unreachable(_self, fail_silently=False):
        raise ConnectionRefusedError("nobody listens")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", unreachable)
    written = send(lina)
    now, waits = NOW, []
    for _attempt in range(len(outbox.PAUSES) + 1):
        outbox.deliver_due(now=now)
        written.refresh_from_db()
        waits.append(written.due_at - now)
        assert outbox.deliver_due(now=now) == 0
        now = written.due_at
    assert waits == [*outbox.PAUSES, timedelta(0)]
    assert (written.state, written.why, written.fault) == ("FAILED", "UNREACHABLE", "nobody listens")


def test_a_refusal_keeps_what_the_server_said(lina, monkeypatch):
    def refused(_self, fail_silently=False):
        raise smtplib.SMTPResponseException(550, b"no such box")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refused)
    written = send(lina)
    outbox.deliver_due(now=NOW)
    written.refresh_from_db()
    assert (written.state, written.why, written.fault) == ("WAITING", "REFUSED", "(550, b'no such box')")


def test_an_attempt_that_was_cut_off_is_made_again(lina):
    written = send(lina)
    OutgoingMail.objects.filter(pk=written.pk).update(state="SENDING")
    assert outbox.deliver_due(now=NOW) == 0
    assert outbox.deliver_due(now=NOW + outbox.CUT_OFF_AFTER) == 1


def test_a_secret_is_forgotten_once_sent(lina):
    written = send(lina, is_secret=True)
    outbox.deliver_due(now=NOW)
    written.refresh_from_db()
    assert written.context == {}


def test_what_was_sent_is_not_sent_again(lina):
    written = send(lina)
    outbox.deliver_due(now=NOW)
    with pytest.raises(outbox.UnableToSendAgain):
        outbox.send_again(written.pk, now=NOW)
