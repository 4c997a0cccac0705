"""Writes of log-in sessions: seen, ended, swept away when they are over."""

from collections.abc import Iterable
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from keytally.core.services import record_audit
from keytally.core.subjects import Subject
from keytally.identity.models import ApiToken, PasswordLink

if TYPE_CHECKING:
    from keytally.core.models import User


def see_session(session_key: str, *, now: datetime) -> None:
    """Keep that a session was used just now."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now)


@transaction.atomic
def end_session(session_id: int, *, person: "User", by: "User", now: datetime) -> bool:
    """End one of a person's log-in sessions; answers whether there was one."""
    return bool(_end(UserSession.objects.filter(pk=session_id, user=person), person=person, by=by, now=now))


@transaction.atomic
def end_sessions(person: "User", *, by: "User | None", now: datetime, spare: str | None = None) -> int:
    """End a person's log-in sessions, but for one they keep; answers how many."""
    found = UserSession.objects.filter(user=person).exclude(session_key=spare or "")
    return _end(found, person=person, by=by, now=now)


def sweep_sessions(*, now: datetime) -> int:
    """Forget the sessions that have expired; answers how many."""
    gone, _each = Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone


@transaction.atomic
def sweep_leavers(*, now: datetime) -> int:
    """End all that would let people in again if they came back: log-ins, links and tokens of those who left."""
    gone = UserSession.objects.filter(user__is_active=False)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    for session in gone:
        store.delete(session.session_key)
    PasswordLink.objects.filter(person__is_active=False, used_at=None, revoked_at=None).update(revoked_at=now)
    ApiToken.objects.filter(person__is_active=False, revoked_at=None).update(revoked_at=now)
    count, _each = gone.delete()
    return int(count)


def _end(sessions: Iterable[UserSession], *, person: "User", by: "User | None", now: datetime) -> int:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    ended = list(sessions)
    for session in ended:
        store.delete(session.session_key)
        session.delete()
    if ended:
        record_audit(
            "person.sessions_ended", by=by, at=now, subject=Subject("person", person.pk), after={"count": len(ended)}
        )
    return len(ended)
