"""Keep who an account is in law, how far it is trusted, and through whose hands goods reach its shelf."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from keytally.accounts.models import AccountNode, CreditGrade, LegalParty, SupplyLayer
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rules.codes import checked_number
from keytally.accounts.rules.tiers import CreditGrade as Grade
from keytally.accounts.services.nodes import set_servers
from keytally.accounts.services.words import index_accounts
from keytally.accounts.subjects import account
from keytally.core.services import record_audit

if TYPE_CHECKING:
    from keytally.core.models import User

LAW = ("name", "tax_id", "bank_name", "bank_account", "representative", "registered_capital_minor", "address")
BY_HAND = "by hand"


@dataclass(frozen=True, slots=True)
class Layer:
    """A hand between us and the shelf, and its margin in parts per million if it is known."""

    name: str
    margin_ppm: int | None = None


@transaction.atomic
def keep_law(node: AccountNode, *, facts: Mapping[str, Any], by: "User | None", now: datetime) -> LegalParty:
    """Keep the legal party of an account; a tax id that another has already means that other.

    Of the other what is known stays, and what is said fills its gaps: it is shared, and nobody who links to it saw it.
    """
    number, fault = checked_number("TAX_ID", facts.get("tax_id", ""))
    if fault:
        raise UnableToKeepAccount((fault, {"value": facts.get("tax_id", "")}))
    if not facts.get("name", "").strip():
        raise UnableToKeepAccount("LEGAL_NAME_MISSING")
    known = LegalParty.objects.filter(tax_id=number).first() if number else None
    own = node.legal_party if node.legal_party and node.legal_party.tax_id in ("", number) else None
    party = known or own or LegalParty()
    before = {name: getattr(party, name) for name in LAW} if party.pk else {}
    is_shared = known is not None and known.pk != node.legal_party_id
    for name in LAW:
        if name in facts and not (is_shared and getattr(party, name) not in ("", None)):
            setattr(party, name, facts[name])
    party.tax_id = number
    after = {name: getattr(party, name) for name in LAW}
    is_linked = node.legal_party_id is not None and node.legal_party_id == party.pk
    if after == before and is_linked:
        return party
    party.save()
    changed = {name for name in LAW if before.get(name) != after[name]}
    record_audit(
        "account.law",
        by=by,
        at=now,
        subject=account(node.pk),
        before={name: before.get(name) for name in sorted(changed)} | {"legal_party": node.legal_party_id},
        after={name: after[name] for name in sorted(changed)} | {"legal_party": party.pk},
    )
    node.legal_party = party
    node.save(update_fields=["legal_party"])
    index_accounts(party.nodes.values_list("pk", flat=True))
    return party


@transaction.atomic
def record_credit_grade(
    node: AccountNode, *, grade: Grade, starts_on: date, source: str, by: "User | None", now: datetime
) -> CreditGrade:
    """Keep how far an account is trusted from a day on; what was before stays readable."""
    latest = CreditGrade.objects.select_for_update().filter(node=node).order_by("-starts_on").first()
    if latest and latest.ends_before is None and latest.grade == grade:
        return latest
    if latest and starts_on <= latest.starts_on:
        raise UnableToKeepAccount(("GRADE_NOT_LATER", {"latest": latest.starts_on}))
    if latest and latest.ends_before is None:
        latest.ends_before = starts_on
        latest.save(update_fields=["ends_before"])
    kept = CreditGrade.objects.create(node=node, grade=grade, starts_on=starts_on, source=source)
    before = {"grade": latest.grade} if latest else None
    after = {"grade": grade, "from": starts_on.isoformat(), "source": source}
    record_audit("account.credit_grade", by=by, at=now, subject=account(node.pk), before=before, after=after)
    return kept


@transaction.atomic
def keep_servers(
    node: AccountNode, *, servers: Mapping[str, Any], layers: Sequence[Layer], by: "User", now: datetime
) -> None:
    """Keep who serves an account, and the hands between us and its shelf with the margin each takes (V02)."""
    set_servers(node, servers, by=by, now=now)
    before = [[one.name, one.margin_ppm] for one in node.layers.all()]
    after = [[one.name, one.margin_ppm] for one in layers]
    if after == before:
        return
    node.layers.all().delete()
    SupplyLayer.objects.bulk_create(
        SupplyLayer(node=node, position=place, name=one.name, margin_ppm=one.margin_ppm)
        for place, one in enumerate(layers, start=1)
    )
    node.supply_layers = len(layers) or None
    node.save(update_fields=["supply_layers"])
    shown = account(node.pk)
    record_audit("account.layers", by=by, at=now, subject=shown, before={"layers": before}, after={"layers": after})
