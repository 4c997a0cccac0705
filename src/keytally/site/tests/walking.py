"""Goes to every route as everybody, and says what came through that should not have."""

import copy
import io
import itertools
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from importlib import import_module
from pathlib import Path

from django.db import connection, transaction
from django.test import Client

from keytally.core import exports
from keytally.core.access import PUBLIC, SIGNED_IN
from keytally.core.clock import business_date
from keytally.core.models import Export, User
from keytally.core.roles import Role, Scope
from keytally.core.scope import scope_of
from keytally.core.services import add_person, keep_attachment
from keytally.core.subjects import Subject, subject_kinds
from keytally.core.tests.samples import NOBODY, Samples, Secret
from keytally.identity.services.tokens import make_token
from keytally.jobs import registry
from keytally.jobs.models import Job
from keytally.people.rules.organisation import UnitKind
from keytally.people.rules.template import HoldingPlan, OrganisationPlan, UnitPlan, default_template, plan_organisation
from keytally.people.services.setup import set_up
from keytally.site.routes import Route, faults, routes

PACKAGE = Path(__file__).parents[2]
NEVER_GIVEN_OUT = 987_654_321
NO_SUCH_THING = "nosuchthing"
REFUSED = (403, 404, 405)
FORM = {"reason": "the walk asks", "format": "xlsx"}
JOB_SECRET = Secret("secretofajob", "jobs.view")
# Rows that every request may touch, whoever asks for whatever.
TOUCHED_ANYWAY = ("django_session", "axes_", "identity_", "account_", "usersessions_", "mfa_")
_PARAMETER = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
_WRITES = re.compile(r'^\s*(?:insert(?: or \w+)? into|update|delete from)\s+"?(?P<table>\w+)', re.IGNORECASE)


@dataclass(frozen=True)
class Leak:
    """What came through: where, to whom, and what."""

    route: str
    who: str
    what: str

    def __str__(self):
        return f"{self.route} as {self.who}: {self.what}"


@dataclass
class Walker:
    """Someone who goes everywhere: one of every role, one of none, and one who has not logged in."""

    label: str
    person: User | None
    token: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))
    caller: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def may_read(self, secret: Secret) -> bool:
        """Tell whether the others' secret may be read."""
        is_reached = any(map(self.reaches, (secret.permission, *secret.or_by)))
        return is_reached and all(map(self.person.may, secret.also))

    def reaches(self, permission: str) -> bool:
        """Tell whether the whole company is in reach of a permission."""
        return bool(self.person and permission != NOBODY and scope_of(self.person, permission) is Scope.COMPANY)


@dataclass
class World:
    """Everything that was laid out, and everyone who walks."""

    samples: list[Samples]
    walkers: list[Walker]
    seen: set[str] = field(default_factory=set)
    # Whatever a request does is undone, so that this stays true.
    exports_before: int = field(default_factory=Export.objects.count)

    @property
    def secrets(self) -> list[Secret]:
        return [secret for each in self.samples for secret in each.secrets]

    def value_of(self, route: Route, parameter: str) -> list[object] | None:
        space = f"api/{route.path.split('/')[3]}" if route.method else route.name.rpartition(":")[0]
        for key in (f"{route.name}:{parameter}", f"{space}:{parameter}"):
            for each in self.samples:
                if key in each.values:
                    found = each.values[key]
                    return list(found) if isinstance(found, list | tuple) else [found]
        return None

    def guard_of(self, route: Route) -> str:
        for each in self.samples:
            if route.name in each.seen_by:
                return each.seen_by[route.name]
        return NOBODY if route.permission == SIGNED_IN else str(route.permission)

    def names_nothing(self, route: Route) -> bool:
        return any(route.name in each.things_of_all for each in self.samples)


def lay_out(*, stranger: User, walkers: Sequence[Walker], now) -> World:
    """Ask every capability for its samples, lay a file to every kind of subject, and make a job of every kind."""
    _organise(stranger, [walker.person for walker in walkers if walker.person and walker.person.permissions], now=now)
    found = [
        import_module(f"keytally.{path.parts[-3]}.tests.walk_samples").samples(stranger, now=now)
        for path in sorted(PACKAGE.glob("*/tests/walk_samples.py"))
    ]
    return World([*found, _files(found, stranger=stranger, now=now), _jobs(stranger, now=now)], list(walkers))


