"""Shows each person the pages in their language and their time zone."""

import zoneinfo
from collections.abc import Callable

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
