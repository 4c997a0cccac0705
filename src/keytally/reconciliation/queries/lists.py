"""Which reconciliations may a person see and change, and which wait for them?"""

from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from keytally.accounts.models import AccountNode
from keytally.accounts.queries.reach import RELATE, visible_to
from keytally.accounts.queries.reach import VIEW as SEES_ACCOUNTS
from keytally.core import scope
from keytally.core.clock import business_date
from keytally.core.models import AuditEntry, User
from keytally.core.queries import audit_of
from keytally.core.roles import Kind, declared
from keytally.core.subjects import Subject
from keytally.jobs.models import Job
from keytally.reconciliation.models import Reconciliation

SUBJECT_KIND = "reconciliation"
VIEW, RUN, DECIDE = "reconcile.view", "reconcile.run", "reconcile.decide"
SIGN, REOPEN = "reconcile.sign", "reconcile.reopen"
State = Reconciliation.State
# What nobody touched for so long no longer waits; the list keeps it.
WAITS_FOR = timedelta(days=180)
MOST_WAITING = 200
ACCOUNT_KINDS = ("CHAIN", "COMPANY", "HEAD_OFFICE", "STORE")
WAITING_STATES = (State.DRAFT, State.MAPPED, State.DRY_RUN, State.OPEN)


def visible_reconciliations(person: User, as_of: date) -> QuerySet[Reconciliation]:
    """List the reconciliations a person may see on a day, newest first: those in reach, and those of their accounts."""
    found = Reconciliation.objects.select_related("owner", "job", "account").order_by("-created_at", "-pk")
    return _in_reach(found, person=person, permission=VIEW, as_of=as_of)


def _in_reach(
    found: QuerySet[Reconciliation], *, person: User, permission: str, as_of: date
) -> QuerySet[Reconciliation]:
    """Keep what a permission reaches by its owner or by its account."""
    reach = scope.scope_of(person, permission)
    if reach is None:
        return found.none()
    if reach is scope.Scope.COMPANY:
        return found
    owners = scope.owners(person, permission=permission, scope=reach, as_of=as_of)
    accounts = _accounts(person, permission=permission, as_of=as_of)
    return found.filter(Q(owner__among=owners) | Q(account__in=accounts.values("pk")))


def _accounts(person: User, *, permission: str, as_of: date) -> QuerySet[AccountNode]:
    """List the accounts whose reconciliations a person sees or changes; a dotted line gives sight alone."""
    is_reading = declared()[permission].kind is Kind.READ
    if is_reading or scope.scope_of(person, SEES_ACCOUNTS) is scope.Scope.COMPANY:
        return visible_to(person, as_of=as_of)
    return visible_to(person, as_of=as_of, permission=RELATE)


def filtered_reconciliations(
    person: User, as_of: date, *, state: str, text: str, month: str = ""
) -> QuerySet[Reconciliation]:
    """List the reconciliations a person may see, by state, by month and by words in the name or the account."""
    found = visible_reconciliations(person, as_of)
    if state in State.values:
        found = found.filter(_in_state(State(state)))
    if month:
        found = found.filter(month=month)
    words = text.strip()
    named = Q(name__icontains=words) | Q(account__name_zh__icontains=words) | Q(account__name_en__icontains=words)
    return found.filter(named | Q(account__code=words)) if words else found


def waiting_for(person: User, *, now: datetime) -> QuerySet[Reconciliation]:
    """List the reconciliations of the last months that wait for a person, the oldest first.

    Their own as long as there is something to do, and explained ones for everyone who may sign them off.
    """
    wanted = Q(owner=person, state__in=WAITING_STATES)
    if person.may(SIGN):
        to_sign = changeable_reconciliations(person, business_date(now), SIGN).filter(state=State.EXPLAINED)
        wanted |= Q(pk__in=to_sign.order_by().values("pk"))
    recent = Reconciliation.objects.filter(wanted, changed_at__gt=now - WAITS_FOR)
    return recent.order_by("changed_at", "pk")[:MOST_WAITING]


def owned_by(person: User) -> QuerySet[Reconciliation]:
    """List a person's own reconciliations in every state, for a handover."""
    return Reconciliation.objects.filter(owner=person).order_by("-created_at", "-pk")


def _in_state(state: State) -> Q:
    """Find what is shown in a state, a job that ended without a result included."""
    running = Q(state=State.RUNNING)
    ended_badly = {
        State.FAILED: Q(job__state=Job.State.FAILED) | Q(job=None),
        State.STOPPED: Q(job__state=Job.State.STOPPED),
    }
    if state == State.RUNNING:
        return running & Q(job__state__in=Job.ACTIVE)
    if state in ended_badly:
        return Q(state=state) | (running & ended_badly[state])
    return Q(state=state)


def changeable_reconciliations(person: User, as_of: date, permission: str = RUN) -> QuerySet[Reconciliation]:
    """List the reconciliations a person may change on a day: to correct and run, or by another permission."""
    found = visible_reconciliations(person, as_of)
    return _in_reach(found, person=person, permission=permission, as_of=as_of)


def accounts_to_choose(person: User, as_of: date) -> QuerySet[AccountNode]:
    """List the accounts a person may reconcile: chains and their head offices first, then stores."""
    nodes = _accounts(person, permission=RUN, as_of=as_of).filter(merged_into=None)
    return nodes.filter(kind__in=ACCOUNT_KINDS).order_by("kind", "name_sort", "pk")


def subject_of(number: int) -> Subject:
    """Name a reconciliation as a subject."""
    return Subject(SUBJECT_KIND, number)


def reconciliation(number: int) -> Reconciliation:
    """Find a reconciliation with its sides, for the work of a job."""
    return Reconciliation.objects.select_related("ours", "theirs", "store_map", "item_map", "account__chain").get(
        pk=number
    )


def reconciliation_for_update(number: int) -> Reconciliation:
    """Hold a reconciliation's row until the transaction ends."""
    rows = Reconciliation.objects.select_for_update(of=("self",)).select_related("job__owner", "owner")
    return rows.get(pk=number)


def last_entry(number: int) -> AuditEntry | None:
    """Find what was done to a reconciliation last."""
    return audit_of(subject_of(number)).select_related("person").order_by("-pk").first()


def job_owner(number: int) -> User | None:
    """Find who asked for a job."""
    found = Job.objects.select_related("owner").filter(pk=number).first()
    return found.owner if found else None
