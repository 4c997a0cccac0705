"""Name the dedicated person of an account (R03, K08), and let people in."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.accounts.labels import GrantKind, MatterState
from keytally.accounts.models import (
    AccountGrant,
    AccountNode,
    AccountPromise,
    Contact,
    CoordinationMatter,
    DedicatedManager,
    Visit,
)
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.visits import VisitState
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User


@transaction.atomic
def set_dedicated(
    node: AccountNode, *, person: "User", deputy: "User | None", starts_on: date, by: "User | None", now: datetime
) -> DedicatedManager:
    """Name the one person of an account and a deputy from a day on; who was before stays readable."""
    if deputy and deputy.pk == person.pk:
        raise UnableToKeepAccount("DEPUTY_IS_SAME")
    latest = DedicatedManager.objects.select_for_update().filter(node=node, ends_before=None).first()
    if latest and (latest.person_id, latest.deputy_id) == (person.pk, deputy.pk if deputy else None):
        return latest
    if latest and starts_on <= latest.starts_on:
        raise UnableToKeepAccount(("DEDICATED_NOT_LATER", {"latest": latest.starts_on}))
    if latest:
        latest.ends_before = starts_on
        latest.save(update_fields=["ends_before"])
    kept = DedicatedManager.objects.create(node=node, person=person, deputy=deputy, starts_on=starts_on)
    after = {"person": person.pk, "deputy": deputy.pk if deputy else None, "from": starts_on.isoformat()}
    record_audit("account.dedicated", by=by, at=now, subject=account(node.pk), after=after)
    return kept


@transaction.atomic
def give_over(node: AccountNode, *, to: "User", by: "User", now: datetime, reason: str) -> None:
    """Give an account to another owner."""
    if node.owner_id == to.pk:
        return
    before, node.owner = node.owner_id, to
    node.save(update_fields=["owner"])
    record_audit(
        "account.owner",
        by=by,
        at=now,
        subject=account(node.pk),
        reason=reason,
        before={"owner": before},
        after={"owner": to.pk},
    )
    index_accounts([node.pk])


@transaction.atomic
def grant(
    node: AccountNode,
    *,
    person: "User",
    kind: GrantKind,
    starts_on: date,
    ends_before: date | None,
    reason: str,
    by: "User",
    now: datetime,
) -> AccountGrant:
    """Let a person in on a node and everything below it, for a span of days."""
    if not reason.strip():
        raise UnableToKeepAccount("REASON_MISSING")
    if ends_before and ends_before <= starts_on:
        raise UnableToKeepAccount("GRANT_ENDS_EARLY")
    kept = AccountGrant.objects.create(
        node=node, person=person, kind=kind, starts_on=starts_on, ends_before=ends_before, reason=reason.strip()
    )
    after = {"person": person.pk, "kind": kind, "from": starts_on.isoformat(), "grant": kept.pk}
    record_audit("account.grant", by=by, at=now, subject=account(node.pk), reason=kept.reason, after=after)
    return kept


@transaction.atomic
def end_grant(given: AccountGrant, *, on: date, by: "User", now: datetime) -> None:
    """End a grant on a day; one that had not begun is taken back."""
    if given.ends_before and given.ends_before <= on:
        return
    after = {"grant": given.pk, "person": given.person_id, "ends_before": on.isoformat()}
    record_audit("account.grant_end", by=by, at=now, subject=account(given.node_id), after=after)
    if given.starts_on >= on:
        given.delete()
    else:
        given.ends_before = on
        given.save(update_fields=["ends_before"])


@transaction.atomic
def hand_over(what: str, *, ids: Collection[int], giver: "User", receiver: "User", by: "User", now: datetime) -> None:
    """Give accounts, relationships, promises, matters or planned visits to another person, each audited."""
    if what == "accounts":
        for node in AccountNode.objects.filter(pk__in=ids, owner=giver).order_by("pk"):
            give_over(node, to=receiver, by=by, now=now, reason="handover")
        return
    held, column = _held(what, giver)
    moved = list(held.filter(pk__in=ids).values_list("pk", "node"))
    held.filter(pk__in=[number for number, _of in moved]).update(**{column: receiver})
    for number, of in moved:
        facts = {what: number, "to": receiver.pk}
        record_audit("account.hand_over", by=by, at=now, subject=account(of), before={"from": giver.pk}, after=facts)


def _held(what: str, giver: "User") -> tuple["QuerySet[Any]", str]:
    """Find what somebody holds, and the column that says so."""
    if what == "contacts":
        return Contact.objects.filter(holder=giver), "holder"
    if what == "visits":
        return Visit.objects.filter(visitor=giver, state=VisitState.PLANNED), "visitor"
    if what == "matters":
        return CoordinationMatter.objects.filter(owner=giver, state=MatterState.OPEN), "owner"
    return AccountPromise.objects.filter(owner=giver), "owner"
