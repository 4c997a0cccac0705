"""Shows each person the pages in their language and their time zone; tells how long an answer took, if asked."""

import time
import zoneinfo
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from keytally.core.once import reading

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


def reads_once(get_response: Respond) -> Respond:
    """Build the middleware that lets a page that changes nothing read the same thing once."""

    def with_memory(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return get_response(request)
        with reading():
            return get_response(request)

    return with_memory


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo("UTC")


def timings(get_response: Respond) -> Respond:
    """Build the middleware that tells the time, the processor's time and the queries; `KEYTALLY_TIMINGS` puts it in."""

    def timed(request: HttpRequest) -> HttpResponseBase:
        asked = 0

        def count(execute: Callable[..., Any], *call: Any) -> Any:  # noqa: ANN401 - Django's own signature
            nonlocal asked
            asked += 1
            return execute(*call)

        began, worked = time.perf_counter_ns(), time.thread_time_ns()
        with connection.execute_wrapper(count):
            response = get_response(request)
        spent, worked = time.perf_counter_ns() - began, time.thread_time_ns() - worked
        told = {"app": _in_ms(spent), "cpu": _in_ms(worked), "queries": str(asked)}
        response.headers["Server-Timing"] = ", ".join(f"{name};dur={value}" for name, value in told.items())
        return response

    return timed


def _in_ms(nanoseconds: int) -> str:
    return f"{nanoseconds // 1_000_000}.{nanoseconds // 1_000 % 1_000:03d}"
