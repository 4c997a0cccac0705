"""What must still be known before a store becomes active? (O14, workflows 3.3)"""

from collections.abc import Collection, Iterable
from datetime import date

from django.db.models import Q
from django.utils.translation import get_language

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountNode, AccountTier, PartyRoles
from keytally.accounts.queries.snapshots import Holdings, holdings_of
from keytally.accounts.rules.attributes import BY_CODE, missing
from keytally.accounts.rules.parties import PartyKind

CENTRAL = frozenset({"CENTRAL", "MIXED"})


def missing_columns(node: AccountNode, *, as_of: date) -> tuple[str, ...]:
    """List the columns of S1 that must be filled before a store becomes active and are not."""
    return missing_in(node, holdings_of([node.pk])[node.pk], chain_tiers=_chain_tiers(node), as_of=as_of)


def missing_in(node: AccountNode, held: Holdings, *, chain_tiers: Collection[int], as_of: date) -> tuple[str, ...]:
    """List them for a store that was read with what is kept with it; a store is led as its chain is."""
    classes = {one.value.axis.code: one.value.code for one in held.classes}
    latest = sorted(held.parties, key=lambda one: one.starts_on, reverse=True)
    # What ended says nothing any more; what is to begin does.
    to_come = [one for one in latest if one.starts_on > as_of]
    parties = in_force(latest, as_of=as_of) or (to_come[-1] if to_come else None)
    theirs = [one for one in held.codes if one.side == CodeSide.THEIRS]
    facts: dict[str, object] = {
        "chain": node.chain_id,
        "code": node.code,
        "their_code": any(not one.ends_before or one.ends_before > as_of for one in theirs) or None,
        "name_zh": node.name_zh,
        "tax_id": node.legal_party.tax_id if node.legal_party else None,
        "account_tier": as_of.year in held.tiers or as_of.year in chain_tiers or None,
        "nka_data": node.is_on_nka_list,
        "area_code": node.area_code,
        "address": node.address,
        "opened_on": node.opened_on,
        "dc": node.served_from_id,
        # Without a distributor it is we who supply.
        "supplier": True,
        "sales_rep": node.owner_id,
        **classes,
    }
    if parties:
        facts |= {"buyer": True, "ship_to": True, "bill_to": True, "from": parties.starts_on}
    return missing(
        facts,
        is_bill_to=parties is not None and parties.bill_to_kind == PartyKind.STORE,
        is_central=classes.get("operation") in CENTRAL,
    )


def missing_for(node: AccountNode, *, as_of: date) -> str:
    """Word what must still be filled in, in the reader's language."""
    is_chinese = (get_language() or "").startswith("zh")
    names = [
        BY_CODE[code].name_zh if is_chinese else BY_CODE[code].name_en for code in missing_columns(node, as_of=as_of)
    ]
    return ("、" if is_chinese else ", ").join(names)


def open_on(day: date) -> Q:
    """Keep what does not end before or on a day, whenever it began."""
    return Q(ends_before=None) | Q(ends_before__gt=day)


def in_force(parties: Iterable[PartyRoles], *, as_of: date) -> PartyRoles | None:
    """Find the parties in force on a day among those of a store."""
    return next(
        (one for one in parties if one.starts_on <= as_of and (not one.ends_before or one.ends_before > as_of)), None
    )


def parties_on(store: int, *, as_of: date) -> PartyRoles | None:
    """Find the parties of a store in force on a day."""
    found = PartyRoles.objects.filter(Q(ends_before=None) | Q(ends_before__gt=as_of), store=store, starts_on__lte=as_of)
    return found.select_related("buyer", "ship_to", "bill_to").first()


def _chain_tiers(node: AccountNode) -> list[int]:
    return list(AccountTier.objects.filter(node=node.chain_id).values_list("year", flat=True)) if node.chain_id else []
