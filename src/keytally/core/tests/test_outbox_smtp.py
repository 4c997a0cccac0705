"""Mail to a server that really speaks SMTP, on loopback: it arrives once, and a refusal is kept in its own words."""

import socketserver
import threading
from datetime import UTC, datetime

import pytest

from keytally.core import outbox
from keytally.core.roles import Role
from keytally.core.services import add_person

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
TEMPLATE = "core/mail/test.txt"
pytestmark = pytest.mark.django_db


class Session(socketserver.StreamRequestHandler):
    """Answers as a mail server does, and keeps what it was given."""

    def handle(self):
        self._say("220 loopback")
        for line in iter(self.rfile.readline, b""):
            word = line.split()[0].upper()
            if word == b"DATA":
                self._say("354 go on")
                self.server.letters.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self._say("250 kept")
            elif word == b"RCPT" and self.server.refuses:
                self._say("550 no such box here")
            else:
                self._say("250 loopback")
            if word == b"QUIT":
                return

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        server.letters, server.refuses = [], False
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        template = {TEMPLATE: "待办：{{ title }}\n\n{{ reader.name }}，{{ site_url }}"}
        loader = ("django.template.loaders.locmem.Loader", template)
        settings.TEMPLATES = [
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": [loader]}}
        ]
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def written(server):
    facts = {"password": None, "roles": [Role.SALES_REP], "by": None, "now": NOW}
    lina = add_person("lina", name="李娜", email="lina@example.com", **facts)
    return outbox.send_mail(lina, template=TEMPLATE, context={"title": "核销"}, now=NOW)


def test_a_mail_arrives_once(server, written):
    assert outbox.deliver_due(now=NOW) == 1
    assert outbox.deliver_due(now=NOW) == 0
    [letter] = server.letters
    assert "To: lina@example.com" in letter
    assert "From: keytally <keytally@localhost>" in letter
    written.refresh_from_db()
    assert written.state == "SENT"


def test_a_refusal_is_kept_as_the_server_worded_it(server, written):
    server.refuses = True
    assert outbox.deliver_due(now=NOW) == 0
    written.refresh_from_db()
    assert (written.state, written.why, written.attempts) == ("WAITING", "REFUSED", 1)
    assert "no such box here" in written.fault


def test_a_server_that_is_away_leaves_the_mail_waiting(server, written, settings):
    settings.EMAIL_PORT = 1
    assert outbox.deliver_due(now=NOW) == 0
    written.refresh_from_db()
    assert (written.state, written.why) == ("WAITING", "UNREACHABLE")
    assert server.letters == []
