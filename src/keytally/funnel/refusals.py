"""Why a change of an opportunity is refused: a code with parameters, worded late in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from keytally.funnel.labels import stage_name
from keytally.funnel.rules.gates import Criterion, GateProfile, GateVerdict, Missing
from keytally.funnel.rules.stages import Stage

SENTENCES: Mapping[str, Promise | str] = {
    "GATE_CLOSED": gettext_lazy("The gate of “%(stage)s” is closed: %(missing)s."),
    "HISTORY_INCOMPLETE": gettext_lazy(
        "It was imported as history, and its account, its owner or the customer's size is not known: "
        "open a new opportunity for what is still under way."
    ),
    "NOT_OPEN": gettext_lazy("The opportunity is closed already; nothing moves any more."),
    "SAME_STAGE": gettext_lazy("The opportunity stands in “%(stage)s” already."),
    "MOVED_MEANWHILE": gettext_lazy(
        "Somebody moved the opportunity to “%(stage)s” meanwhile: look at it again, then move it."
    ),
    "STAGE_UNKNOWN": gettext_lazy("%(value)s is no stage of the funnel."),
    "CRITERION_UNKNOWN": gettext_lazy("%(value)s is no criterion of the gates in force."),
    "EVIDENCE_IN_FUTURE": gettext_lazy("Evidence is of a day that was: %(day)s is still to come."),
    "EVIDENCE_ENDS_EARLY": gettext_lazy("Evidence holds at least for the day on which it came: choose a later end."),
    "EVIDENCE_VOIDED": gettext_lazy("This evidence was voided on %(day)s already."),
    "EVIDENCE_FOUND": gettext_lazy(
        "This evidence was found in another record and goes when that record does: correct it there."
    ),
    "NOTE_MISSING": gettext_lazy("Write what happened in a few words: a date alone convinces nobody."),
    "REASON_MISSING": gettext_lazy("Say why in a few words."),
    "OVERRIDE_NOT_PERMITTED": gettext_lazy("Only a manager may let an opportunity past a closed gate."),
    "OVERRIDE_NOT_NEEDED": gettext_lazy("The gate is open: move the opportunity, no override is needed."),
    "OVERRIDE_GOES_BACK": gettext_lazy("Moving back needs no override."),
    "NOT_IN_CLOSING": gettext_lazy("Only an opportunity in “Closing” is won; this one stands in “%(stage)s”."),
    "NO_LONGER_QUALIFIES": gettext_lazy(
        "The opportunity does not qualify for its stage any more: %(missing)s. Record evidence first."
    ),
    "LOOK_AGAIN_NOT_LATER": gettext_lazy("The day to look again lies in the future."),
    "NOT_WON": gettext_lazy("Only a won opportunity leads to a repeat purchase."),
    "NOT_STOPPED": gettext_lazy("Only a stopped opportunity is taken up again."),
    "AMOUNT_NEGATIVE": gettext_lazy("An amount is zero or more."),
    "CLOSES_BEFORE_OPENED": gettext_lazy("It is expected to close before it was opened: check both days."),
    "OPENED_IN_FUTURE": gettext_lazy("An opportunity is opened today or on a day before, not on %(day)s."),
    "SIZE_UNKNOWN": gettext_lazy(
        "The size of the customer is unknown, and gates differ by it: choose one, or class the account."
    ),
    "NAME_MISSING": gettext_lazy("Write what is to be sold."),
    "HAND_OVER_NOT_WAITING": gettext_lazy("Nothing waits to be accepted here any more."),
    "HAND_OVER_NOT_YOURS": gettext_lazy("The stage is led by: %(roles)s. Only somebody with that role accepts it."),
    "MEMBER_TWICE": gettext_lazy("%(person)s has this role in the team already."),
    "MEMBER_GONE": gettext_lazy("This role in the team ended on %(day)s already."),
    "UNSPOKEN_NEEDS_SOURCE": gettext_lazy("Nobody told us of an unspoken need: write how we came to know."),
    "COMPETITOR_TWICE": gettext_lazy("%(name)s is on the list already."),
    "KEY_USED_OTHERWISE": gettext_lazy("This key was used for something else; make up a new one."),
    "FILE_EMPTY": gettext_lazy("The file is empty: choose the right one."),
    "FILE_TOO_LARGE": gettext_lazy("The file is larger than what is kept here: lay a smaller one to it."),
    "FILE_UNKNOWN_TYPE": gettext_lazy("The file is of a type that is not kept: take a PDF, picture, workbook or text."),
    "FILE_WRONG_TYPE": gettext_lazy("The file is of a type that is not kept: take a PDF, picture, workbook or text."),
}


@dataclass(frozen=True, slots=True)
class CriterionWords:
    """The name of a criterion, said in the reader's language when it is read."""

    criterion: Criterion

    def __str__(self) -> str:
        return criterion_name(self.criterion)


@dataclass(frozen=True, slots=True)
class MissingWords:
    """What is missing at a gate, said when it is read."""

    missing: Sequence[Missing]
    profile: GateProfile

    def __str__(self) -> str:
        return _("; ").join(missing_sentence(one, profile=self.profile) for one in self.missing)


class UnableToKeepOpportunity(Exception):
    """A change of an opportunity is refused, with every reason."""

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


class GateClosed(UnableToKeepOpportunity):
    """A move is refused because gates on its way are closed; says which, and what each of them misses."""

    def __init__(self, closed: Mapping[Stage, GateVerdict], *, profile: GateProfile) -> None:
        self.closed = closed
        super().__init__(
            *(
                ("GATE_CLOSED", {"stage": stage_name(stage), "missing": MissingWords(verdict.missing, profile)})
                for stage, verdict in closed.items()
            )
        )


def sentence(code: str, parameters: Mapping[str, Any] | None = None) -> str:
    """Word one reason."""
    return str(SENTENCES.get(code, _("It is refused: %(code)s."))) % {"code": code, **(parameters or {})}


def criterion_name(criterion: Criterion) -> str:
    """Name a criterion in the reader's language."""
    return criterion.name_zh if (get_language() or "").startswith("zh") else criterion.name_en


def missing_sentence(missing: Missing, *, profile: GateProfile) -> str:
    """Say how much is missing of which criteria."""
    names = _(", ").join(
        criterion_name(profile.criteria[code]) if code in profile.criteria else code for code in missing.criteria
    )
    if missing.short_by == len(missing.criteria):
        return _("still missing: %(names)s") % {"names": names}
    return _("%(count)d more of: %(names)s") % {"count": missing.short_by, "names": names}
