"""How the codes of negotiation are called on pages, in files and in messages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.negotiation.rules.issues import Side
from keytally.negotiation.rules.phases import Phase, Principle
from keytally.negotiation.rules.readiness import DATES, KEY_PEOPLE, MODE, SOLUTION, Route, Way

Word = Promise | str
Code = TypeVar("Code", bound=StrEnum)


class State(StrEnum):
    """Where a negotiation stands (N03)."""

    PREPARING = "PREPARING"
    RUNNING = "RUNNING"
    DEAL = "DEAL"
    LOST = "LOST"
    STOPPED = "STOPPED"


class Result(StrEnum):
    """How the use of a tactic ended."""

    HELPED = "HELPED"
    NO_EFFECT = "NO_EFFECT"
    HARMED = "HARMED"


class Form(StrEnum):
    """Whose contract form changed hands."""

    THEIRS = "THEIRS"
    OURS = "OURS"


class Party(StrEnum):
    """The three whose data stand side by side (K07)."""

    CUSTOMER = "CUSTOMER"
    RIVAL = "RIVAL"
    US = "US"


class Aspect(StrEnum):
    """What is compared (K07)."""

    STRENGTH = "STRENGTH"
    VALUE = "VALUE"
    FLOOR = "FLOOR"
    WEAKNESS = "WEAKNESS"


STATES: Mapping[State, Word] = {
    State.PREPARING: _("Preparing"),
    State.RUNNING: pgettext_lazy("negotiation", "Running"),
    State.DEAL: pgettext_lazy("negotiation", "Deal"),
    State.LOST: pgettext_lazy("negotiation", "Lost"),
    State.STOPPED: pgettext_lazy("negotiation", "Stopped"),
}
RESULTS: Mapping[Result, Word] = {
    Result.HELPED: pgettext_lazy("tactic", "Helped"),
    Result.NO_EFFECT: _("No effect"),
    Result.HARMED: _("Did harm"),
}
FORMS: Mapping[Form, Word] = {Form.THEIRS: _("Theirs came"), Form.OURS: _("Ours was given")}
PARTIES: Mapping[Party, Word] = {
    Party.CUSTOMER: pgettext_lazy("comparison", "Customer"),
    Party.RIVAL: pgettext_lazy("comparison", "Competitor"),
    Party.US: pgettext_lazy("comparison", "We"),
}
ASPECTS: Mapping[Aspect, Word] = {
    Aspect.STRENGTH: _("Strength"),
    Aspect.VALUE: _("What they can give"),
    Aspect.FLOOR: _("Floor"),
    Aspect.WEAKNESS: _("Weakness"),
}
SIDES: Mapping[Side, Word] = {Side.US: _("we"), Side.THEM: _("they")}
ROUTES: Mapping[Route, Word] = {
    Route.TENDER: _("A tender: we alone were selected"),
    Route.IN_TURN: _("No tender: suppliers are negotiated in turn"),
}
WAYS: Mapping[Way, Word] = {
    Way.ONE_ROUND: _("One round, then decided"),
    Way.SEVERAL_ROUNDS: _("Several rounds with the buyer"),
    Way.SEVERAL_LEVELS: _("Several levels, one after the other"),
    Way.WRITTEN_OFFERS: _("Written offers"),
}
PRECONDITIONS: Mapping[str, tuple[Word, Word]] = {
    KEY_PEOPLE: (
        _("The key people who decide are identified"),
        _("We trade with somebody who cannot say yes; everything is opened again one level up."),
    ),
    SOLUTION: (
        _("They have confirmed the solution"),
        _("Price is talked about before value; new wishes come in after the price is agreed."),
    ),
    DATES: (
        _("Start and finish are confirmed"),
        _("No deadline, no decision; the talk goes on until we give in."),
    ),
    MODE: (
        _("The customer has fixed how it will negotiate"),
        _("We do not know how many rounds and rivals follow, and show the last price in the first round."),
    ),
}
PHASES: Mapping[Phase, Word] = {
    Phase.EARLY: pgettext_lazy("phase", "Early"),
    Phase.MIDDLE: pgettext_lazy("phase", "Middle"),
    Phase.LATE: pgettext_lazy("phase", "Late"),
}
PHASE_REASONS: Mapping[str, Word] = {
    "DEADLINE_NEAR": _("the deadline is at most seven days away"),
    "ROOM_USED": _("two thirds of our room are used up"),
    "NO_OFFER": _("we have offered nothing yet"),
    "OFFERED": _("offers are on the table"),
    "CHOSEN": _("chosen by hand"),
}
PRINCIPLES: Mapping[Principle, tuple[Word, Word]] = {
    Principle.PEOPLE: (
        _("Hard on the issue, soft on the person"),
        _("Whom do we thank today, whatever we refuse?"),
    ),
    Principle.INTERESTS: (
        _("Look at interests, not positions"),
        _("What do they need it for? What do we need it for?"),
    ),
    Principle.OPTIONS: (_("Invent options that serve both"), _("Which issue costs us little and helps them much?")),
    Principle.STANDARDS: (
        _("Insist on objective standards"),
        _("Which figure, market price or rule would a third person use?"),
    ),
}
WARNINGS: Mapping[str, Word] = {
    "WALK_AWAY_PASSED": _("%(issue)s lies beyond our walk-away; it needs an approval first."),
    "AGAINST_OURSELVES": _(
        "%(issue)s: we concede again, but they have not moved since our last concession in round %(earlier)s."
    ),
    "UNCONDITIONAL": _("%(issue)s: nothing is asked in return. Trade it: “If you …, then we …”."),
    "NOT_SHRINKING": _(
        "%(issue)s: this step (%(size)s) is not smaller than the one in round %(earlier)s (%(before)s)."
    ),
    "TOTAL_NOT_SHRINKING": _(
        "Together we give %(size)s of our room, in round %(earlier)s it was %(before)s: they learn that waiting pays."
    ),
    "BIG_STEP": _("%(issue)s: one step takes %(size)s of the way to our walk-away."),
    "TOO_OFTEN": _("%(issue)s: this is concession number %(count)s; give seldom."),
    "BELOW_TARGET": _("%(issue)s is past our target."),
    "NEAR_WALK_AWAY": _("%(issue)s: only %(size)s of the way is left."),
    "STANDSTILL": _("Nobody has moved for two rounds: let the next level meet theirs."),
}


def choices(words: Mapping[Code, Word]) -> list[tuple[str, Word]]:
    """List codes with their words, for a form or a column."""
    return [(code.value, word) for code, word in words.items()]
