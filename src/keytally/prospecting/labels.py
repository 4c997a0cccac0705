"""The words of prospecting in the reader's language."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.prospecting.rules.cadence import CallReason, Outcome, TouchKind
from keytally.prospecting.rules.fit import Advice, Part, Trigger
from keytally.prospecting.rules.likeness import Shared
from keytally.prospecting.rules.preparation import Personality, Willingness
from keytally.prospecting.rules.searches import SearchFamily
from keytally.prospecting.rules.sources import LeadSource

Label = Promise | str
Code = TypeVar("Code", bound=StrEnum)


class LeadState(StrEnum):
    """How far a lead is."""

    NEW = "NEW"
    IN_WORK = "IN_WORK"
    CONVERTED = "CONVERTED"
    DROPPED = "DROPPED"


class ActionKind(StrEnum):
    """What is to be done next with a lead."""

    PREPARE = "PREPARE"
    CALL = "CALL"
    VISIT = "VISIT"
    LETTER = "LETTER"
    LOOK_INTO = "LOOK_INTO"


class DropReason(StrEnum):
    """Why a lead is not followed up any more."""

    NO_FIT = "NO_FIT"
    NO_BUDGET = "NO_BUDGET"
    TOO_LARGE = "TOO_LARGE"
    NOT_INTERESTED = "NOT_INTERESTED"
    UNREACHABLE = "UNREACHABLE"
    KNOWN_ALREADY = "KNOWN_ALREADY"
    OTHER = "OTHER"


class Assessment(StrEnum):
    """What the first assessment of a segment came to (F02)."""

    OPEN = "OPEN"
    FITS = "FITS"
    DOUBTFUL = "DOUBTFUL"
    UNFIT = "UNFIT"


class OccasionKind(StrEnum):
    """A company occasion (D06), or one of a campaign (F05)."""

    WEEKLY_BRIEFING = "WEEKLY_BRIEFING"
    MONTHLY_CLASS = "MONTHLY_CLASS"
    PRESS_RELEASE = "PRESS_RELEASE"
    CAMPAIGN = "CAMPAIGN"


SOURCES: Mapping[LeadSource, Label] = {
    LeadSource.INDUSTRY_DATABASE: _("Industry customer database"),
    LeadSource.REFINED_LIST: _("Refined list"),
    LeadSource.EXISTING_GROUP: _("Group of an existing customer"),
    LeadSource.SUPPLY_CHAIN: _("Supply chain of an existing customer"),
    LeadSource.INDUSTRY_PARTNER: _("Industry partner"),
    LeadSource.WEB_SEARCH: _("Web search"),
    LeadSource.INDUSTRY_EVENT: _("Industry event"),
    LeadSource.EXPERIENCE_EVENT: _("Experience event"),
    LeadSource.CUSTOMER_CLUB: _("Customer club"),
    LeadSource.ACCEPTANCE_MEETING: _("Project acceptance meeting"),
    LeadSource.SEMINAR: _("Investment or technology seminar"),
    LeadSource.PRESS: _("Press"),
    LeadSource.OTHER: pgettext_lazy("lead source", "Other"),
}
LEAD_STATES: Mapping[LeadState, Label] = {
    LeadState.NEW: pgettext_lazy("lead", "New"),
    LeadState.IN_WORK: pgettext_lazy("lead", "In work"),
    LeadState.CONVERTED: pgettext_lazy("lead", "Became an opportunity"),
    LeadState.DROPPED: pgettext_lazy("lead", "Dropped"),
}
ACTIONS: Mapping[ActionKind, Label] = {
    ActionKind.PREPARE: pgettext_lazy("next action", "Prepare"),
    ActionKind.CALL: pgettext_lazy("next action", "Call"),
    ActionKind.VISIT: pgettext_lazy("next action", "Visit"),
    ActionKind.LETTER: pgettext_lazy("next action", "Write"),
    ActionKind.LOOK_INTO: pgettext_lazy("next action", "Find out more"),
}
TOUCHES: Mapping[TouchKind, Label] = {
    TouchKind.CALL: pgettext_lazy("touch", "Call"),
    TouchKind.VISIT: pgettext_lazy("touch", "Visit"),
    TouchKind.LETTER: pgettext_lazy("touch", "Letter"),
}
OUTCOMES: Mapping[Outcome, Label] = {
    Outcome.UNREACHED: _("Nobody reached"),
    Outcome.INTERESTED: _("Interested"),
    Outcome.APPOINTMENT: _("Visit agreed"),
    Outcome.LATER: pgettext_lazy("answer", "Later"),
    Outcome.NOT_INTERESTED: _("Not interested"),
}
DROP_REASONS: Mapping[DropReason, Label] = {
    DropReason.NO_FIT: _("What we have does not fit"),
    DropReason.NO_BUDGET: _("The buying unit has no budget"),
    DropReason.TOO_LARGE: _("Too large for what we can supply"),
    DropReason.NOT_INTERESTED: _("Not interested"),
    DropReason.UNREACHABLE: _("Cannot be reached"),
    DropReason.KNOWN_ALREADY: _("Known already"),
    DropReason.OTHER: pgettext_lazy("drop reason", "Other"),
}
ASSESSMENTS: Mapping[Assessment, Label] = {
    Assessment.OPEN: pgettext_lazy("assessment", "Not assessed yet"),
    Assessment.FITS: pgettext_lazy("assessment", "Fits"),
    Assessment.DOUBTFUL: pgettext_lazy("assessment", "Doubtful"),
    Assessment.UNFIT: pgettext_lazy("assessment", "Does not fit"),
}
OCCASIONS: Mapping[OccasionKind, Label] = {
    OccasionKind.WEEKLY_BRIEFING: _("Weekly briefing"),
    OccasionKind.MONTHLY_CLASS: _("Monthly technical class for customers"),
    OccasionKind.PRESS_RELEASE: _("Press release"),
    OccasionKind.CAMPAIGN: _("Occasion of a campaign"),
}
TRIGGERS: Mapping[Trigger, Label] = {
    Trigger.NEW_TO_THEM: _("Our product is new to them"),
    Trigger.UNHAPPY: _("Unhappy with the present supplier"),
    Trigger.OUTGROWN: _("Demand outgrew the present supplier"),
    Trigger.IMPORTS: _("Imports what we make; ours is equal or better, and cheaper"),
}
PARTS: Mapping[Part, Label] = {
    Part.TRIGGER: pgettext_lazy("fit", "Reason to talk to us"),
    Part.SIZE: pgettext_lazy("fit", "Size"),
    Part.BUDGET: pgettext_lazy("fit", "Budget of the buying unit"),
    Part.SUBSTITUTES: pgettext_lazy("fit", "Substitutes"),
}
ADVICE: Mapping[Advice, Label] = {
    Advice.WORK: _("Work on it"),
    Advice.LOOK_INTO: _("Find out more first"),
    Advice.LEAVE: _("Leave it"),
}
FIT_REASONS: Mapping[str, Label] = {
    "TRIGGERS": _("They have a reason to talk to us: %(triggers)s."),
    "NO_TRIGGER": _("None of the four reasons to talk to us holds."),
    "TRIGGER_UNKNOWN": _("Nobody has asked yet whether they have a reason to talk to us."),
    "SIZE_FITS": _("They buy %(volume)s a year; we can supply %(capacity)s: a match."),
    "SIZE_STRETCH": _("They buy %(volume)s a year; we can supply %(capacity)s: a stretch."),
    "TOO_LARGE": _("They buy %(volume)s a year; we can supply %(capacity)s: too large to start with."),
    "SIZE_UNKNOWN": _("Nobody knows yet how much they buy in a year."),
    "CAPACITY_UNKNOWN": _("The rules do not say yet how much we can supply to one new customer."),
    "BUDGET_FITS": _("The buying unit has %(budget)s of its own; we would ask for %(deal)s."),
    "BUDGET_SHORT": _("The buying unit has only %(budget)s of its own; we would ask for %(deal)s."),
    "BUDGET_UNKNOWN": _("Nobody knows yet what budget the buying unit itself has."),
    "DEAL_UNKNOWN": _("Nobody has said yet what we would ask for."),
    "SUBSTITUTES_NAMED": _("What competes with us from outside the category is known: %(names)s."),
    "SUBSTITUTES_UNKNOWN": _("Nobody has named yet what competes with us from outside the category."),
}
CALL_REASONS: Mapping[CallReason, Label] = {
    CallReason.NO_ACTION: _("no next action"),
    CallReason.LATE: _("%(number)s days late"),
    CallReason.TODAY: _("due today"),
    CallReason.REVIEW_PLAN: _("the counter-plan is to be looked at again"),
    CallReason.FITS: _("%(number)s points of fit"),
    CallReason.LOOK_INTO: _("%(number)s points of fit so far"),
}
SHARED: Mapping[Shared, Label] = {
    Shared.TAX_ID: _("same tax id"),
    Shared.DOMAIN: _("same domain"),
    Shared.PHONE: _("same phone"),
    Shared.NAME: _("same name"),
    Shared.ALIKE_NAME: _("similar name"),
}
WILLINGNESS: Mapping[Willingness, Label] = {
    Willingness.EAGER: pgettext_lazy("willingness", "Eager"),
    Willingness.OPEN: pgettext_lazy("willingness", "Open"),
    Willingness.WAITING: pgettext_lazy("willingness", "Waiting"),
    Willingness.REFUSING: pgettext_lazy("willingness", "Refusing"),
}
PERSONALITIES: Mapping[Personality, Label] = {
    Personality.DRIVING: pgettext_lazy("personality", "Driving: wants results"),
    Personality.SOCIABLE: pgettext_lazy("personality", "Sociable: wants to be liked"),
    Personality.STEADY: pgettext_lazy("personality", "Steady: wants no risk"),
    Personality.EXACT: pgettext_lazy("personality", "Exact: wants figures"),
}
FAMILIES: Mapping[SearchFamily, Label] = {
    SearchFamily.PUBLIC_MAIL: _("Product and public mail providers"),
    SearchFamily.COUNTRY_MAIL: _("Product in their language and the country's mail providers"),
    SearchFamily.NATIONAL_EDITION: _("The country's edition of the search engine"),
    SearchFamily.ROLE: _("Product and those who buy it"),
    SearchFamily.REGIONAL_MAIL: _("Product and regional mail providers"),
}
AUDIT_ACTIONS: Mapping[str, Label] = {
    "lead.add": pgettext_lazy("lead", "Found"),
    "lead.change": pgettext_lazy("lead", "Changed"),
    "lead.plan": _("Next action set"),
    "lead.prepare": pgettext_lazy("lead", "Checklist"),
    "lead.counter_plan": _("Counter-plan written"),
    "lead.touch": _("Talked to"),
    "lead.drop": pgettext_lazy("lead", "Dropped"),
    "lead.take_up": pgettext_lazy("lead", "Taken up again"),
    "lead.give_over": _("Given to another owner"),
    "lead.convert": pgettext_lazy("lead", "Became an opportunity"),
}


def choices(labels: Mapping[Code, Label]) -> list[tuple[str, Label]]:
    """List the words as a form or a field offers them."""
    return [(code.value, label) for code, label in labels.items()]
