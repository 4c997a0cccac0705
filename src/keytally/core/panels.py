"""What does each capability have to say about an account?

A capability registers its panels in `<capability>/panels.py`; the account page shows those that a person may see,
in their order. Each renders itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.functional import Promise

Render = Callable[[HttpRequest, int, date], str]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a subject's page: its title, its place, who may see it, and what it shows of a subject on a day."""

    code: str
    subject_kind: str
    title: Promise | str
    place: int
    permission: str
    render: Render


_panels: dict[tuple[str, str], Panel] = {}


def register_panel(panel: Panel) -> None:
    """Put a panel on the pages of a kind of subject."""
    _panels[panel.subject_kind, panel.code] = panel


def panels_of(subject_kind: str) -> Sequence[Panel]:
    """List the panels of a kind of subject, in their order."""
    fitting = [panel for panel in _panels.values() if panel.subject_kind == subject_kind]
    return sorted(fitting, key=lambda panel: (panel.place, panel.code))
