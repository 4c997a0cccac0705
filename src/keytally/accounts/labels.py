"""How the codes of accounts are called on pages, in files and in messages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.rules.parties import Mode, NodeKind, PartyKind
from keytally.accounts.rules.tiers import CreditGrade, Tier
from keytally.accounts.rules.visits import VisitState

Word = Promise | str
Code = TypeVar("Code", bound=StrEnum)

KINDS: Mapping[NodeKind, Word] = {
    NodeKind.CHAIN: _("Chain"),
    NodeKind.COMPANY: _("Regional company or banner"),
    NodeKind.HEAD_OFFICE: _("Head office"),
    NodeKind.DC: _("Distribution centre (DC)"),
    NodeKind.STORE: _("Store"),
}
PARTY_KINDS: Mapping[PartyKind, Word] = {PartyKind.STORE: _("Store"), PartyKind.HEAD_OFFICE: _("Head office")}
MODES: Mapping[Mode, Word] = {
    Mode.A: _("A: to the store, settled with the store"),
    Mode.B: _("B: to the store, settled with head office"),
    Mode.C: _("C: to head office, settled with head office"),
}
TIERS: Mapping[Tier, Word] = {
    Tier.A: _("A: national chain (NKA)"),
    Tier.B: _("B: strong regional chain (RKA)"),
    Tier.C: _("C: small or medium regional chain (LKA)"),
}
CREDIT_GRADES: Mapping[CreditGrade, Word] = {
    CreditGrade.A: pgettext_lazy("credit grade", "A: goods on credit, the longest term"),
    CreditGrade.B: pgettext_lazy("credit grade", "B: goods on credit"),
    CreditGrade.C: pgettext_lazy("credit grade", "C: goods on credit, the shortest term"),
    CreditGrade.D: pgettext_lazy("credit grade", "D: cash on delivery"),
}
MANAGEMENT: Mapping[str, Word] = {
    "TAKE_PART": _("take part in their operation"),
    "COORDINATE": _("coordinate and serve"),
    "PLAN_DEVELOPMENT": _("manage the plan of its development"),
    "GUIDE": _("guide its development"),
    "BRANCH_HANDLES": _("the branch office handles it"),
    "FOLLOW_TREND": _("follow the trend"),
}
DECISION_ROLES: Mapping[DecisionRole, Word] = {
    DecisionRole.DECISION_MAKER: _("Final decision-maker"),
    DecisionRole.BUDGET_HOLDER: _("Budget holder who pays"),
    DecisionRole.PROJECT_LEAD: _("Project lead"),
    DecisionRole.END_USER: pgettext_lazy("decision role", "User"),
    DecisionRole.BUYER: pgettext_lazy("decision role", "Buyer"),
    DecisionRole.STORE_MANAGER: _("Store manager"),
    DecisionRole.SETTLEMENT_CLERK: _("Finance or settlement clerk"),
    DecisionRole.RECEIVING_CLERK: _("Receiving clerk"),
    DecisionRole.INFLUENCER: _("Influencer"),
    DecisionRole.OPPONENT: _("Opponent"),
}
STANCES: Mapping[Stance, Word] = {
    Stance.CHAMPION: _("champion"),
    Stance.SUPPORTS: _("supports us"),
    Stance.NEUTRAL: _("neutral"),
    Stance.AGAINST: _("against us"),
}
RUNGS: Mapping[Rung, Word] = {
    Rung.KNOWN: pgettext_lazy("rung", "known"),
    Rung.FAMILIAR: pgettext_lazy("rung", "familiar"),
    Rung.RECOGNISED: pgettext_lazy("rung", "recognised"),
    Rung.TRUSTED: pgettext_lazy("rung", "trusted"),
    Rung.FRIEND: pgettext_lazy("rung", "friend"),
    Rung.PARTNER: pgettext_lazy("rung", "partner"),
}
EVIDENCE: Mapping[EvidenceKind, Word] = {
    EvidenceKind.VISIT: _("Visit"),
    EvidenceKind.MEAL: _("Shared meal"),
    EvidenceKind.PROJECT: _("Joint project"),
    EvidenceKind.FAVOUR: _("Favour returned"),
    EvidenceKind.OTHER: _("Something else"),
}
PARTS: Mapping[Part, Word] = {
    Part.VOLUME: _("Sales volume"),
    Part.PROFIT: _("Profit"),
    Part.STRENGTH: _("Strength"),
    Part.POTENTIAL: _("Potential"),
}
FIGURES: Mapping[str, Word] = {
    "SALES": _("sales, 12 months"),
    "PROFIT": _("profit, 12 months"),
    "STORES": _("stores"),
    "FLOOR_AREA": _("floor area"),
    "TRAFFIC": _("customers a day"),
    "REGISTERED_CAPITAL": _("registered capital"),
    "GROWTH": _("growth of sales"),
    "SKUS_NOT_LISTED": _("SKUs not listed"),
    "STORES_NOT_SERVED": _("stores not served"),
}


MEASURES: Mapping[str, Word] = {
    "SALES": pgettext_lazy("measure", "sales"),
    "PROFIT": pgettext_lazy("measure", "profit"),
    "REGISTERED_CAPITAL": pgettext_lazy("measure", "registered capital"),
    "SKUS_NOT_LISTED": pgettext_lazy("measure", "SKUs not listed"),
    "STORES_NOT_SERVED": pgettext_lazy("measure", "stores not served"),
}


class Status(StrEnum):
    """Where an account or a store stands in its life."""

    PROSPECT = "PROSPECT"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class CodeSide(StrEnum):
    """Whose code it is."""

    OURS = "OURS"
    THEIRS = "THEIRS"


class GrantKind(StrEnum):
    """What a grant on a node lets a person do."""

    READ = "READ"
    CHANGE = "CHANGE"


class PromiseKind(StrEnum):
    """What may be promised to a store (J02)."""

    PROMOTION = "PROMOTION"
    SPEND = "SPEND"
    IMAGE = "IMAGE"
    ADVERTISING = "ADVERTISING"
    NEW_PRODUCT = "NEW_PRODUCT"


class PromiseState(StrEnum):
    """What became of a promise."""

    OPEN = "OPEN"
    KEPT = "KEPT"
    LATE = "LATE"
    BROKEN = "BROKEN"


class Department(StrEnum):
    """Which of our departments has to act (S13)."""

    SALES = "SALES"
    MARKETING = "MARKETING"
    LOGISTICS = "LOGISTICS"
    FINANCE = "FINANCE"
    PRODUCT = "PRODUCT"
    SERVICE = "SERVICE"


class MatterState(StrEnum):
    """What became of something that was to be coordinated."""

    OPEN = "OPEN"
    SOLVED = "SOLVED"
    DECLINED = "DECLINED"


class PlanStep(StrEnum):
    """The five steps of the development plan (K03)."""

    CHOOSE = "CHOOSE"
    MAP = "MAP"
    OFFER = "OFFER"
    PROVE = "PROVE"
    LOCK = "LOCK"


STATUSES: Mapping[Status, Word] = {
    Status.PROSPECT: _("Prospect"),
    Status.ACTIVE: pgettext_lazy("account", "Active"),
    Status.SUSPENDED: pgettext_lazy("account", "Suspended"),
    Status.CLOSED: pgettext_lazy("account", "Closed"),
}
CODE_SIDES: Mapping[CodeSide, Word] = {CodeSide.OURS: _("Our code"), CodeSide.THEIRS: _("Their code")}
GRANT_KINDS: Mapping[GrantKind, Word] = {GrantKind.READ: _("see"), GrantKind.CHANGE: _("see and change")}
PROMISE_KINDS: Mapping[PromiseKind, Word] = {
    PromiseKind.PROMOTION: _("Promotion"),
    PromiseKind.SPEND: _("Spend support"),
    PromiseKind.IMAGE: _("Store image"),
    PromiseKind.ADVERTISING: _("Advertising"),
    PromiseKind.NEW_PRODUCT: _("New product"),
}
DEPARTMENTS: Mapping[Department, Word] = {
    Department.SALES: pgettext_lazy("department", "Sales"),
    Department.MARKETING: pgettext_lazy("department", "Marketing"),
    Department.LOGISTICS: pgettext_lazy("department", "Logistics"),
    Department.FINANCE: pgettext_lazy("department", "Finance"),
    Department.PRODUCT: pgettext_lazy("department", "Product and quality"),
    Department.SERVICE: pgettext_lazy("department", "Customer service"),
}
MATTER_STATES: Mapping[MatterState, Word] = {
    MatterState.OPEN: pgettext_lazy("coordination", "open"),
    MatterState.SOLVED: pgettext_lazy("coordination", "solved"),
    MatterState.DECLINED: pgettext_lazy("coordination", "declined"),
}
PROMISE_STATES: Mapping[PromiseState, Word] = {
    PromiseState.OPEN: pgettext_lazy("promise", "open"),
    PromiseState.KEPT: pgettext_lazy("promise", "kept"),
    PromiseState.LATE: pgettext_lazy("promise", "kept late"),
    PromiseState.BROKEN: pgettext_lazy("promise", "broken"),
}
VISIT_STATES: Mapping[VisitState, Word] = {
    VisitState.PLANNED: pgettext_lazy("visit", "planned"),
    VisitState.MADE: pgettext_lazy("visit", "made"),
    VisitState.FAILED: pgettext_lazy("visit", "failed to take place"),
}
PLAN_STEPS: Mapping[PlanStep, tuple[Word, Word]] = {
    PlanStep.CHOOSE: (pgettext_lazy("account", "Choose"), _("score, size match, the buying unit's own budget")),
    PlanStep.MAP: (_("Map"), _("who decides, weights, rungs, needs: alike, different, hidden")),
    PlanStep.OFFER: (_("Offer"), _("what triggers them, value for them, three-way comparison")),
    PlanStep.PROVE: (_("Prove"), _("one category, one region, one slot, with a result sheet")),
    PlanStep.LOCK: (_("Lock"), _("annual contract, joint plan, a second contact for each role")),
}


def choices(labels: Mapping[Code, Word]) -> list[tuple[str, Word]]:
    """Write labels as the choices of a field."""
    return [(code.value, label) for code, label in labels.items()]


_LANGUAGES = ("zh-hans", "en")
_words: dict[int, dict[str, Any]] = {}


def code_of(text: str, labels: "Mapping[Any, Word]") -> Any:  # noqa: ANN401 - a code of the labels
    """Find the code that a text names: itself, or its label in either language."""
    if id(labels) not in _words:
        _words[id(labels)] = _read(labels)
    return _words[id(labels)].get(text.strip().casefold())


def _read(labels: "Mapping[Any, Word]") -> dict[str, Any]:
    """Write down by which words the codes are known; of two with one word the first has it."""
    found: dict[str, Any] = {}
    for code, label in labels.items():
        found.setdefault(str(code).casefold(), code)
        for language in _LANGUAGES:
            with translation.override(language):
                found.setdefault(str(label).casefold(), code)
    return found
