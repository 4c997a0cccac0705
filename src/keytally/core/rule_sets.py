"""Which rules were in force on a day, and who set them?

A capability ships a named default in code; a company keeps versions of its own, each from a day on. Nothing kept is
ever changed, so that what was decided by a version can always be shown beside it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keytally.core.clock import business_date
from keytally.core.models import RuleSetVersion, User
from keytally.core.services import record_audit
from keytally.core.subjects import Subject

Label = Promise | str
Content = Mapping[str, Any]
DEFAULT_NUMBER = 0

COMMON_ERRORS: Mapping[str, Label] = {
    "STARTS_IN_THE_PAST": _(
        "Rules take effect from today on, so that what was decided stays as it was; not from %(day)s."
    ),
    "SAME_AS_IN_FORCE": _("Nothing differs from what is in force on %(day)s; there is nothing to keep."),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a set of rules: where in it, and a code with the parameters of its sentence."""

    where: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


Check = Callable[[Content], Collection[Problem]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A set of rules that a capability declares: its default, what makes a set fit, and its words."""

    code: str
    label: Label
    default: Callable[[], Content]
    check: Check
    errors: Mapping[str, Label]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules in force on a day; number 0 is keytally's default."""

    code: str
    number: int
    starts_on: date | None
    content: Content
    sha256: str

    @property
    def is_default(self) -> bool:
        """Tell whether the company has kept nothing of its own."""
        return self.number == DEFAULT_NUMBER


class UnableToKeep(Exception):
    """A set of rules does not fit; says all that is wrong with it."""

    def __init__(self, code: str, problems: Collection[Problem]) -> None:
        super().__init__(code, tuple(problems))
        self.code = code
        self.problems = tuple(problems)


_kinds: dict[str, Kind] = {}


def register_rule_set(
    code: str,
    *,
    default: Content | Callable[[], Content],
    check: Check = lambda _content: (),
    label: Label = "",
    errors: Mapping[str, Label] | None = None,
) -> None:
    """Declare a set of rules with the default that holds until a company keeps its own."""
    shipped = default if callable(default) else lambda: default
    _kinds[code] = Kind(code, label or code, shipped, check, {**COMMON_ERRORS, **(errors or {})})


def rule_set_kind(code: str) -> Kind:
    """Find what a capability declared under a code; a code nobody declared is a fault of the program."""
    return _kinds[code]


def rule_set(code: str, *, as_of: date) -> Content:
    """Read the rules in force on a day."""
    return rule_set_in_force(code, as_of=as_of).content


def rule_set_in_force(code: str, *, as_of: date) -> RuleSet:
    """Read the rules in force on a day, with the version they are."""
    kept = (
        RuleSetVersion.objects.filter(code=code, number__gt=DEFAULT_NUMBER, starts_on__lte=as_of)
        .order_by("-starts_on", "-number")
        .first()
    )
    return _shown(kept) if kept else shipped_rule_set(code)


def rule_sets_in_force(codes: Collection[str], *, as_of: date) -> dict[str, RuleSet]:
    """Read several sets of rules in force on a day, in one query."""
    kept = RuleSetVersion.objects.filter(code__in=codes, number__gt=DEFAULT_NUMBER, starts_on__lte=as_of)
    newest = {row.code: row for row in kept.order_by("starts_on", "number")}
    return {code: _shown(newest[code]) if code in newest else shipped_rule_set(code) for code in codes}


def shipped_rule_set(code: str) -> RuleSet:
    """Read keytally's default."""
    content = rule_set_kind(code).default()
    return RuleSet(code, DEFAULT_NUMBER, None, MappingProxyType(dict(content)), digest(content))


def versions(code: str) -> list[tuple[date, Content]]:
    """List every set of rules from the day it takes effect on, the default first; in one query."""
    kept = RuleSetVersion.objects.filter(code=code, number__gt=DEFAULT_NUMBER).order_by("starts_on", "number")
    return [(date.min, rule_set_kind(code).default()), *((row.starts_on or date.min, row.content) for row in kept)]


def history(code: str) -> list[RuleSetVersion]:
    """List what the company kept, newest first, with who kept it."""
    kept = RuleSetVersion.objects.filter(code=code, number__gt=DEFAULT_NUMBER)
    return list(kept.select_related("kept_by").order_by("-number"))


@transaction.atomic
def keep_rule_set(
    code: str, *, content: Content, starts_on: date, by: User | None, now: datetime, reason: str
) -> RuleSetVersion:
    """Keep a new version that takes effect from a day, or raise `UnableToKeep` with every problem."""
    problems = [*rule_set_kind(code).check(content), *_timing(code, content, starts_on=starts_on, now=now)]
    if problems:
        raise UnableToKeep(code, problems)
    newest = RuleSetVersion.objects.filter(code=code).aggregate(number=Max("number"))["number"]
    kept = RuleSetVersion.objects.create(
        code=code,
        number=(newest or DEFAULT_NUMBER) + 1,
        starts_on=starts_on,
        content=_plain(content),
        sha256=digest(content),
        reason=reason,
        kept_by=by,
        kept_at=now,
    )
    _tell(kept, by=by, now=now, reason=reason)
    return kept


@transaction.atomic
def used_rule_set(code: str, *, as_of: date, now: datetime) -> RuleSetVersion:
    """Find the row a posted decision points at; of the shipped default a copy is kept the first time it is used."""
    shown = rule_set_in_force(code, as_of=as_of)
    if not shown.is_default:
        return RuleSetVersion.objects.get(code=code, number=shown.number)
    kept, _made = RuleSetVersion.objects.get_or_create(
        code=code,
        number=DEFAULT_NUMBER,
        sha256=shown.sha256,
        defaults={"content": _plain(shown.content), "kept_at": now},
    )
    return kept


def sentence(code: str, problem: Problem) -> str:
    """Word a problem in the reader's language."""
    words = rule_set_kind(code).errors.get(problem.code)
    return str(words) % dict(problem.parameters) if words else problem.code


def digest(content: Content) -> str:
    """Sum up a set of rules, the same however its keys are ordered."""
    text = json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _timing(code: str, content: Content, *, starts_on: date, now: datetime) -> list[Problem]:
    if starts_on < business_date(now):
        return [Problem("starts_on", "STARTS_IN_THE_PAST", {"day": starts_on.isoformat()})]
    in_force = rule_set_in_force(code, as_of=starts_on)
    if not in_force.is_default and in_force.sha256 == digest(content):
        return [Problem("content", "SAME_AS_IN_FORCE", {"day": starts_on.isoformat()})]
    return []


def _tell(kept: RuleSetVersion, *, by: User | None, now: datetime, reason: str) -> None:
    record_audit(
        "rule_set.keep",
        by=by,
        at=now,
        subject=Subject("rule_set", kept.pk),
        reason=reason,
        after={"code": kept.code, "number": kept.number, "starts_on": str(kept.starts_on), "sha256": kept.sha256},
    )


def _shown(kept: RuleSetVersion) -> RuleSet:
    return RuleSet(kept.code, kept.number, kept.starts_on, MappingProxyType(kept.content), kept.sha256)


def _plain(content: Content) -> dict[str, Any]:
    """Make what JSON keeps of it: a set of rules must come back as it went in."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(content), ensure_ascii=False))
    return plain
