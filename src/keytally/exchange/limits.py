"""How much may a partner's file hold before it is refused?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one side's files; beyond them a file is refused, never read in part."""

    max_bytes: int = 32 * 2**30
    max_rows: int = 500_000_000
    max_columns: int = 2_000
    max_cell_chars: int = 32_767
    max_expanded_bytes: int = 8 * 2**30
    max_expansion_ratio: int = 300
    max_files: int = 10_000
    max_workbook_bytes: int = 2**30


DEFAULT_LIMITS = Limits()
