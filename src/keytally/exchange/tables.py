"""What does a file look like before anyone knows what its columns mean?"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from keytally.exchange.sources import SourceFile


@dataclass(frozen=True, slots=True)
class TextLayout:
    """How a text file is written."""

    encoding: str
    delimiter: str
    is_one_line_a_record: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet, text file or Parquet file.

    `head` holds its first records as text, physical record 1 first. A Parquet file has `types` instead, by column.
    `rows` yields every record of a sheet.
    """

    source: SourceFile
    sheet: str | None
    head: Sequence[Sequence[str]]
    layout: TextLayout | None = None
    types: Mapping[str, str] = field(default_factory=dict)
    rows: Callable[[], Iterator[Sequence[object]]] | None = None
    is_complete: bool = False

    def records(self) -> Iterator[Sequence[object]]:
        """Yield every record of a sheet."""
        return iter(()) if self.rows is None else self.rows()

    @property
    def path(self) -> Path:
        """Say where the file is."""
        return self.source.path

    @property
    def label(self) -> str:
        """Name the table as a person would look for it."""
        return self.source.name if self.sheet is None else f"{self.source.name} [{self.sheet}]"
