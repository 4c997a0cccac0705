"""What does a small table say that a person hands in beside the ledgers? UTF-8 CSV or Parquet, every cell as text."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from keytally.reconciliation.engine.messages import Refusal

LONGEST_CELL = 10_000


@dataclass(frozen=True, slots=True)
class TableShape:
    """The header as it is published, the columns a table must have and those it may have; others are not looked at."""

    header: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its physical number in the file and its trimmed cells, None where empty."""

    file: Path
    number: int
    cells: Mapping[str, str | None]

    def needed(self, column: str) -> str:
        """Read a cell that must not be empty."""
        value = self.cells.get(column)
        if value is None:
            raise Refusal("cell_empty", path=self.file, row=self.number, column=column)
        return value


def read_table(file: Path, *, shape: TableShape) -> Iterator[TableRow]:
    """Read a table row by row, refusing the first thing wrong with it in one sentence."""
    if not file.is_file():
        raise Refusal("table_missing", path=file)
    rows = _parquet_rows(file) if _is_parquet(file) else _csv_rows(file)
    try:
        _, header = next(rows, (1, ()))
        places = _places(file, header, shape)
        for number, cells in rows:
            if any(cell and cell.strip() for cell in cells):
                yield TableRow(file, number, _picked(file, number, cells, places))
    except UnicodeDecodeError as error:
        raise Refusal("table_unreadable", path=file, problem=f"byte {error.start} is not UTF-8") from error
    except (OSError, csv.Error, duckdb.Error) as error:
        raise Refusal("table_unreadable", path=file, problem=str(error).split("\n", 1)[0]) from error


def write_parquet(rows: Iterable[Sequence[str | None]], *, types: Mapping[str, str], file: Path) -> None:
    """Write rows of text as a Parquet file with columns of these DuckDB types."""
    text = file.with_suffix(".csv")
    with text.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(types)
        writer.writerows(rows)
    with duckdb.connect() as connection:
        relation = connection.sql(
            "select * from read_csv($file, header = true, delim = ',', quote = '\"', escape = '\"', columns = $types,"
            " auto_detect = false, nullstr = '', max_line_size = 10000000)",
            params={"file": str(text), "types": dict(types)},
        )
        relation.write_parquet(str(file))
    text.unlink()


def _is_parquet(file: Path) -> bool:
    with file.open("rb") as handle:
        return handle.read(4) == b"PAR1"


def _csv_rows(file: Path) -> Iterator[tuple[int, Sequence[str | None]]]:
    with file.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle, strict=True)
        first = 1
        for cells in reader:
            yield first, cells
            first = reader.line_num + 1


def _parquet_rows(file: Path) -> Iterator[tuple[int, Sequence[str | None]]]:
    with duckdb.connect() as connection:
        cursor = connection.execute("select columns(*)::varchar from read_parquet($file)", {"file": str(file)})
        yield 0, [column[0] for column in cursor.description or ()]
        number = 0
        while rows := cursor.fetchmany(10_000):
            for row in rows:
                number += 1
                yield number, row


def _places(file: Path, header: Sequence[str | None], shape: TableShape) -> dict[str, int]:
    names = [(name or "").strip().lower() for name in header]
    places = {}
    for column in (*shape.required, *shape.optional):
        if names.count(column) > 1:
            raise Refusal("column_twice", path=file, column=column)
        if column in names:
            places[column] = names.index(column)
        elif column in shape.required:
            raise Refusal("column_missing", path=file, column=column, header=shape.header)
    places[""] = len(names)
    return places


def _picked(file: Path, number: int, cells: Sequence[str | None], places: Mapping[str, int]) -> dict[str, str | None]:
    if any(cell and cell.strip() for cell in cells[places[""] :]):
        raise Refusal("row_too_long", path=file, row=number)
    picked = {column: _cell(cells, place) for column, place in places.items() if column}
    for column, value in picked.items():
        if value and (len(value) > LONGEST_CELL or any(unicodedata.category(letter) == "Cc" for letter in value)):
            raise Refusal("cell_control", path=file, row=number, column=column)
    return picked


def _cell(cells: Sequence[str | None], place: int) -> str | None:
    value = cells[place] if place < len(cells) else None
    return value.strip() or None if value else None
