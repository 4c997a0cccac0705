import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from keytally.core.models import AuditEntry, OutgoingMail, User
from keytally.core.outbox import wording
from keytally.identity.models import PasswordLink
from keytally.identity.services import links

from .conftest import NOW, PASSWORD, is_in, log_in

NEW = {"username": "wang", "name": "王磊", "email": "wang@example.com", "language": "zh-hans", "roles": ["AUDITOR"]}
CHOSEN = {"new": "my-own-long-password", "again": "my-own-long-password"}


@pytest.fixture
def root(administrator):
    return log_in(username="root")


def invited(root, **changes):
    root.post("/users/add/", NEW | changes)
    return User.objects.get(username="wang")


def path_of(person):
    return links.link_path(PasswordLink.objects.filter(person=person).latest("pk"))


def test_an_invited_person_sets_their_own_password_once(root):
    person = invited(root)
    assert f"testserver{path_of(person)}" in root.get(f"/users/{person.pk}/log-in/").content.decode()
    client, path = Client(), path_of(person)
    assert "wang" in client.get(path).content.decode()
    assert client.post(path, CHOSEN).headers["Location"] == "/log-in/"
    assert is_in(log_in(username="wang", password=CHOSEN["new"]))
    assert client.get(path).status_code == 410
    assert client.post(path, CHOSEN).status_code == 410
    assert AuditEntry.objects.filter(action="person.password", subject_id=person.pk, person=person).count() == 1


def test_the_link_travels_by_mail_in_the_readers_language(root):
    person = invited(root)
    subject, text = wording(OutgoingMail.objects.get(to=person))
    assert "keytally" in subject
    assert path_of(person) in text
    assert "wang" in text
    assert OutgoingMail.objects.get(to=person).is_secret


def test_without_an_address_nothing_is_sent_and_the_administrator_is_told(root):
    person = invited(root, email="")
    assert not OutgoingMail.objects.exists()
    assert "hand it over yourself" in root.get(f"/users/{person.pk}/log-in/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"new": "12345", "again": "12345"},
        {"new": "my-own-long-password", "again": "another-long-password"},
        {"new": "", "again": ""},
    ],
)
def test_a_weak_or_mistyped_password_is_refused_and_the_link_stays(root, wrong):
    person = invited(root)
    assert Client().post(path_of(person), wrong).status_code == 422
    assert Client().get(path_of(person)).status_code == 200


def test_a_link_that_was_tampered_with_opens_nothing(root):
    path = path_of(invited(root))
    assert Client().get(path[:-4] + "xyz/").status_code == 410
    assert Client().get("/log-in/password/x/").status_code == 410


def test_a_link_ends_when_its_time_is_over(root):
    person = invited(root)
    PasswordLink.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert Client().get(path_of(person)).status_code == 410


def test_a_newer_link_ends_the_older_and_an_administrator_may_end_it(root):
    person = invited(root)
    old = path_of(person)
    root.post(f"/users/{person.pk}/link/")
    assert Client().get(old).status_code == 410
    assert Client().get(path_of(person)).status_code == 200
    root.post(f"/users/{person.pk}/link/revoke/")
    assert Client().get(path_of(person)).status_code == 410


def test_the_link_of_someone_who_left_opens_nothing(root):
    person = invited(root)
    path = path_of(person)
    person.is_active = False
    person.save()
    assert Client().get(path).status_code == 410


def test_a_forgotten_password_is_replaced_by_mail_and_other_log_ins_end(rep):
    inside = log_in()
    Client().post("/log-in/forgotten/", {"email": "LI.NA@example.com"})
    path = re.search(r"/log-in/password/\S+", wording(OutgoingMail.objects.get())[1])[0]
    Client().post(path, CHOSEN)
    assert not is_in(inside)
    assert not is_in(log_in())
    assert is_in(log_in(password=CHOSEN["new"]))


@pytest.mark.parametrize("email", ["li.na@example.com", "nobody@example.com"])
def test_the_page_does_not_tell_who_is_known(rep, email):
    response = Client(headers={"accept-language": "en"}).post("/log-in/forgotten/", {"email": email})
    page = response.content.decode()
    assert response.status_code == 200
    assert "If somebody logs in with this address" in page
    assert email not in page


def test_a_wrong_password_does_not_tell_who_is_known(rep):
    def shown(username):
        client = Client(headers={"accept-language": "en"})
        response = client.post("/log-in/", {"username": username, "password": "wrong"})
        page = response.content.decode().replace(username, "")
        return response.status_code, [line for line in page.splitlines() if "csrf" not in line.lower()]

    assert shown("rep") == shown("someone-else")


def test_whoever_left_gets_no_link(rep):
    rep.is_active = False
    rep.save()
    assert links.ask_reset("li.na@example.com", now=NOW) == 0
    assert links.ask_reset("", now=NOW) == 0
    assert not OutgoingMail.objects.exists()


def test_asking_again_and_again_sends_no_more_mail(rep):
    for _ in range(15):
        Client().post("/log-in/forgotten/", {"email": "li.na@example.com"})
    assert OutgoingMail.objects.count() == 10


def test_a_reset_keeps_the_second_factor(rep, with_factor):
    links.ask_reset("li.na@example.com", now=datetime.now(UTC))
    Client().post(path_of(rep), CHOSEN)
    client = log_in(password=CHOSEN["new"])
    assert not is_in(client)
    assert client.get("/log-in/code/").status_code == 200


def test_nobody_signs_up_by_themselves(db):
    client = Client()
    for path in ("/signup/", "/accounts/signup/", "/log-in/signup/", "/accounts/login/", "/accounts/email/"):
        assert client.get(path).status_code == 404


def test_failures_are_written_down_without_what_may_be_a_password(rep):
    Client().post("/log-in/", {"username": "rep", "password": "wrong"})
    Client().post("/log-in/", {"username": "my-secret-typed-into-the-wrong-field", "password": "x"})
    known, unknown = AuditEntry.objects.filter(action="log_in.failed").order_by("pk")
    assert (known.subject_kind, known.subject_id, known.after["step"]) == ("person", rep.pk, "password")
    assert (unknown.subject_kind, unknown.subject_id) == ("log_in", 0)
    assert "my-secret" not in repr(unknown.after)


def test_a_log_in_is_written_down_with_its_address(rep):
    log_in()
    entry = AuditEntry.objects.get(action="log_in.done")
    assert (entry.person, entry.after) == (rep, {"address": "127.0.0.1"})
    assert PASSWORD not in repr(list(AuditEntry.objects.values()))
