"""What does a partner's file mean? A profile says it, column by column; people correct it and it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from keytally.exchange.canonical import Column


class Measure(StrEnum):
    """What must be equal for two lines to agree."""

    AMOUNT = "amount"
    QUANTITY = "quantity"
    BOTH = "both"


class TaxBasis(StrEnum):
    """Whether the amounts of a side include tax."""

    GROSS = "gross"
    NET = "net"
    UNKNOWN = "unknown"


DEFAULT_CURRENCY = "CNY"
DEFAULT_WINDOW_DAYS = 15
DEFAULT_RULES = (
    "exact_document",
    "exact_order",
    "normalized",
    "user_rules",
    "within_tolerance",
    "reversal",
    "near_number",
    "equal_sums",
    "duplicate",
    "same_key",
    "other_store",
    "other_item",
    "missing_number",
    "amount_store_date",
)
"""The matching rules in their order; docs/rules/reconciliation.md describes each."""


@dataclass(frozen=True, slots=True)
class SideProfile:
    """How one side's files are read.

    `columns` maps a canonical column to the header text of the file (two-row headers joined by a space).
    `header_row` counts from 1; None = find it. `sign` is 1 or -1: -1 turns every measure around.
    `date_format` is one of ymd, dmy, mdy, serial or None for what each value says of itself.
    `document_shapes` are regular expressions whose first group is the bare number.
    """

    columns: Mapping[Column, str] = field(default_factory=dict)
    header_row: int | None = None
    header_rows: int = 1
    document_shapes: tuple[str, ...] = ()
    sign: int = 1
    tax_basis: TaxBasis = TaxBasis.UNKNOWN
    date_format: str | None = None
    decimal_mark: str = "."
    currency: str = DEFAULT_CURRENCY
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class UserRule:
    """A rule that a person wrote: lines agree where these columns agree, within days of each other."""

    name: str
    columns: tuple[Column, ...]
    window_days: int | None = None


@dataclass(frozen=True, slots=True)
class MatchProfile:
    """How two sides are compared.

    A tolerance is minor units per link or parts per million of our amount, boundary inclusive.
    """

    measure: Measure = Measure.AMOUNT
    tolerance_minor: int = 0
    tolerance_ppm: int = 0
    window_days: int = DEFAULT_WINDOW_DAYS
    rules: tuple[str, ...] = DEFAULT_RULES
    user_rules: tuple[UserRule, ...] = ()
    tax_rates_ppm: tuple[int, ...] = (130_000, 90_000, 60_000)


@dataclass(frozen=True, slots=True)
class Profile:
    """A reconciliation's profile: both sides, how they are compared, opening balance in minor units per currency."""

    ours: SideProfile = field(default_factory=SideProfile)
    theirs: SideProfile = field(default_factory=SideProfile)
    match: MatchProfile = field(default_factory=MatchProfile)
    opening_minor: Mapping[str, int] = field(default_factory=dict)
