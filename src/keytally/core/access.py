"""May this person call this page? Every view carries the answer; `site.routes` refuses one that does not."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from keytally.core.clock import business_date
from keytally.core.models import User

PUBLIC = "PUBLIC"
SIGNED_IN = "SIGNED_IN"

P = ParamSpec("P")
Call = TypeVar("Call", bound=Callable[..., HttpResponseBase])
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(permission: str) -> Callable[[View[P]], View[P]]:
    """Let only people with the permission call the view; the rest are sent to log in, or refused."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, User):
                return _to_log_in(request)
            if permission not in (PUBLIC, SIGNED_IN) and not person.may(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return _declare(guarded, permission=permission)

    return guard


def signed_in(view: View[P]) -> View[P]:
    """Let anyone who has logged in call the view."""
    return requires(SIGNED_IN)(view)


def public(view: View[P]) -> View[P]:
    """Say that a view is for everyone; `site.routes` keeps the list of those that may."""
    return _declare(view, permission=PUBLIC)


def person_of(request: HttpRequest) -> User:
    """Name the person behind a request that a guard let in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def person_in(request: HttpRequest) -> User | None:
    """Name the person who is logged in, if anyone is."""
    person = getattr(request, "user", None)
    return person if isinstance(person, User) else None


def day_of(request: HttpRequest) -> date:
    """Name the company's day on which a request came, the same all through the request."""
    kept: date | None = getattr(request, "business_date", None)
    if kept is None:
        kept = business_date(datetime.now(UTC))
        request.business_date = kept  # type: ignore[attr-defined]  # kept for the rest of the request
    return kept


def _declare(view: Call, *, permission: str) -> Call:
    view.required_permission = permission  # type: ignore[attr-defined]  # a mark for `site.routes`
    return view


def _to_log_in(request: HttpRequest) -> HttpResponseBase:
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())
