"""What is a workflow: its steps, its limits, the facts it asks for and its document control (rows O01, Q11-Q18)?

Every part is frozen data. A company's workflows are kept as dated rule data and read by `workflow_data`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from keytally.approvals.rules.recurring import Recurrence

Value = bool | str | int | Decimal

# Words that stand where a role may stand in a step: the requester, the first and the second level up the requester's
# solid line, and the ends of the requester's dotted lines.
REQUESTER = "REQUESTER"
MANAGER = "MANAGER"
SENIOR_MANAGER = "SENIOR_MANAGER"
FUNCTIONAL = "FUNCTIONAL"
GM_DELEGATE = "GM_DELEGATE"

# What a role may put its name to; a route for more money never ends with a lower number (workflows.md, section 0).
# GM_DELEGATE is whoever stands in for the general manager, and the general manager where nobody does.
AUTHORITY = {
    **dict.fromkeys(("PRO", "REP", "RKS", "OC", "SEA", "CAR"), 1),
    **dict.fromkeys(("ASS", "CTS", "HCS", "DA", "AR", "RCS"), 2),
    **dict.fromkeys(("AKM", "BO", "AM", "CM", "CTM", "FS", "LOG", "SP", "MKT", "LEG", "KAD"), 3),
    **dict.fromkeys(("RKM", "RM"), 4),
    **dict.fromkeys(("NKM", GM_DELEGATE), 5),
    **dict.fromkeys(("SD", "FD", "SCH", "MKH", "LEH"), 6),
    "GM": 7,
}
RELATIVE_ROLES = frozenset({REQUESTER, MANAGER, SENIOR_MANAGER, FUNCTIONAL})
ROLES = frozenset(AUTHORITY) | RELATIVE_ROLES


class WorkflowKind(StrEnum):
    """Is it a request that people decide, or steps that people follow?"""

    APPROVAL = "APPROVAL"
    CHECKLIST = "CHECKLIST"


class Mode(StrEnum):
    """What a step asks of its people."""

    DO = "DO"
    DECIDE = "DECIDE"
    CONSULT = "CONSULT"
    INFORM = "INFORM"


class FieldKind(StrEnum):
    """How a fact is typed and compared."""

    TEXT = "TEXT"
    LONG_TEXT = "LONG_TEXT"
    NUMBER = "NUMBER"
    BOOL = "BOOL"
    CODE = "CODE"
    DATE = "DATE"


class Need(StrEnum):
    """Does a request carry an amount?"""

    REQUIRED = "REQUIRED"
    OPTIONAL = "OPTIONAL"
    NONE = "NONE"


class Comparison(StrEnum):
    """How a test compares a fact with its value."""

    IS = "IS"
    IS_NOT = "IS_NOT"
    IN = "IN"
    AT_MOST = "AT_MOST"
    MORE_THAN = "MORE_THAN"
    AT_LEAST = "AT_LEAST"
    LESS_THAN = "LESS_THAN"


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison of a fact; a list of tests holds when every one holds."""

    __test__ = False  # not one of pytest's

    fact: str
    comparison: Comparison
    value: Value | tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a coded fact may take."""

    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that a request must say, because a limit or a condition looks at it or a decider reads it."""

    key: str
    name_zh: str
    name_en: str
    kind: FieldKind
    required: bool = True
    choices: tuple[Choice, ...] = ()
    help_zh: str = ""
    help_en: str = ""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a step may take, from the end of the step before it; all zero means no deadline."""

    working_days: int = 0
    hours: int = 0
    minutes: int = 0

    def __bool__(self) -> bool:
        return bool(self.working_days or self.hours or self.minutes)


@dataclass(frozen=True, slots=True)
class Stage:
    """Roles that decide side by side: each of them, or any one."""

    roles: tuple[str, ...]
    any_of: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """The stages, one after another, that decide up to an amount while its tests hold."""

    stages: tuple[Stage, ...]
    up_to_minor: int | None = None
    when: tuple[Test, ...] = ()
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Extra:
    """Roles that decide in addition, at every level, while the tests hold."""

    roles: tuple[str, ...]
    when: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """Who decides how much: the first level whose tests hold and whose bound the amount keeps.

    While `raised_when` holds, the next level that would also be reached by a larger amount decides instead.
    """

    levels: tuple[Level, ...]
    currency: str = "CNY"
    extras: tuple[Extra, ...] = ()
    raised_when: tuple[Test, ...] = ()

    @property
    def names_money(self) -> bool:
        """Tell whether a company must accept or replace figures before it uses them."""
        return any(level.up_to_minor is not None for level in self.levels)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of a workflow.

    In an approval, steps run one after another and the roles of one step side by side. A step with `by_limits`
    stands for the stages of the level the amount reaches; it names no roles of its own. Steps of mode DO after the
    last DECIDE follow the approval. `due_*` words a deadline that no clock counts, as "31 Oct Y-1". A step `outside`
    is done by another capability or comes round by itself: it is drawn, and no request waits for it.
    """

    id: str
    name_zh: str
    name_en: str
    roles: tuple[str, ...] = ()
    mode: Mode = Mode.DO
    any_of: bool = False
    by_limits: bool = False
    when: tuple[Test, ...] = ()
    allowance: Allowance = Allowance()
    optional: bool = False
    outside: bool = False
    falls: tuple[Recurrence, ...] = ()
    due_zh: str = ""
    due_en: str = ""
    role_zh: str = ""
    role_en: str = ""
    input_zh: str = ""
    input_en: str = ""
    output_zh: str = ""
    output_en: str = ""
    exception_zh: str = ""
    exception_en: str = ""


@dataclass(frozen=True, slots=True)
class DocumentControl:
    """The head of a controlled definition (rows O01 and Q26): 文件编码, 版号, owner department, sign-off preset."""

    code: str
    version: str
    effective_on: date
    owner_zh: str = ""
    owner_en: str = ""
    pages: int = 1
    sign_off: str = "THREE"


@dataclass(frozen=True, slots=True)
class Workflow:
    """A definition that requests run on; a running request finishes on the version it began with."""

    code: str
    version: str
    name_zh: str
    name_en: str
    kind: WorkflowKind
    steps: tuple[Step, ...]
    control: DocumentControl
    limits: Limits | None = None
    fields: tuple[Field, ...] = ()
    amount: Need = Need.NONE
    amount_zh: str = ""
    amount_en: str = ""
    purpose_zh: str = ""
    purpose_en: str = ""
    rows: tuple[str, ...] = ()
    is_default: bool = True
