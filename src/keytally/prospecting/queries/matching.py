"""Which leads and accounts may be the company that was found?"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from keytally.accounts.models import AccountNode, Contact
from keytally.accounts.rules.codes import plain_phone
from keytally.accounts.rules.duplicates import plain_name
from keytally.accounts.rules.parties import NodeKind
from keytally.prospecting.labels import SHARED
from keytally.prospecting.models import Lead
from keytally.prospecting.rules.likeness import BLOCK, Company, Shared, block_of, domain_of, is_sure, shared

ACCOUNT, LEAD = "account", "lead"
_CHUNK = 300


@dataclass(frozen=True, slots=True)
class Known:
    """A lead or an account that may be the same company, who has it, and what they share."""

    kind: str
    number: int
    label: str
    owner: str
    reasons: tuple[Shared, ...]

    @property
    def is_sure(self) -> bool:
        """Tell whether it is the same for sure, or only similar."""
        return is_sure(self.reasons)

    @property
    def words(self) -> str:
        """Say in the reader's language what is shared."""
        return ", ".join(str(SHARED[reason]) for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: str
    number: int
    label: str
    owner: str
    company: Company


def known_companies(found: Sequence[Mapping[str, Any]]) -> list[tuple[Known, ...]]:
    """List for each company what is known that may be it, the surest first, in a number of queries that is constant."""
    asked = [_company(facts) for facts in found]
    candidates = [*_leads(asked), *_accounts(asked)]
    by_key: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        for key in _keys(candidate.company):
            by_key[key].append(candidate)
    return [_fitting(company, by_key) for company in asked]


def _fitting(company: Company, by_key: Mapping[tuple[str, str], list[_Candidate]]) -> tuple[Known, ...]:
    near = {(one.kind, one.number): one for key in _keys(company) for one in by_key.get(key, ())}
    known = [
        Known(one.kind, one.number, one.label, one.owner, reasons)
        for one in near.values()
        if (reasons := shared(company, one.company))
    ]
    return tuple(sorted(known, key=lambda one: (not one.is_sure, one.kind, one.number)))


def _company(facts: Mapping[str, Any]) -> Company:
    phone = plain_phone(facts.get("phone") or "")
    return Company(
        name=plain_name(facts.get("name") or ""),
        tax_id=facts.get("tax_id") or "",
        domain=domain_of(website=facts.get("website") or "", email=facts.get("email") or ""),
        phones=frozenset({phone} if phone else ()),
    )


def _keys(company: Company) -> Iterable[tuple[str, str]]:
    yield "name", company.name[:BLOCK]
    if company.tax_id:
        yield "tax", company.tax_id
    if company.domain:
        yield "domain", company.domain
    yield from (("phone", phone) for phone in company.phones)


def _leads(asked: Sequence[Company]) -> list[_Candidate]:
    blocks = {block_of(company.name) for company in asked}
    near = Q(name_block__in=blocks) | Q(domain__in=_some(company.domain for company in asked))
    near |= Q(tax_id__in=_some(company.tax_id for company in asked))
    near |= Q(phone_plain__in=_some(phone for company in asked for phone in company.phones))
    rows = Lead.objects.filter(near).values_list(
        "pk", "name", "name_plain", "tax_id", "domain", "phone_plain", "owner__name", "owner__username"
    )
    return [
        _Candidate(LEAD, pk, name, owner or username, Company(plain, tax, domain, frozenset({phone} if phone else ())))
        for pk, name, plain, tax, domain, phone, owner, username in rows
    ]


def _accounts(asked: Sequence[Company]) -> list[_Candidate]:
    """List accounts above the store, whose names, tax ids or phones are near."""
    phones = _some(phone for company in asked for phone in company.phones)
    by_phone: dict[int, set[str]] = defaultdict(set)
    for node, phone in Contact.objects.filter(phone_plain__in=phones).values_list("node", "phone_plain"):
        by_phone[node].add(phone)
    starts = Q()
    for block in sorted({company.name[:BLOCK] for company in asked} - {""})[:_CHUNK]:
        starts |= Q(name_zh__istartswith=block) | Q(name_en__istartswith=block)
    near = Q(pk__in=by_phone) | Q(legal_party__tax_id__in=_some(company.tax_id for company in asked))
    nodes = AccountNode.objects.exclude(kind=NodeKind.STORE).filter(merged_into=None).filter(near | starts)
    rows = nodes.values_list("pk", "name_zh", "legal_party__tax_id", "phone", "owner__name", "owner__username")
    return [
        _Candidate(
            ACCOUNT,
            pk,
            name,
            owner or username or "",
            Company(
                plain_name(name), tax or "", "", frozenset(by_phone[pk] | ({plain_phone(phone)} if phone else set()))
            ),
        )
        for pk, name, tax, phone, owner, username in rows
    ]


def _some(texts: Iterable[str]) -> set[str]:
    return {text for text in texts if text}
