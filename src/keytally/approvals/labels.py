"""The words for reasons, refusals and errors of approvals, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from keytally.approvals.rules.workflow import (
    FUNCTIONAL,
    GM_DELEGATE,
    MANAGER,
    REQUESTER,
    SENIOR_MANAGER,
    Workflow,
)

Label = Promise | str

SPECIAL_ROLES: Mapping[str, Label] = {
    REQUESTER: _("the requester"),
    MANAGER: _("the requester's manager"),
    SENIOR_MANAGER: _("the manager's manager"),
    FUNCTIONAL: _("functional manager (dotted line)"),
    GM_DELEGATE: _("delegate of the general manager"),
}
NO_POSITION = _("You hold no position today, so no route can start from you. Ask your administrator to appoint you.")
REASONS: Mapping[str, Label] = {
    "BY_LIMITS": _("Level %(level)s of the limits: %(bounds)s."),
    "RAISED": _("One level up, because it is urgent."),
    "CONDITION_MET": _("This step is taken because of what the request says."),
    "EXTRA": _("Decides in addition because of what the request says."),
    "VACANT": _("Nobody holds the role %(role)s for this place."),
    "UP_THE_LINE": _("One up the line: %(to)s."),
    "REQUESTER_LEFT_OUT": _("%(role)s: nobody decides their own request."),
    "REPORTS_LEFT_OUT": _("%(role)s: who reports to the requester does not decide it."),
    "ALSO_FOR_LESS": _("A smaller amount would go this high, so a larger one does too."),
    "CONDITION_NOT_MET": _("Step %(step)s is not needed for what this request says."),
    "NOBODY_TO_CONSULT": _("Step %(step)s: nobody holds the role, so nobody is asked for an opinion."),
    "ASKED_LATER": _("Step %(left)s: the same people decide later, at step %(step)s, and are asked once."),
}
REFUSALS: Mapping[str, Label] = {
    "FACT_MISSING": _("“%(fact)s” is missing or does not fit; fill it in."),
    "NO_APPROVAL": _("This workflow is a checklist, nobody decides it; choose another kind."),
    "POSITION_NOT_HELD": _("You do not hold this position today; choose one that you hold."),
    "SUBJECT_POSITION_UNKNOWN": _("The place it is about does not exist today; choose another."),
    "AMOUNT_MISSING": _("The amount is missing; the limits look at it."),
    "AMOUNT_NOT_POSITIVE": _("The amount must be more than zero."),
    "OTHER_CURRENCY": _("The limits are in %(currency)s; enter the amount in %(currency)s."),
    "NOBODY_DECIDES": _(
        "Step %(step)s would have nobody to decide: the role is vacant and nobody stands above you. Ask your administrator to fill the position."  # noqa: E501 - one sentence
    ),
    "RUNS_ALREADY": _("Request %(request)s about the same thing is still running; wait for it or withdraw it."),
    "LIMITS_NOT_ACCEPTED": _(
        "The money limits of this workflow are keytally's examples; your company has to accept or replace them first."
    ),
    "UNKNOWN_KIND": _("There is no such kind of request; choose one from the list."),
}
ERRORS: Mapping[str, Label] = {
    "UNKNOWN": _("This decision is no longer asked for; reload the page."),
    "DECIDED_ALREADY": _("%(person)s has decided this already."),
    "NOT_YOURS": _("This is not yours to decide; the route names who may."),
    "NOT_OPEN": _("This step is not open: it has not come yet, or it is over."),
    "OUTCOME_UNKNOWN": _("This cannot be said at this step; choose one of the buttons."),
    "REASON_MISSING": _("Say why: the requester has to know what to change."),
    "NOT_RETURNED": _("Only a request that came back for change can be sent again."),
    "ENDED": _("This request has ended; there is nothing to withdraw."),
}
AUDIT: Mapping[str, Label] = {
    "approval.submit": _("Submitted"),
    "approval.decide": _("Decided"),
    "approval.approved": _("Approved"),
    "approval.refused": _("Refused"),
    "approval.returned": _("Returned for change"),
    "approval.withdrawn": _("Withdrawn"),
    "approval.void": _("Void: the text changed"),
    "approval.change": _("Changed"),
    "approval.comment": _("Remarked"),
    "approval.reroute": _("Routed anew after a change of positions"),
    "approval.reroute_failed": _("Stays where it is: nobody else could decide"),
    "approval.silent": _("No objection: silent past the deadline"),
    "approval.reminded": _("Reminded"),
    "approval.manager_told": _("Managers told"),
    "approval.senior_told": _("Managers' managers told"),
}


def named(part: Any) -> str:  # noqa: ANN401 - whatever has a name in both languages
    """Name something in the reader's language."""
    chinese = (get_language() or "").startswith("zh")
    first, second = (part.name_zh, part.name_en) if chinese else (part.name_en, part.name_zh)
    return str(first or second)


def spoken(part: Any, name: str) -> str:  # noqa: ANN401 - whatever has a text in both languages
    """Choose the reader's language of a text kept in both."""
    suffixes = ("_zh", "_en") if (get_language() or "").startswith("zh") else ("_en", "_zh")
    return str(next((getattr(part, name + end) for end in suffixes if getattr(part, name + end)), ""))


def either(pair: Mapping[str, str]) -> str:
    """Choose the reader's language of a pair of texts."""
    first, second = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
    return str(pair[first] or pair[second])


def error_sentence(code: str, parameters: Mapping[str, str]) -> str:
    """Word why a decision was refused."""
    return str(ERRORS[code]) % dict(parameters)


def refusal_sentence(code: str, parameters: Mapping[str, str], *, workflow: Workflow) -> str:
    """Word why a request cannot start."""
    shown = dict(parameters)
    if "fact" in shown:
        shown["fact"] = next((named(field) for field in workflow.fields if field.key == shown["fact"]), shown["fact"])
    return str(REFUSALS[code]) % shown
