"""How does a program call? By token; operations declare permissions, page by cursor and report problems alike.

A capability declares its operations in `<capability>/api.py` with `operation`; `site/api.py` puts them together.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.security import HttpBearer
from pydantic import Field

from keytally.core.access import SIGNED_IN, person_of
from keytally.identity.addresses import client_address
from keytally.identity.models import ApiToken
from keytally.identity.queries.tokens import valid_token
from keytally.identity.rules import usable_permissions
from keytally.identity.services import answers
from keytally.identity.services.tokens import use_token

if TYPE_CHECKING:
    from keytally.core.models import User

MOST_PER_PAGE = 200
FAILURES_AT_MOST = 20
FAILURES_COUNT_FOR_SECONDS = 600
KEY_HEADER = "Idempotency-Key"
_KEY_PARAMETER = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Made up by the caller; the same call sent twice with the same key creates once.",
}

Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)
View = Callable[..., Any]
# Every operation's permission, by router, path and method; `site/api.py` reads it.
declared_operations: dict[tuple[int, str], dict[str, str]] = {}


class Problem(Exception):
    """An anticipated refusal, told as problem+json: a status, a code, and a sentence for the reader."""

    def __init__(self, status: int, code: str, detail: Promise | str, **more: Any) -> None:  # noqa: ANN401 - members of the problem
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.more = more


class Money(Schema):
    """An exact amount: minor units and their currency."""

    minor: int
    currency: str = Field(pattern="^[A-Z]{3}$")


class Page(Schema, Generic[Item]):
    """Some items, and the cursor of those that follow."""

    items: list[Item]
    next: str | None = None


# A state of something, as a filter.
StateName = Annotated[str, Field(pattern=r"^[A-Z_]{1,16}$")]


class PageQuery(Schema):
    """Which part of a list."""

    cursor: str | None = Field(None, description="`next` of the page before; absent for the first.")
    limit: int = Field(50, ge=1, le=MOST_PER_PAGE)


class TokenAuth(HttpBearer):
    """Lets programs in by `Authorization: Bearer kt_...`, if they may; what they sent is not looked at before."""

    def __init__(self, permission: str) -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> "User":
        """Find whom the token acts for, with what both of them may do, or raise a `Problem`."""
        now, address = datetime.now(UTC), client_address(request)
        failures = f"token-failures:{address}"
        if cache.get(failures, 0) >= FAILURES_AT_MOST:
            raise Problem(
                429, "too_many_failures", _("Too many wrong tokens came from your address; wait ten minutes.")
            )
        found = valid_token(token, now=now)
        if found is None:
            cache.add(failures, 0, timeout=FAILURES_COUNT_FOR_SECONDS)
            cache.incr(failures)
            raise unauthorized()
        use_token(found, address=address, now=now)
        person = narrowed(found)
        request.user = person
        if not request.headers.get("Accept-Language"):
            translation.activate(person.language)
        if self.permission != SIGNED_IN and not person.may(self.permission):
            sentence = _("Neither token nor person may do this; it takes the permission %(permission)s.")
            raise Problem(403, "not_permitted", sentence % {"permission": self.permission})
        return person


def unauthorized() -> Problem:
    """Say that there is no token, or one that does not work."""
    return Problem(
        401, "no_valid_token", _("The token is missing, unknown, expired or revoked; make one in your settings.")
    )


def narrowed(token: ApiToken) -> "User":
    """Take the token's person with no more permissions than the token has."""
    person = token.person
    usable = usable_permissions(token.permissions, held=person.permissions)
    person.scopes = {code: scope for code, scope in person.scopes.items() if code in usable}
    person.permissions = usable
    return person


def operation(
    router: Router,
    method: str,
    path: str,
    *,
    permission: str,
    response: type[Schema],
    summary: str,
    is_create: bool = False,
) -> Callable[[View], View]:
    """Add an operation that only a token with the permission may call; a creating one needs an idempotency key."""

    def register(view: View) -> View:
        @wraps(view)
        def once(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - what the operation answers
            return _once(request, lambda: view(request, *args, **kwargs))

        extra: dict[str, Any] = {"x-permission": permission}
        if is_create:
            extra["parameters"] = [_KEY_PARAMETER]
        router.add_api_operation(
            path,
            [method],
            once if is_create else view,
            auth=TokenAuth(permission),
            response=response,
            operation_id=view.__name__,
            summary=summary,
            openapi_extra=extra,
        )
        declared_operations.setdefault((id(router), path), {})[method] = permission
        return view

    return register


def callable_permissions() -> frozenset[str]:
    """List the permissions that some operation takes; a token has no use for others."""
    return frozenset(code for methods in declared_operations.values() for code in methods.values()) - {SIGNED_IN}


def page_of(rows: "QuerySet[Row]", *, query: PageQuery, show: Callable[[Row], Mapping[str, Any]]) -> dict[str, Any]:
    """Cut one page out of rows, newest first; what comes later does not shift it."""
    ordered = rows.order_by("-pk")
    if query.cursor:
        ordered = ordered.filter(pk__lt=_read_cursor(query.cursor))
    found = list(ordered[: query.limit + 1])
    shown = found[: query.limit]
    following = _cursor(shown[-1].pk) if len(found) > query.limit else None
    return {"items": [show(row) for row in shown], "next": following}


def problem_response(problem: Problem) -> HttpResponse:
    """Tell a problem as RFC 9457 has it."""
    body = {
        "type": f"urn:keytally:problem:{problem.code}",
        "title": problem.code.replace("_", " "),
        "status": problem.status,
        "code": problem.code,
        "detail": str(problem.detail),
        **problem.more,
    }
    response = HttpResponse(
        json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False),
        status=problem.status,
        content_type="application/problem+json",
    )
    if problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="keytally"'
    if problem.status == 429:
        response.headers["Retry-After"] = str(FAILURES_COUNT_FOR_SECONDS)
    return response


def _once(request: HttpRequest, create: Callable[[], Any]) -> Any:  # noqa: ANN401 - what the operation answers
    """Answer a creating call, or repeat what the same call was answered before."""
    key = request.headers.get(KEY_HEADER, "")
    if not (0 < len(key) <= 200 and key.isascii() and key.isprintable()):
        raise Problem(400, "no_idempotency_key", _("A call that creates something needs the header Idempotency-Key."))
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode() + _body(request)).hexdigest()
    try:
        return answers.answer_once(
            person_of(request), key=key, call_digest=digest, now=datetime.now(UTC), create=lambda: _plain(create())
        )
    except answers.KeyUsedOtherwise:
        sentence = _("This Idempotency-Key was used for a different call; make up a new one.")
        raise Problem(422, "idempotency_key_reused", sentence) from None


def _body(request: HttpRequest) -> bytes:
    """Take what was sent; of files their contents, for the boundary between them differs at every call."""
    if not request.FILES:
        return request.body
    digest = hashlib.sha256(json.dumps(sorted((k, request.POST.getlist(k)) for k in request.POST)).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(f"{name} {file.name}".encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.digest()


def _plain(answer: Any) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(json.dumps(answer, cls=DjangoJSONEncoder))


def _cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(str(pk).encode()).decode().rstrip("=")


def _read_cursor(text: str) -> int:
    try:
        pk = int(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii"))
    except (ValueError, binascii.Error):
        pk = -1
    if not 0 <= pk < 2**63:
        raise Problem(422, "bad_cursor", _("The cursor is none that a page before answered; start without one."))
    return pk
