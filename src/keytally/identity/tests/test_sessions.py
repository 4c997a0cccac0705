from datetime import UTC, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client

from keytally.core.models import AuditEntry
from keytally.identity.services import sessions
from keytally.identity.services.links import give_link
from keytally.identity.services.tokens import make_token

from .conftest import is_in, log_in

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1"


def browser(user_agent=CHROME, **more):
    return log_in(Client(headers={"user-agent": user_agent}), **more)


def test_a_person_sees_where_they_are_logged_in(rep):
    here, _there = browser(), browser(IPHONE)
    page = here.get("/me/sessions/").content.decode()
    assert "Chrome · Windows" in page
    assert "Safari · iPhone" in page
    assert page.count("this one") == 1
    assert page.count("127.0.0.1") == 2


def test_one_log_in_is_ended_and_the_others_go_on(rep):
    here, there, third = browser(), browser(IPHONE), browser()
    session = UserSession.objects.get(session_key=there.session.session_key)
    here.post(f"/me/sessions/{session.pk}/end/")
    assert not is_in(there)
    assert is_in(here)
    assert is_in(third)


def test_all_others_are_ended_at_once(rep):
    here, *others = browser(), browser(IPHONE), browser()
    here.post("/me/sessions/end-others/")
    assert is_in(here)
    assert not any(map(is_in, others))
    entry = AuditEntry.objects.get(action="person.sessions_ended")
    assert (entry.person, entry.after) == (rep, {"count": 2})


def test_nobody_ends_someone_elses(rep, administrator):
    mine, theirs = browser(), browser(username="root")
    session = UserSession.objects.get(session_key=theirs.session.session_key)
    assert mine.post(f"/me/sessions/{session.pk}/end/").status_code == 404
    assert mine.post(f"/users/{administrator.pk}/sessions/end/").status_code == 403
    assert is_in(theirs)


def test_an_administrator_ends_one_or_all_of_another(rep, administrator):
    root, first, second = browser(username="root"), browser(), browser(IPHONE)
    assert "Safari · iPhone" in root.get(f"/users/{rep.pk}/log-in/").content.decode()
    session = UserSession.objects.get(session_key=first.session.session_key)
    root.post(f"/users/{rep.pk}/sessions/end/", {"session": session.pk})
    assert not is_in(first)
    assert is_in(second)
    root.post(f"/users/{rep.pk}/sessions/end/")
    assert not is_in(second)
    assert AuditEntry.objects.filter(action="person.sessions_ended", person=administrator).count() == 2


def test_whoever_leaves_is_out_at_once(rep, administrator):
    inside, root = browser(), browser(username="root")
    root.post(f"/users/{rep.pk}/", {"name": "李娜", "email": "", "roles": ["SALES_REP"], "reason": "left"})
    assert not is_in(inside)
    assert not is_in(browser())
    assert not UserSession.objects.filter(user=rep).exists()


def test_a_new_password_ends_the_other_log_ins(rep):
    here, there = browser(), browser(IPHONE)
    here.post("/me/", {"old": "a-long-enough-password", "new": "another-long-password"})
    assert is_in(here)
    assert not is_in(there)


def test_when_it_was_last_seen_is_kept_without_a_write_at_every_request(rep, django_assert_max_num_queries):
    client = browser()
    UserSession.objects.update(last_seen_at=datetime.now(UTC) - timedelta(days=1))
    client.get("/me/")
    cache.clear()
    client.get("/me/")
    seen = UserSession.objects.get().last_seen_at
    assert seen > datetime.now(UTC) - timedelta(minutes=1)
    client.get("/me/")
    assert UserSession.objects.get().last_seen_at == seen


def test_log_ins_that_are_over_are_forgotten(rep):
    browser()
    alive = browser()
    over = Session.objects.exclude(session_key=alive.session.session_key).get()
    Session.objects.filter(pk=over.pk).update(expire_date=datetime.now(UTC) - timedelta(days=1))
    assert sessions.sweep_sessions(now=datetime.now(UTC)) == 1
    assert Session.objects.count() == UserSession.objects.count() == 1
    assert is_in(alive)


def test_whoever_left_and_comes_back_starts_anew(rep):
    inside = browser()
    token, _text = make_token(rep, name="x", permissions=[], days=30, now=datetime.now(UTC))
    link = give_link(rep, by=rep, now=datetime.now(UTC))
    rep.is_active = False
    rep.save()
    assert sessions.sweep_leavers(now=datetime.now(UTC)) == 1
    rep.is_active = True
    rep.save()
    token.refresh_from_db()
    link.refresh_from_db()
    assert not is_in(inside)
    assert token.revoked_at
    assert link.revoked_at


def test_the_worker_forgets_them_by_itself(db):
    from keytally.jobs.chores import chores

    assert "identity.sweep" in chores()
