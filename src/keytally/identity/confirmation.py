"""Was it this person who typed a password here just now, or does someone use an open screen?"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

CONFIRMED_KEY = "confirmed_at"
CONFIRMED_FOR_SECONDS = 15 * 60

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def confirmed(view: View[P]) -> View[P]:
    """Ask for the password again before something that outlasts this session; use it inside `signed_in`."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_confirmed(request):
            return redirect(f"{reverse('users:confirm')}?{urlencode({'next': request.path})}")
        return view(request, *args, **kwargs)

    return guarded


def is_confirmed(request: HttpRequest) -> bool:
    """Tell whether the person proved who they are a short while ago."""
    at: float = request.session.get(CONFIRMED_KEY, 0)
    age = datetime.now(UTC).timestamp() - at
    return 0 <= age < CONFIRMED_FOR_SECONDS


def confirm(request: HttpRequest) -> None:
    """Keep that the person proved who they are."""
    request.session[CONFIRMED_KEY] = datetime.now(UTC).timestamp()
