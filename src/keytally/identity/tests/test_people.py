from datetime import UTC, datetime

import pytest
from django.test import Client

from keytally.core.models import AuditEntry, User
from keytally.core.roles import Role
from keytally.core.services import add_person

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return add_person("root", name="Root", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW, language="en")


@pytest.fixture
def client(administrator):
    client = Client()
    client.force_login(administrator)
    return client


NEW = {
    "username": "wang",
    "name": "王磊",
    "email": "",
    "language": "zh-hans",
    "roles": ["RECEIVABLES_ACCOUNTANT"],
}


def test_a_new_person_has_their_roles_and_no_password_that_others_know(client, administrator):
    response = client.post("/users/add/", NEW)
    person = User.objects.get(username="wang")
    assert response.headers["Location"] == f"/users/{person.pk}/log-in/"
    assert person.roles == (Role.RECEIVABLES_ACCOUNTANT,)
    assert not person.has_usable_password()
    assert AuditEntry.objects.get(action="person.add", subject_id=person.pk).person == administrator


@pytest.mark.parametrize("wrong", [{"username": ""}, {"name": ""}, {"roles": ["KING"]}, {"username": "ROOT"}])
def test_a_wrong_entry_is_shown_again_and_nothing_is_kept(client, wrong):
    response = client.post("/users/add/", NEW | wrong)
    assert response.status_code == 422
    assert "field-error" in response.content.decode()
    assert User.objects.count() == 1


def test_the_last_administrator_cannot_leave(client, administrator):
    stays = {"name": "Root", "email": "", "roles": ["SALES_REP"], "is_active": "on", "reason": "tired"}
    response = client.post(f"/users/{administrator.pk}/", stays)
    assert response.status_code == 422
    assert "Nobody would be left" in response.content.decode()
    assert User.objects.get().roles == (Role.ADMINISTRATOR,)
    locked = {"name": "Root", "email": "", "roles": ["ADMINISTRATOR"], "reason": "tired"}
    assert client.post(f"/users/{administrator.pk}/", locked).status_code == 422
    assert User.objects.get().is_active


def test_a_change_needs_a_reason_and_is_shown_afterwards(client):
    client.post("/users/add/", NEW)
    person = User.objects.get(username="wang")
    change = {"name": "王磊", "email": "", "roles": ["AUDITOR"], "is_active": "on"}
    assert client.post(f"/users/{person.pk}/", change).status_code == 422
    assert client.post(f"/users/{person.pk}/", change | {"reason": "moved to audit"}).status_code == 302
    page = client.get(f"/users/{person.pk}/").content.decode()
    assert "moved to audit" in page
    assert "Roles changed" in page


def test_the_list_takes_the_same_number_of_queries_however_many(client, django_assert_num_queries):
    for number in range(30):
        add_person(f"p{number}", name="P", password=None, roles=[Role.AUDITOR, Role.EXECUTIVE], by=None, now=NOW)
    with django_assert_num_queries(6):
        client.get("/users/")
