"""Shows each person the pages in their language and their time zone; tells how long an answer took, if asked."""

import time
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

Respond = Callable[[HttpRequest], HttpResponseBase]


def person_settings(get_response: Respond) -> Respond:
    """Build the middleware."""

    def with_settings(request: HttpRequest) -> HttpResponseBase:
        person = request.user
        if not person.is_authenticated:
            return get_response(request)
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language() or person.language
        with timezone.override(_zone(person.time_zone)):
            return get_response(request)

    return with_settings


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def timings(get_response: Respond) -> Respond:
    """Build the middleware that tells the server's time and the number of queries; `KEYTALLY_TIMINGS` puts it in."""

    def timed(request: HttpRequest) -> HttpResponseBase:
        asked = 0

        def count(execute: Callable[..., Any], *call: Any) -> Any:  # noqa: ANN401 - Django's own signature
            nonlocal asked
            asked += 1
            return execute(*call)

        began = time.perf_counter_ns()
        with connection.execute_wrapper(count):
            response = get_response(request)
        spent_us = (time.perf_counter_ns() - began) // 1000
        response.headers["Server-Timing"] = f"app;dur={spent_us // 1000}.{spent_us % 1000:03d}, queries;dur={asked}"
        return response

    return timed
