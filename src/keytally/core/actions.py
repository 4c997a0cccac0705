"""What else may be done with a subject, by a capability that its own does not know?

Something high registers an action for a kind of subject of something low (`site/wiring.py` does); the page of the
subject offers it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.functional import Promise

from keytally.core.subjects import Subject

if TYPE_CHECKING:
    from keytally.core.models import User


class UnableToAct(Exception):
    """The action is refused; the argument is one sentence for the reader."""


@dataclass(frozen=True, slots=True)
class SubjectAction:
    """Something a person may do with one kind of subject; `run` does it and answers the page to go on with."""

    code: str
    kind: str
    label: Promise | str
    permission: str
    run: "Callable[[Subject, User, datetime], str]"


_actions: dict[tuple[str, str], SubjectAction] = {}


def register_action(action: SubjectAction) -> None:
    """Offer an action on the page of a kind of subject."""
    _actions[action.kind, action.code] = action


def forget_action(kind: str, *, code: str) -> None:
    """Offer an action no longer, as a test does afterwards."""
    _actions.pop((kind, code), None)


def actions_for(person: "User", *, kind: str) -> list[SubjectAction]:
    """List the actions that a person may take with a kind of subject."""
    return [action for action in _actions.values() if action.kind == kind and person.may(action.permission)]


def action_for(person: "User", *, kind: str, code: str) -> SubjectAction | None:
    """Find one action, if the person may take it."""
    action = _actions.get((kind, code))
    return action if action and person.may(action.permission) else None