def _organise(stranger: User, others: Sequence[User], *, now) -> None:
    """Put everyone who has a role into one region, the stranger into another, and one who does not walk above both."""
    units = (
        UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "Head office"),
        UnitPlan("E", UnitKind.REGION, "华东", "East", "HQ"),
        UnitPlan("SH", UnitKind.AREA, "上海", "Shanghai", "E", ("上海",)),
        UnitPlan("W", UnitKind.REGION, "西南", "West", "HQ"),
        UnitPlan("CD", UnitKind.AREA, "成都", "Chengdu", "W", ("成都",)),
    )
    plan = plan_organisation(units, template=default_template())
    theirs = [place.code for place in plan.positions if place.unit in ("E", "SH")]
    holdings = [HoldingPlan(code, person.pk) for code, person in zip(itertools.cycle(theirs), others, strict=False)]
    far_away = next(place.code for place in plan.positions if place.unit == "CD" and place.role == "REP")
    boss = add_person("far-boss", name="Far", password=None, roles=[Role.EXECUTIVE], by=None, now=now)
    above = [place.code for place in plan.positions if place.unit in ("HQ", "W", "CD") and place.code != far_away]
    held = (HoldingPlan(far_away, stranger.pk), *(HoldingPlan(code, boss.pk) for code in above), *holdings)
    whole = OrganisationPlan(plan.units, plan.positions, plan.lines, held)
    set_up(whole, starts_on=business_date(now) - timedelta(days=30), by=None, now=now)


def everybody(*, now) -> list[Walker]:
    """Make one person of every role, one of no role, and nobody."""
    walkers = [_walker(role.value, [role], now=now) for role in Role]
    return [*walkers, _walker("OUTSIDER", [], now=now), Walker("STRANGER TO THE HOUSE", None)]


def gaps(found: Sequence[Route], world: World) -> list[str]:
    """List what the walk could not reach: no permission, no sample for a parameter, a kind of subject without one."""
    missing = [
        f"{route.path} ({route.name}) has a parameter {name} for which nobody lays out a sample."
        for route in found
        for name in _parameters(route)
        if world.value_of(route, name) is None
    ]
    known = {kind for each in world.samples for kind in each.subjects}
    kinds = [f"No sample of the kind of subject {each.kind}." for each in subject_kinds() if each.kind not in known]
    return [*faults(found), *missing, *kinds]


def walk(found: Sequence[Route], world: World) -> list[Leak]:
    """Go to every route as everybody; answers what came through."""
    return [leak for walker in world.walkers for route in found for leak in _visit(route, walker=walker, world=world)]


def all_routes(urlconf: str | None = None) -> list[Route]:
    """Find every route of the site or of one url module."""
    return routes(urlconf)


def _visit(route: Route, *, walker: Walker, world: World) -> Iterator[Leak]:
    methods = [route.method] if route.method else ["GET"] if route.permission == PUBLIC else ["GET", "POST"]
    # Who may not call a route is refused before anybody looks for the thing: one thing shows it.
    paths = _paths(route, world) if _may_call(route, walker) else itertools.islice(_paths(route, world), 1)
    for path, missing in paths:
        for method in methods:
            answer = _ask(method, path, walker, world=world)
            where = f"{method} {path} ({route.name})"
            for what in _judge(route, answer, missing=missing, method=method, walker=walker, world=world):
                yield Leak(where, walker.label, what)


def told(leaks: Iterable[Leak]) -> str:
    """Say each finding once, with everyone it came through to."""
    heard: dict[tuple[str, str], list[str]] = {}
    for leak in leaks:
        heard.setdefault((leak.route, leak.what), []).append(leak.who)
    return "\n".join(f"{route}: {what}, to {', '.join(who)}" for (route, what), who in heard.items())


def _judge(route: Route, answer: "Answer", *, missing: str, method: str, walker: Walker, world: World) -> Iterator[str]:
    if answer.status >= 500:
        yield f"it broke ({answer.status})"
    for secret in world.secrets:
        if secret.text.encode() in answer.body:
            world.seen.add(secret.text)
            if not walker.may_read(secret):
                yield f"it shows {secret.text}, which {secret.permission or 'nobody else'} guards"
    if answer.is_file and not answer.is_recorded and not _is_exempt(route, world):
        yield "a file left without a record"
    if _may_call(route, walker):
        yield from _out_of_reach(route, answer, missing=missing, method=method, walker=walker, world=world)
    elif not _is_refused(route, answer, walker):
        yield f"it answers {answer.status} without the permission {route.permission}"


def _out_of_reach(
    route: Route, answer: "Answer", *, missing: str, method: str, walker: Walker, world: World
) -> Iterator[str]:
    if not missing or route.permission == PUBLIC or world.names_nothing(route) or walker.reaches(world.guard_of(route)):
        return
    if answer.writes:
        yield f"it changed {', '.join(sorted(answer.writes))} of a thing out of reach"
    if answer.status < 300:
        yield f"it answers {answer.status} for a thing out of reach"
    elif answer.status not in REFUSED:
        other = _ask(method, missing, walker, world=world)
        if (other.status, other.leads_to) != (answer.status, answer.leads_to):
            yield f"it answers {answer.status} for a thing out of reach, and {other.status} for one that never was"


def _may_call(route: Route, walker: Walker) -> bool:
    if route.permission == PUBLIC:
        return True
    if walker.person is None:
        return False
    return route.permission == SIGNED_IN or walker.person.may(str(route.permission))


def _is_refused(route: Route, answer: "Answer", walker: Walker) -> bool:
    # Who has no role has no token; and an operation reads what it is sent before it asks who sends it.
    if route.method and answer.status in (400, 401, 422):
        return True
    if walker.person is None:
        return answer.status in (401, 403, 405) or (answer.status == 302 and "/log-in/" in answer.leads_to)
    return answer.status in (403, 405)


