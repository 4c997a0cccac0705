"""What happened to an account, in words: what one person did at one time stands together."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from keytally.accounts import labels
from keytally.accounts.models import AccountNode, ClassificationValue, Contact
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.ladder import Rung
from keytally.accounts.rules.parties import Mode
from keytally.accounts.rules.visits import VisitState

if TYPE_CHECKING:
    from keytally.core.models import AuditEntry, User

Facts = Mapping[str, Any]
# The name of each axis under its code and nothing, of each value under both codes.
Classes = Mapping[tuple[str, str], str]
LOOKED_AT = 60
MOST_DETAILS = 8


@dataclass(frozen=True, slots=True)
class Happening:
    """What a person did to an account within a minute: the action, why, and what came of it."""

    at: datetime
    action: str
    person: "User | None"
    reason: str
    details: tuple[str, ...]
    more: int


def happenings(entries: Iterable["AuditEntry"], *, most: int) -> list[Happening]:
    """Put entries, the newest first, together by minute, person, action and reason."""
    looked_at = list(entries)[:LOOKED_AT]
    classes = _names_of_classes(looked_at)
    return [_happening(list(group), classes) for _key, group in groupby(looked_at, key=_key)][:most]


def _key(entry: "AuditEntry") -> tuple[object, ...]:
    return entry.at.replace(second=0, microsecond=0), entry.person_id, entry.action, entry.reason


def _happening(entries: Sequence["AuditEntry"], classes: Classes) -> Happening:
    first = entries[0]
    told = list(dict.fromkeys(word for entry in entries if (word := _told(entry, classes))))
    return Happening(
        first.at, first.action, first.person, first.reason, tuple(told[:MOST_DETAILS]), max(0, len(told) - MOST_DETAILS)
    )


def _told(entry: "AuditEntry", classes: Classes) -> str:
    before, after = entry.before or {}, entry.after or {}
    if entry.action == "account.classify":
        return "; ".join(_class(axis, codes, classes) for axis, codes in after.items())
    if entry.action in _CHANGED:
        return _fields(before, after, model=_CHANGED[entry.action])
    return _TOLD[entry.action](after) if entry.action in _TOLD else ""


def _class(axis: str, codes: Sequence[str], classes: Classes) -> str:
    return f"{classes.get((axis, ''), axis)}: {', '.join(classes.get((axis, code), code) for code in codes) or '—'}"


def _names_of_classes(entries: Iterable["AuditEntry"]) -> Classes:
    axes = {axis for entry in entries if entry.action == "account.classify" for axis in entry.after or {}}
    found: dict[tuple[str, str], str] = {}
    for value in ClassificationValue.objects.filter(axis__code__in=axes).select_related("axis") if axes else ():
        found |= {(value.axis.code, ""): str(value.axis), (value.axis.code, value.code): str(value)}
    return found


def _fields(before: Facts, after: Facts, *, model: type[AccountNode] | type[Contact]) -> str:
    """Name the columns that changed, after the name of a contact; what stood in them may not be for every reader."""
    known = {field.name: str(getattr(field, "verbose_name", field.name)) for field in model._meta.get_fields()}
    changed = [known.get(name, "") for name in after if before.get(name) != after[name]]
    return ": ".join(filter(None, (after.get("name", ""), ", ".join(filter(None, changed)))))


def _of(words: Mapping[Any, object], kind: Callable[[Any], Any], name: str) -> Callable[[Facts], str]:
    """Word a code; one that is not known any more stands as it is."""

    def word(after: Facts) -> str:
        try:
            return str(words[kind(after[name])])
        except (KeyError, ValueError):
            return str(after.get(name, ""))

    return word


def _plain(*names: str) -> Callable[[Facts], str]:
    return lambda after: " ".join(str(after[name]) for name in names if after.get(name))


def _visit(after: Facts) -> str:
    return f"{after.get('on', '')} {_of(labels.VISIT_STATES, VisitState, 'state')(after)}".strip()


def _judged(after: Facts) -> str:
    told = (_of(labels.PARTS, Part, "part")(after), str(after.get("points", "")))
    return ": ".join(filter(None, told))


_CHANGED: Mapping[str, type[AccountNode] | type[Contact]] = {"account.change": AccountNode, "contact.change": Contact}
_TOLD: Mapping[str, Callable[[Facts], str]] = {
    "account.status": _of(labels.STATUSES, labels.Status, "status"),
    "account.code": _plain("code"),
    "account.code_dates": _plain("code"),
    "account.parties": _of(labels.MODES, Mode, "mode"),
    "account.tier": _plain("year", "tier"),
    "account.credit_grade": _plain("grade"),
    "account.judge": _judged,
    "account.matter": _plain("what"),
    "account.matter_answer": _plain("answer"),
    "account.promise": _plain("what"),
    "account.promise_answer": _of(labels.PROMISE_STATES, labels.PromiseState, "state"),
    "account.development": _of({step: words[0] for step, words in labels.PLAN_STEPS.items()}, labels.PlanStep, "step"),
    "account.visit": _visit,
    "account.visit_answer": _of(labels.VISIT_STATES, VisitState, "state"),
    "account.competitor": _plain("competitor"),
    "account.value": _plain("what"),
    "contact.add": _plain("name"),
    "contact.evidence": _of(labels.RUNGS, Rung, "rung"),
}
