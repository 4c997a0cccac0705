"""How the codes of the funnel are called on pages, in files and in messages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.funnel.rules.closing import PAID, SHIPPED, SIGNED
from keytally.funnel.rules.stages import CustomerSize, Direction, Stage, State, TeamRole

Word = Promise | str
Code = TypeVar("Code", bound=StrEnum)


class Source(StrEnum):
    """Where an opportunity came from (F04, F05, F12)."""

    INDUSTRY_DATABASE = "INDUSTRY_DATABASE"
    REFERRAL = "REFERRAL"
    CHAIN_OF_CUSTOMER = "CHAIN_OF_CUSTOMER"
    PARTNER = "PARTNER"
    OCCASION = "OCCASION"
    TRIAL = "TRIAL"
    CUSTOMER_CLUB = "CUSTOMER_CLUB"
    ACCEPTANCE_MEETING = "ACCEPTANCE_MEETING"
    LEAD = "LEAD"
    REPEAT = "REPEAT"
    HISTORY = "HISTORY"
    OTHER = "OTHER"


class SourceKind(StrEnum):
    """What a piece of evidence rests on."""

    VISIT_NOTE = "VISIT_NOTE"
    DOCUMENT = "DOCUMENT"
    MESSAGE = "MESSAGE"
    STANCE = "STANCE"
    NEGOTIATION = "NEGOTIATION"
    CONTRACT = "CONTRACT"
    PAYMENT = "PAYMENT"
    SHIPMENT = "SHIPMENT"
    OTHER = "OTHER"


class EndReason(StrEnum):
    """Why an opportunity was lost or stopped."""

    PRICE = "PRICE"
    PRODUCT = "PRODUCT"
    RELATIONSHIP = "RELATIONSHIP"
    COMPETITOR = "COMPETITOR"
    TERMS = "TERMS"
    BUDGET = "BUDGET"
    TIMING = "TIMING"
    NO_DECISION = "NO_DECISION"
    OUR_CHOICE = "OUR_CHOICE"
    OTHER = "OTHER"


class PaperKind(StrEnum):
    """What a file laid to an opportunity is."""

    THEIR_FORM = "THEIR_FORM"
    OUR_FORM = "OUR_FORM"
    TENDER_NOTICE = "TENDER_NOTICE"
    SIGNED_CONTRACT = "SIGNED_CONTRACT"
    OTHER = "OTHER"


class NeedKind(StrEnum):
    """The three kinds of needs (N09)."""

    SHARED = "SHARED"
    PARTICULAR = "PARTICULAR"
    UNSPOKEN = "UNSPOKEN"


STAGE_LABELS: Mapping[Stage, Word] = {
    Stage.TARGET: pgettext_lazy("stage", "Target"),
    Stage.INTENT: pgettext_lazy("stage", "Intent"),
    Stage.PROJECT: pgettext_lazy("stage", "Project set up"),
    Stage.RECOGNITION: pgettext_lazy("stage", "Recognition"),
    Stage.NEGOTIATION: pgettext_lazy("stage", "Negotiation"),
    Stage.CLOSING: pgettext_lazy("stage", "Closing"),
}
IN_FRONT_LABEL: Word = pgettext_lazy("stage", "Before the funnel")
SIZE_LABELS: Mapping[CustomerSize, Word] = {
    CustomerSize.SMALL_MEDIUM: pgettext_lazy("customer size", "Small to medium"),
    CustomerSize.MEDIUM_LARGE: pgettext_lazy("customer size", "Medium to large"),
    CustomerSize.GOVERNMENT: pgettext_lazy("customer size", "Government"),
}
STATE_LABELS: Mapping[State, Word] = {
    State.OPEN: pgettext_lazy("opportunity", "Open"),
    State.WON: pgettext_lazy("opportunity", "Won"),
    State.LOST: pgettext_lazy("opportunity", "Lost"),
    State.STOPPED: pgettext_lazy("opportunity", "Stopped"),
}
DIRECTION_LABELS: Mapping[Direction, Word] = {
    Direction.FORWARD: pgettext_lazy("move", "forward, gate open"),
    Direction.BACK: pgettext_lazy("move", "back"),
    Direction.OVERRIDE: pgettext_lazy("move", "forward by a manager's override"),
    Direction.REPEAT: pgettext_lazy("move", "opened by a repeat purchase"),
    Direction.HISTORY: pgettext_lazy("move", "history, without evidence"),
}
TEAM_ROLE_LABELS: Mapping[TeamRole, Word] = {
    TeamRole.ACCOUNT_MANAGER: pgettext_lazy("team role", "Account manager"),
    TeamRole.PROJECT_MANAGER: pgettext_lazy("team role", "Project manager"),
    TeamRole.PROJECT_TEAM: pgettext_lazy("team role", "Project team"),
    TeamRole.EXECUTIVE: pgettext_lazy("team role", "Executive"),
    TeamRole.FINANCE_LEAD: pgettext_lazy("team role", "Finance lead"),
    TeamRole.SUPPORT: pgettext_lazy("team role", "Support"),
}
SOURCE_LABELS: Mapping[Source, Word] = {
    Source.INDUSTRY_DATABASE: _("Industry database"),
    Source.REFERRAL: _("An old customer's own branches"),
    Source.CHAIN_OF_CUSTOMER: _("An old customer's supply chain"),
    Source.PARTNER: _("Industry partner"),
    Source.OCCASION: _("Industry occasion"),
    Source.TRIAL: _("Trial or experience day"),
    Source.CUSTOMER_CLUB: _("Occasion for old customers, customer club"),
    Source.ACCEPTANCE_MEETING: _("Acceptance meeting of a project"),
    Source.LEAD: pgettext_lazy("source", "Lead"),
    Source.REPEAT: _("Repeat purchase"),
    Source.HISTORY: _("Imported history"),
    Source.OTHER: pgettext_lazy("source", "Other"),
}
# Chosen by hand; the others follow from how an opportunity was opened.
TYPED_SOURCES = tuple(source for source in Source if source not in (Source.LEAD, Source.REPEAT, Source.HISTORY))
SOURCE_KIND_LABELS: Mapping[SourceKind, Word] = {
    SourceKind.VISIT_NOTE: _("Visit note"),
    SourceKind.DOCUMENT: pgettext_lazy("evidence", "Document"),
    SourceKind.MESSAGE: pgettext_lazy("evidence", "Message"),
    SourceKind.STANCE: _("Contact's stance"),
    SourceKind.NEGOTIATION: _("Negotiation round"),
    SourceKind.CONTRACT: pgettext_lazy("evidence", "Contract"),
    SourceKind.PAYMENT: pgettext_lazy("evidence", "Payment"),
    SourceKind.SHIPMENT: pgettext_lazy("evidence", "Shipment"),
    SourceKind.OTHER: pgettext_lazy("evidence", "Something else"),
}
END_REASON_LABELS: Mapping[EndReason, Word] = {
    EndReason.PRICE: pgettext_lazy("end reason", "Price"),
    EndReason.PRODUCT: pgettext_lazy("end reason", "Product or solution"),
    EndReason.RELATIONSHIP: pgettext_lazy("end reason", "Relationship with those who decide"),
    EndReason.COMPETITOR: pgettext_lazy("end reason", "A competitor's offer"),
    EndReason.TERMS: pgettext_lazy("end reason", "Terms of contract or payment"),
    EndReason.BUDGET: pgettext_lazy("end reason", "Budget gone or cut"),
    EndReason.TIMING: pgettext_lazy("end reason", "Put off by the customer"),
    EndReason.NO_DECISION: pgettext_lazy("end reason", "No decision was made"),
    EndReason.OUR_CHOICE: pgettext_lazy("end reason", "Our own choice"),
    EndReason.OTHER: pgettext_lazy("end reason", "Something else"),
}
PAPER_LABELS: Mapping[PaperKind, Word] = {
    PaperKind.THEIR_FORM: _("Their contract form"),
    PaperKind.OUR_FORM: _("Our contract form"),
    PaperKind.TENDER_NOTICE: _("Notice of award"),
    PaperKind.SIGNED_CONTRACT: _("Contract signed by both"),
    PaperKind.OTHER: pgettext_lazy("paper", "Other paper"),
}
NEED_LABELS: Mapping[NeedKind, Word] = {
    NeedKind.SHARED: _("Shared by all customers"),
    NeedKind.PARTICULAR: _("Particular to this one"),
    NeedKind.UNSPOKEN: pgettext_lazy("need", "Unspoken"),
}
CLOSING_LABELS: Mapping[str, Word] = {
    SIGNED: pgettext_lazy("closing", "signed"),
    PAID: pgettext_lazy("closing", "paid as agreed"),
    SHIPPED: pgettext_lazy("closing", "shipped"),
}


def choices(labels: Mapping[Code, Word]) -> list[tuple[str, Word]]:
    """List codes with their words, as a field of a form or a table takes them."""
    return [(code.value, word) for code, word in labels.items()]


def stage_name(code: str) -> Word:
    """Name a stage; an empty code stands before the funnel."""
    return STAGE_LABELS[Stage(code)] if code else IN_FRONT_LABEL
