"""What a reader asks for in the address: a day, a number, numbers."""

from datetime import UTC, date, datetime

from django.http import HttpRequest

from keytally.core.clock import business_date


def clock() -> datetime:
    """Read the clock; a view does so once."""
    return datetime.now(UTC)


def day_asked(request: HttpRequest) -> date:
    """Read the day that a page is to show, today where none is given or it cannot be read."""
    try:
        return date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return business_date(clock())


def text_asked(request: HttpRequest, name: str, *, most: int = 60) -> str:
    """Read a text of the address, as long as is sensible and without what a database cannot hold."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:most]


def number_asked(request: HttpRequest, name: str) -> int | None:
    """Read a number of the address, none where there is none."""
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def numbers_asked(request: HttpRequest, name: str) -> frozenset[int] | None:
    """Read numbers joined by dots; none where the address does not say."""
    if name not in request.GET:
        return None
    parts = request.GET[name].split(".")
    return frozenset(int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19)


def wants_partial(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
