"""Which kinds of work are there, and where do things come from that wait without a row of their own?

A capability writes its kinds in `<capability>/work.py`:

    register_kind(WorkKind("approval", label=_("Decisions"), icon="gavel", sentences={"DECIDE": _("…")}, url=…))
    register_source("jobs", failed_jobs)
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import get_language

from keytally.core.subjects import Subject, subject_url

if TYPE_CHECKING:
    from keytally.core.models import User

Label = Promise | str
Parameters = Mapping[str, Any]


def page_of_subject(subject: Subject, _parameters: Parameters) -> str:
    """Find the page on which the work is done: that of its subject, unless a kind knows better."""
    return subject_url(subject) or ""


@dataclass(frozen=True, slots=True)
class WorkKind:
    """A kind of work: its words, its sign, the page on which it is done, and how it ranks.

    A sentence belongs to a reason code and may name the item's parameters; a parameter that people typed in two
    languages is a mapping of `zh` and `en`.
    """

    code: str
    label: Label
    icon: str
    sentences: Mapping[str, Label]
    url: Callable[[Subject, Parameters], str] = page_of_subject
    # The lower comes first among things due at the same time.
    weight: int = 50
    # Belongs to today although nobody set a deadline.
    is_pressing: bool = False
    may_snooze: bool = True
    # Goes along when its owner hands over; what follows a position or another thing does not.
    passes_over: bool = True


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person, from a row or from a source; worded when it is read."""

    kind: WorkKind
    subject: Subject
    reason_code: str
    opened_at: datetime
    deadline: datetime | None = None
    parameters: Parameters = field(default_factory=dict)
    # The row behind it; what a source found has none.
    item_id: int | None = None

    @property
    def weight(self) -> int:
        """How its kind ranks."""
        return self.kind.weight

    @property
    def is_pressing(self) -> bool:
        """Whether it belongs to today although nobody set a deadline."""
        return self.kind.is_pressing

    @property
    def may_snooze(self) -> bool:
        """Whether it may be put off."""
        return self.item_id is not None and self.kind.may_snooze

    @property
    def url(self) -> str:
        """Where it is done."""
        return self.kind.url(self.subject, self.parameters)

    @property
    def sentence(self) -> str:
        """Say in the reader's language what has to be done."""
        words = self.kind.sentences.get(self.reason_code)
        spoken = {key: _spoken(value) for key, value in self.parameters.items()}
        return str(words) % spoken if words else str(spoken.get("title") or self.kind.label)

    @property
    def title(self) -> str:
        """Name the subject, where the item knows its name."""
        return str(_spoken(self.parameters.get("title", "")))


Find = Callable[["User", datetime], Iterable[Waiting]]

_kinds: dict[str, WorkKind] = {}
_sources: dict[str, Find] = {}


def register_kind(kind: WorkKind) -> WorkKind:
    """Make a kind of work known."""
    _kinds[kind.code] = kind
    return kind


def register_source(code: str, find: Find) -> None:
    """Make a source known: it finds what waits for a person without keeping rows."""
    _sources[code] = find


def work_kind(code: str) -> WorkKind:
    """Find a kind; one whose capability is gone shows itself by its code."""
    return _kinds.get(code) or WorkKind(code, label=code, icon="list-check", sentences={})


def sources() -> tuple[Find, ...]:
    """List the sources."""
    return tuple(_sources.values())


def _spoken(value: Any) -> Any:  # noqa: ANN401 - whatever JSON kept
    """Choose the reader's language of a parameter that was typed in two."""
    if not isinstance(value, Mapping) or not {"zh", "en"} <= value.keys():
        return value
    first, second = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
    return value[first] or value[second]
