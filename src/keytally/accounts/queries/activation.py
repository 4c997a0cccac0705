"""What must still be known before a store becomes active? (O14, workflows 3.3)"""

from datetime import date

from django.db.models import Q
from django.utils.translation import get_language

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountNode, PartyRoles
from keytally.accounts.rules.attributes import BY_CODE, missing
from keytally.accounts.rules.parties import PartyKind

CENTRAL = frozenset({"CENTRAL", "MIXED"})


def missing_columns(node: AccountNode, *, as_of: date) -> tuple[str, ...]:
    """List the columns of S1 that must be filled before a store becomes active and are not."""
    classes: dict[str, str] = dict(node.classifications.values_list("value__axis__code", "value__code"))
    parties = parties_on(node.pk, as_of=as_of) or node.party_roles.first()
    facts: dict[str, object] = {
        "chain": node.chain_id,
        "code": node.code,
        "their_code": node.codes.filter(side=CodeSide.THEIRS).exists() or None,
        "name_zh": node.name_zh,
        "tax_id": node.legal_party.tax_id if node.legal_party else None,
        "account_tier": _tier_exists(node, year=as_of.year) or None,
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


def parties_on(store: int, *, as_of: date) -> PartyRoles | None:
    """Find the parties of a store in force on a day."""
    in_force = PartyRoles.objects.filter(
        Q(ends_before=None) | Q(ends_before__gt=as_of), store=store, starts_on__lte=as_of
    )
    return in_force.select_related("buyer", "ship_to", "bill_to").first()


def _tier_exists(node: AccountNode, *, year: int) -> bool:
    """Look at the chain too: a store is led as its chain is, unless it has a tier of its own."""
    return node.tiers.filter(year=year).exists() or bool(node.chain and node.chain.tiers.filter(year=year).exists())
