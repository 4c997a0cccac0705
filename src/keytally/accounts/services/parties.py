"""Say who orders, receives and pays for a store from a day on (B02-B05)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from keytally.accounts.models import AccountNode, PartyRoles
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.parties import NodeKind, Party, judge_parties, party_kind
from keytally.accounts.subjects import account
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User


@transaction.atomic
def set_parties(
    store: AccountNode,
    *,
    buyer: AccountNode,
    ship_to: AccountNode,
    bill_to: AccountNode,
    starts_on: date,
    by: "User | None",
    now: datetime,
) -> PartyRoles:
    """Keep the parties of a store from a day on, or raise `UnableToKeepAccount` with every reason."""
    latest = PartyRoles.objects.select_for_update().filter(store=store).order_by("-starts_on").first()
    kept = new_parties(store, buyer=buyer, ship_to=ship_to, bill_to=bill_to, starts_on=starts_on, latest=latest)
    if kept is latest:
        return kept
    if latest and latest.ends_before is None:
        latest.ends_before = starts_on
        latest.save(update_fields=["ends_before"])
    kept.save()
    record_audit(
        "account.parties",
        by=by,
        at=now,
        subject=account(store.pk),
        before=shown(latest) if latest else None,
        after=shown(kept),
    )
    return kept


def new_parties(
    store: AccountNode,
    *,
    buyer: AccountNode,
    ship_to: AccountNode,
    bill_to: AccountNode,
    starts_on: date,
    latest: PartyRoles | None,
) -> PartyRoles:
    """Write the parties that follow the latest, or raise `UnableToKeepAccount`; the latest itself if it holds them."""
    if store.kind != NodeKind.STORE:
        raise UnableToKeepAccount("NOT_A_STORE")
    verdict = judge_parties(_party(store), buyer=_party(buyer), ship_to=_party(ship_to), bill_to=_party(bill_to))
    if verdict.mode is None:
        raise UnableToKeepAccount(*verdict.reasons)
    chosen = (buyer.pk, ship_to.pk, bill_to.pk)
    if latest and (latest.buyer_id, latest.ship_to_id, latest.bill_to_id) == chosen and latest.ends_before is None:
        return latest
    if latest and starts_on <= latest.starts_on:
        raise UnableToKeepAccount(("PARTIES_NOT_LATER", {"day": starts_on, "latest": latest.starts_on}))
    if latest and latest.ends_before and starts_on < latest.ends_before:
        raise UnableToKeepAccount(("PARTIES_STILL_HELD", {"day": starts_on, "until": latest.ends_before}))
    return PartyRoles(
        store=store,
        starts_on=starts_on,
        buyer=buyer,
        buyer_kind=_side(buyer),
        ship_to=ship_to,
        ship_to_kind=_side(ship_to),
        bill_to=bill_to,
        bill_to_kind=_side(bill_to),
    )


def _party(node: AccountNode) -> Party:
    # A store that is about to be added has no number yet; nobody else is without one.
    return Party(node.pk or 0, NodeKind(node.kind), node.chain_id)


def _side(node: AccountNode) -> str:
    return party_kind(NodeKind(node.kind)).value


def shown(roles: PartyRoles) -> dict[str, object]:
    """Write the parties of a store as the audit keeps them."""
    parties = {"buyer": roles.buyer_id, "ship_to": roles.ship_to_id, "bill_to": roles.bill_to_id}
    return {**parties, "from": roles.starts_on.isoformat(), "mode": roles.mode}
