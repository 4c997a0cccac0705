"""Puts the operations of all capabilities together under /api/v1 and describes them at /api/openapi.json."""

import hashlib
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.cache import get_conditional_response
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError

from keytally.core.access import public
from keytally.identity.operations import Problem, declared_operations, problem_response, unauthorized

log = structlog.get_logger(__name__)

CAPABILITIES = (
    "identity",
    "jobs",
    "worklist",
    "people",
    "approvals",
    "accounts",
    "playbook",
    "reconciliation",
    "funnel",
    "negotiation",
    "prospecting",
)
DESCRIPTION = (
    "Lists are cut into pages: pass `next` as `cursor`. Dates are ISO 8601, money is minor units and currency, "
    "problems are RFC 9457, answers carry an ETag, and what creates needs an Idempotency-Key. "
    "Tokens are made under /me/tokens/; `x-permission` names what each operation takes."
)
Call = Callable[..., HttpResponse]


def routers() -> list[Router]:
    """List the capabilities' routers, lowest first."""
    return [import_string(f"keytally.{name}.api.router") for name in CAPABILITIES if find_spec(f"keytally.{name}.api")]


def build_api() -> NinjaAPI:
    """Build the API of everything that is installed."""
    built = NinjaAPI(
        title="keytally",
        version="1",
        description=DESCRIPTION,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
    )
    for router in routers():
        built.add_router("", router)
    built.add_exception_handler(Problem, _told)
    built.add_exception_handler(AuthenticationError, lambda _request, _error: problem_response(unauthorized()))
    built.add_exception_handler(Http404, _not_found)
    built.add_exception_handler(PermissionDenied, _forbidden)
    built.add_exception_handler(ValidationError, _invalid)
    built.add_exception_handler(HttpError, _unreadable)
    built.add_exception_handler(Exception, _broken)
    return built


def operation_urls(built: NinjaAPI) -> list[URLPattern]:
    """List the addresses, each knowing which permission each of its methods takes."""
    permissions = {_route(place): methods for (_router, place), methods in declared_operations.items()}
    patterns = [pattern for pattern in built.urls[0] if isinstance(pattern, URLPattern)]
    root = [path("", public(_root), name="api-root")]
    return root + [
        path(str(pattern.pattern), _conditional(pattern.callback, permissions[str(pattern.pattern)]), name=pattern.name)
        for pattern in patterns
        if str(pattern.pattern) in permissions
    ]


def _conditional(call: Call, permissions: dict[str, str]) -> Call:
    """Give what is read an ETag, and answer 304 to a reader that has it."""

    @wraps(call)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - the address's own
        response = call(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-cache"
        if request.method == "GET" and response.status_code == 200 and not response.streaming:
            response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response
        return response

    answered.operations = permissions  # type: ignore[attr-defined]  # a mark for `site.routes`
    answered.csrf_exempt = True  # type: ignore[attr-defined]  # tokens, never cookies, let programs in
    return answered


def _root(_request: HttpRequest) -> HttpResponse:
    return problem_response(Problem(404, "not_found", _("Nothing is here; /api/openapi.json lists the operations.")))


def _route(place: str) -> str:
    return place.lstrip("/").replace("{", "<").replace("}", ">")


def _told(_request: HttpRequest, problem: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own signature
    return problem_response(problem)


def _not_found(_request: HttpRequest, _error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own signature
    return problem_response(Problem(404, "not_found", _("There is no such thing, or it is not yours to see.")))


def _forbidden(_request: HttpRequest, _error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own signature
    return problem_response(Problem(403, "not_permitted", _("Neither token nor person may do this.")))


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own signature
    errors = [
        {"where": ".".join(str(part) for part in each.get("loc", ())), "what": each.get("msg", "")}
        for each in error.errors
    ]
    return problem_response(Problem(422, "invalid", _("What was sent does not fit; see the errors."), errors=errors))


def _unreadable(_request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own signature
    return problem_response(Problem(error.status_code, "unreadable", str(error)))


def _broken(request: HttpRequest, error: Any) -> HttpResponse:  # noqa: ANN401 - ninja's own signature
    log.error("operation_failed", path=request.path, exc_info=error)
    sentence = _("Something broke on our side; try again, and if it happens again tell your administrator when.")
    return problem_response(Problem(500, "broken", sentence))


api = build_api()
urlpatterns = operation_urls(api)


@public
@require_GET
def openapi(_request: HttpRequest) -> JsonResponse:
    """Describe every operation; shapes only, no data."""
    return JsonResponse(api.get_openapi_schema(path_prefix="/api/v1/"))