def _is_exempt(route: Route, world: World) -> bool:
    """An attachment is handed out as it was handed in; what is nobody's thing (a sample file) is no export."""
    return route.name == "core:attachment" or (world.names_nothing(route) and route.name != "core:take")


@dataclass(frozen=True)
class Answer:
    """What came back, unpacked."""

    status: int
    leads_to: str
    body: bytes
    is_file: bool
    is_recorded: bool
    writes: frozenset[str]


def _ask(method: str, path: str, walker: Walker, *, world: World) -> Answer:
    """Ask and undo whatever was done; the walker stays logged in."""
    cookies = copy.deepcopy(walker.client.cookies)
    written: set[str] = set()

    def watch(execute, sql, params, many, context):
        done = execute(sql, params, many, context)
        found = _WRITES.match(sql)
        if found and context["cursor"].rowcount and not found["table"].startswith(TOUCHED_ANYWAY):
            written.add(found["table"])
        return done

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            response = _send(method, path, walker)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        is_file = "attachment" in response.headers.get("Content-Disposition", "")
        is_recorded = is_file and Export.objects.count() > world.exports_before
        transaction.set_rollback(True)
    walker.client.cookies = cookies
    return Answer(
        status=response.status_code,
        leads_to=re.sub(rf"\d+|{NO_SUCH_THING}", "…", response.headers.get("Location", "")),
        body=_unpacked(body),
        is_file=is_file,
        is_recorded=is_recorded,
        writes=frozenset(written),
    )


def _send(method: str, path: str, walker: Walker):
    if path.startswith("/api/v1/"):
        headers = {"Authorization": f"Bearer {walker.token}", "Idempotency-Key": "walk"} if walker.token else {}
        walker.caller.cookies.clear()
        return walker.caller.generic(method, path, "{}", content_type="application/json", headers=headers)
    return walker.client.get(path) if method == "GET" else walker.client.generic(
        method, path, "&".join(f"{key}={value}" for key, value in FORM.items()),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"PK\x03\x04"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


@cache
def _parameters(route: Route) -> tuple[str, ...]:
    return tuple(found["name"] for found in _PARAMETER.finditer(route.path))


def _paths(route: Route, world: World) -> Iterator[tuple[str, str]]:
    """Name the addresses of a route's samples, each with that of a thing that never was."""
    names = _parameters(route)
    values = [world.value_of(route, name) or [] for name in names]
    for chosen in itertools.product(*values):
        given = dict(zip(names, chosen, strict=True))
        absent = {name: NEVER_GIVEN_OUT if isinstance(value, int) else NO_SUCH_THING for name, value in given.items()}
        yield _filled(route.path, given), _filled(route.path, absent) if names else ""


def _filled(path: str, values: Mapping[str, object]) -> str:
    return _PARAMETER.sub(lambda found: str(values[found["name"]]), path)


def _walker(label: str, held: Iterable[Role], *, now) -> Walker:
    username = f"walker-{label.lower()}"
    person = add_person(username, name=label.title(), password=None, roles=held, by=None, now=now, language="en")
    walker = Walker(label, person)
    walker.client.force_login(person)
    if person.permissions:
        _token, walker.token = make_token(person, name="walk", permissions=person.permissions, days=1, now=now)
    return walker


def _files(found: Iterable[Samples], *, stranger: User, now) -> Samples:
    """Lay a file with a secret to every subject."""
    secrets, numbers = [], []
    for kind, (number, permission) in {kind: value for each in found for kind, value in each.subjects.items()}.items():
        secret = Secret(f"secretfileof{kind.replace('_', '')}", permission)
        file = keep_attachment(
            [secret.text.encode()], name="secret.txt", subject=Subject(kind, number), by=stranger, now=now
        )
        secrets.append((secret, permission))
        numbers.append(file.pk)
    return Samples(
        values={"core:attachment:attachment_id": numbers, "core:take:code": list(exports.listings())},
        secrets=[secret for secret, _permission in secrets],
        # Whose file it is decides the secret in it; the address itself is judged by that alone.
        seen_by={},
        things_of_all=frozenset({"core:attachment", "core:take"}),
    )


def _jobs(stranger: User, *, now) -> Samples:
    """Make a job of every kind, with a secret wherever a job has words."""
    registry.load_tasks()
    said = {"name": JOB_SECRET.text, "file": JOB_SECRET.text}
    made = Job.objects.bulk_create(
        Job(
            kind=kind,
            owner=stranger,
            parameters=said,
            result=said,
            error_code="UNEXPECTED",
            error_parameters={**said, "type": JOB_SECRET.text, "job_id": 1},
            state=Job.State.FAILED,
            step=JOB_SECRET.text,
            queued_at=now,
            started_at=now,
            ended_at=now,
        )
        for kind in sorted(registry._kinds)
    )
    numbers = [job.pk for job in made]
    return Samples(
        values={"jobs:job_id": numbers, "api/jobs:job_id": numbers},
        secrets=[JOB_SECRET],
        seen_by={},
    )
