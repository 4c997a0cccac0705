"""Why something of a negotiation is refused: a code with parameters, worded late in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: Mapping[str, Promise | str] = {
    "OPPORTUNITY_CLOSED": gettext_lazy("This opportunity has ended; a negotiation belongs to an open one."),
    "RUNS_ALREADY": gettext_lazy("A negotiation about this opportunity is open already; go on with it."),
    "ENDED": gettext_lazy("This negotiation has ended; nothing of it changes any more."),
    "NOT_RUNNING": gettext_lazy("The negotiation has not begun; judge its readiness first."),
    "BEGUN_ALREADY": gettext_lazy("The negotiation has begun already."),
    "NOT_READY": gettext_lazy("Not ready, %(missing)s missing. A manager may let it begin with a reason."),
    "OVERRIDE_NOT_YOURS": gettext_lazy("Only a manager may let a negotiation begin that is not ready."),
    "NO_ISSUES": gettext_lazy("Put at least one issue on the table first."),
    "TENDER_HAS_RIVALS": gettext_lazy("After a tender we alone are selected: one supplier. Or choose “in turn”."),
    "TURNS_NEED_RIVALS": gettext_lazy("Negotiated in turn means two suppliers or more; how many are there?"),
    "FINISH_BEFORE_START": gettext_lazy("It finishes before it starts: check both days."),
    "NAME_MISSING": gettext_lazy("The name is missing."),
    "ISSUE_TWICE": gettext_lazy("An issue of this name is on the table already."),
    "ISSUE_IN_USE": gettext_lazy("Rounds speak of this issue; it stays, but its figures may change with a reason."),
    "REASON_MISSING": gettext_lazy("Say why in a few words."),
    "OUR_ENDS_EQUAL": gettext_lazy("Our opening and our walk-away are the same; then there is nothing to negotiate."),
    "THEIR_ENDS_EQUAL": gettext_lazy("Their opening and their walk-away are the same; estimate how far they would go."),
    "OUR_ENDS_TURNED": gettext_lazy("Our walk-away option is worth more to us than our opening: exchange them."),
    "THEIR_ENDS_TURNED": gettext_lazy("Their walk-away option is worth more to them than their opening."),
    "OUR_TARGET_OUTSIDE": gettext_lazy("Our target lies between our opening and our walk-away."),
    "THEIR_TARGET_OUTSIDE": gettext_lazy("Their target lies between their opening and their walk-away."),
    "OUR_OPTION_UNKNOWN": gettext_lazy("Opening, target and walk-away are among the options."),
    "THEIR_OPTION_UNKNOWN": gettext_lazy("Their opening, target and walk-away are among the options."),
    "WEIGHT_NEGATIVE": gettext_lazy("A weight is zero or more."),
    "STEP_TOO_SMALL": gettext_lazy("The step is at least one."),
    "ROUND_IN_FUTURE": gettext_lazy("%(day)s is still to come; keep a round once it was held."),
    "ROUND_BEFORE_LAST": gettext_lazy("The last round was held on %(day)s; rounds are kept in their order."),
    "ROUND_EMPTY": gettext_lazy("Say what was asked or offered, on at least one issue or in words."),
    "CHANGED_MEANWHILE": gettext_lazy("Round %(number)s was kept meanwhile; look at it, then keep yours again."),
    "WALK_AWAY_PASSED": gettext_lazy(
        "%(issue)s: %(level)s lies beyond our walk-away. Ask for an approval first; until then offer less."
    ),
    "LEVEL_MISSING": gettext_lazy("Say for every issue what was agreed; %(issue)s is open."),
    "OPTION_UNKNOWN": gettext_lazy("%(issue)s: choose one of its options."),
    "LOOK_AGAIN_NOT_LATER": gettext_lazy("Say on which later day we look again."),
    "NO_POSITION": gettext_lazy("You hold no position today, so no approval can start from you."),
    "WITHIN_WALK_AWAY": gettext_lazy("%(level)s lies within our walk-away; it needs no approval."),
    "ASKED_ALREADY": gettext_lazy("An approval for this issue is running already; see request %(request)s."),
    "APPROVAL_REFUSED": gettext_lazy("%(sentence)s"),
    "FUNNEL_REFUSED": gettext_lazy("%(sentence)s"),
    "WARNINGS_NOT_SEEN": gettext_lazy("Read the warnings; change the offer, or keep the round as it was."),
}


class UnableToNegotiate(Exception):
    """A step of a negotiation is refused, with every reason."""

    def __init__(self, *reasons: "str | tuple[str, Mapping[str, Any]]") -> None:
        self.reasons: Sequence[tuple[str, Mapping[str, Any]]] = tuple(
            (reason, {}) if isinstance(reason, str) else reason for reason in reasons
        )
        super().__init__(*(code for code, _parameters in self.reasons))

    @property
    def codes(self) -> tuple[str, ...]:
        """List the codes of the reasons."""
        return tuple(code for code, _parameters in self.reasons)

    def sentences(self) -> list[str]:
        """Word every reason in the reader's language."""
        return [sentence(code, parameters) for code, parameters in self.reasons]


def sentence(code: str, parameters: Mapping[str, Any] | None = None) -> str:
    """Word one reason."""
    return str(SENTENCES.get(code, _("It is refused: %(code)s."))) % {"code": code, **(parameters or {})}
