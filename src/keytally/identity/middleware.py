"""Keeps when each log-in session was last seen, without writing at every request."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from keytally.identity.confirmation import CONFIRMED_KEY
from keytally.identity.services.sessions import see_session

SEEN_EVERY_SECONDS = 300
Respond = Callable[[HttpRequest], HttpResponseBase]


def seen(get_response: Respond) -> Respond:
    """Build the middleware."""

    def with_sight(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        key = request.session.session_key
        came_through_the_door = CONFIRMED_KEY in request.session
        if key and came_through_the_door and cache.add(f"seen:{key}", 1, timeout=SEEN_EVERY_SECONDS):
            see_session(key, now=datetime.now(UTC))
        return response

    return with_sight
