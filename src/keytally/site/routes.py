"""Does every page say who may call it?"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error
from django.urls import URLPattern, URLResolver, get_resolver

from keytally.core.access import PUBLIC, SIGNED_IN
from keytally.core.roles import declared

# The only pages for people who have not logged in; a view cannot make itself public.
PUBLIC_ROUTES = frozenset(
    {
        # Who they are, and what language they read, is not known yet.
        "log_in",
        "language",
        # Steps of a log-in that began with a right password; without one they lead back to it.
        "second_factor",
        "new_factor",
        # Another system vouches, or a link that only its receiver has; unknown people are shown out.
        "wecom_login",
        "wecom_callback",
        "dingtalk_login",
        "dingtalk_callback",
        "feishu_login",
        "feishu_callback",
        "openid_connect_login",
        "openid_connect_callback",
        "forgotten",
        "set_password",
        # The shapes of the operations without any data, and the address they hang on.
        "openapi",
        "api:api-root",
        # Asked by whatever watches the server; tells that it lives and nothing else.
        "health",
    }
)


@dataclass(frozen=True, slots=True)
class Route:
    """A page, or one method of an operation of the API: its name, its path and who may call it."""

    name: str
    path: str
    permission: str | None
    # Of an operation only; a program calls it with a token, and pages are called in any way.
    method: str = ""


def routes(urlconf: str | None = None) -> list[Route]:
    """List every page and operation of the site, or of one url module; each once, whatever it is called besides."""
    resolver = get_resolver(urlconf)
    found: dict[tuple[str, str, str | None], Route] = {}
    for route in _walk(resolver.url_patterns, path="/", name=""):
        found.setdefault((route.path, route.method, route.permission), route)
    return list(found.values())


def faults(found: Sequence[Route]) -> list[str]:
    """List the pages without a known permission, in one sentence each."""
    known = {PUBLIC, SIGNED_IN, *declared()}
    return [sentence for route in found for sentence in (_fault_of(route, known=known),) if sentence]


def check_routes(**_kwargs: Any) -> list[CheckMessage]:  # noqa: ANN401 - Django's own signature
    """Refuse to start with an unguarded page."""
    return [Error(sentence, id="keytally.E001") for sentence in faults(routes())]


def _fault_of(route: Route, *, known: set[str]) -> str | None:
    if route.permission is None:
        return f"{route.path} ({route.name}) has no permission: guard its view with core.access.requires."
    if route.permission not in known:
        return f"{route.path} ({route.name}) asks for {route.permission}, which no capability declares."
    if route.permission == PUBLIC and route.name not in PUBLIC_ROUTES:
        return f"{route.path} ({route.name}) is public but not in PUBLIC_ROUTES."
    return None


def _walk(patterns: Sequence[URLPattern | URLResolver], *, path: str, name: str) -> Iterator[Route]:
    for pattern in patterns:
        here = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            space = f"{name}{pattern.namespace}:" if pattern.namespace else name
            yield from _walk(pattern.url_patterns, path=here, name=space)
        else:
            yield from _routes_of(pattern, path=here, name=f"{name}{pattern.name or ''}")


def _routes_of(pattern: URLPattern, *, path: str, name: str) -> Iterator[Route]:
    operations = getattr(pattern.callback, "operations", None)
    if operations is None:
        yield Route(name, path, getattr(pattern.callback, "required_permission", None))
        return
    for method, permission in operations.items():
        yield Route(name, path, permission, method)
