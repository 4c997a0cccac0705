"""Which requests may a person see, and what does one of them look like?"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from keytally.approvals.models import Request, Seat, Slot, Step
from keytally.approvals.rules.facts import Facts
from keytally.approvals.rules.workflow_data import read_value
from keytally.core import scope
from keytally.core.models import User
from keytally.core.scope import Scope, reach_of
from keytally.core.subjects import Subject

PERMISSION = "approvals.view"


def visible_to(person: User, as_of: date) -> QuerySet[Request]:
    """List the requests a person may see on a day.

    Their own and those within their scope, those they decide, decided or are consulted on, and those that wait for
    somebody who reports to them or for whom they stand in.
    """
    requests = Request.objects.select_related("requester")
    reached = scope.scope_of(person, PERMISSION)
    if reached is None or reached is Scope.COMPANY:
        return requests if reached else requests.none()
    reach = reach_of(person, as_of=as_of)
    owners = scope.owners(person, permission=PERMISSION, scope=reached, as_of=as_of)
    own = Seat.objects.filter(person=person)
    near = Seat.objects.filter(Q(person__among=(reach.decides | reach.stands_in_for) - {person.pk}), is_waiting=True)
    stood_in = Slot.objects.filter(decided_by=person, decided_for__isnull=False)
    return requests.filter(
        Q(requester__among=owners)
        | Q(pk__in=own.values("request"))
        | Q(pk__in=near.values("request"))
        | Q(pk__in=stood_in.order_by().values("step__request"))
    )


def own_requests(person: User) -> QuerySet[Request]:
    """List what a person asked for, newest first."""
    return Request.objects.filter(requester=person).order_by("-id")


def returned_requests_of(person: User) -> QuerySet[Request]:
    """List a person's requests that came back for change, for a handover."""
    return Request.objects.filter(requester=person, state=Request.State.RETURNED).order_by("pk")


def route_of(request: Request) -> list[Step]:
    """List the steps of every round of a request with who decides and who decided; in three queries."""
    seats = Prefetch("seats", Seat.objects.select_related("person").order_by("person__name", "id"))
    slots = Slot.objects.select_related("decided_by", "decided_for").order_by("place").prefetch_related(seats)
    return list(request.steps.order_by("round", "place").prefetch_related(Prefetch("slots", slots)))


def request_for_update(request_id: int) -> Request:
    """Find a request and hold it until the transaction ends."""
    return Request.objects.select_for_update().select_related("rules").get(pk=request_id)


def next_seat(request: Request) -> Seat | None:
    """Find somebody for whom a request waits, the first by step and then by number."""
    waiting = Seat.objects.filter(request=request, is_waiting=True)
    return waiting.select_related("person", "slot__step").order_by("slot__step__place", "slot__place", "pk").first()


def slot_of(slot_id: int) -> Slot | None:
    """Find a decision with its step and request."""
    return Slot.objects.select_related("step__request").filter(pk=slot_id).first()


def facts_of(request: Request) -> Facts:
    """Read the facts that a request says."""
    return {key: read_value(value, where=key) for key, value in request.facts.items()}


def running_about(subject: Subject, *, kind: str) -> Request | None:
    """Find the request of a kind that runs about a subject."""
    return Request.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, kind=kind, state=Request.State.RUNNING
    ).first()


def latest_about(subject: Subject, *, kind: str) -> Request | None:
    """Find the newest request of a kind about a subject, whatever became of it."""
    return Request.objects.filter(subject_kind=subject.kind, subject_id=subject.id, kind=kind).order_by("-id").first()


def is_approved(subject: Subject, *, kind: str, content_hash: str) -> bool:
    """Tell whether exactly this content was approved; a text that changed afterwards was not."""
    found = latest_about(subject, kind=kind)
    return found is not None and found.state == Request.State.APPROVED and found.content_hash == content_hash


def request_with_key(key: str, *, person: User) -> Request | None:
    """Find what a form has already made."""
    return Request.objects.filter(key=key, requester=person).first()


def people_by_id(numbers: Iterable[int]) -> dict[int, User]:
    """Find people by their numbers, those who may log in."""
    return {person.pk: person for person in User.objects.filter(pk__in=set(numbers), is_active=True)}


def waiting_names(requests: Iterable[Request]) -> dict[int, list[str]]:
    """Name the people each of some requests waits for, in one query."""
    seats = Seat.objects.filter(request__in=[request.pk for request in requests], is_waiting=True)
    found: dict[int, list[str]] = {}
    for number, name in seats.order_by("person__name").values_list("request", "person__name").distinct():
        found.setdefault(number, []).append(name)
    return found


def to_take(requests: QuerySet[Request]) -> QuerySet[Request]:
    """Fetch what a file shows of each request: who asked, and the people it waits for."""
    waiting = Seat.objects.filter(is_waiting=True).select_related("person").order_by("person__name")
    return requests.select_related("requester").prefetch_related(Prefetch("seats", waiting)).order_by("-id")


def filtered(requests: QuerySet[Request], *, kind: str, state: str, text: str) -> QuerySet[Request]:
    """Keep the requests of a kind, a state, or with a word in title or account name."""
    wanted = Q()
    if kind:
        wanted &= Q(kind=kind)
    if state:
        wanted &= Q(state=state)
    if text:
        wanted &= Q(title__icontains=text) | Q(account_name__icontains=text)
    return requests.filter(wanted)
