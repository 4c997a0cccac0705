"""How are rows that are plainly written read with a few cheap tests, and the others set aside as texts?

What the tests let through is read as `part_sql` reads it, and is an accepted line without a note; a property test
holds the two against each other. What they do not let through keeps its cells in `odd`, joined, for `part_sql`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from keytally.exchange import value_sql
from keytally.exchange.canonical import CODE_COLUMNS, FIGURE_COLUMNS, LINE_TYPES, Column
from keytally.exchange.currencies import exponent, spellings
from keytally.exchange.part_sql import CELL_CHARS, DECIMALS, KEYS, SEPARATOR, RawTable
from keytally.exchange.profile import SideProfile
from keytally.exchange.surveys import Survey
from keytally.exchange.text_files import DELIMITERS
from keytally.exchange.values import NUMBER_CELL

QUICK_COLUMNS = tuple(column for column in LINE_TYPES if column not in ("rid", "currency"))
"""What a file of quickly read lines holds, beside `odd`; their currency is the usual one."""
_JOINT = value_sql.quoted(SEPARATOR)
_NEAR = "BETWEEN DATE '2000-01-01' AND DATE '2060-12-31'"
_MOST_ODD = 8


def is_surveyed_plain(survey: Survey, profile: SideProfile) -> bool:
    """Tell whether no byte of a file needs more than the quick tests know."""
    known = {*b"\t\n\r\x1f", *range(32, 127)} - {*b"\\"}
    return profile.decimal_mark == "." and all(byte in known or byte > 127 for byte in survey.odd_bytes)


def usual_currency(values: Sequence[str], profile: SideProfile) -> str:
    """Give the currency that most rows of a sample name by its code, else the profile's."""
    ((most, _),) = Counter(values).most_common(1) or [("", 0)]
    return most if spellings().get(most) == most else profile.currency


def quick_statement(
    raw: RawTable, profile: SideProfile, *, survey: Survey, usual: str, delimiter: str
) -> tuple[str, dict[str, object]]:
    """Write the SELECT of the lines as they stand and of the cells of odd rows, and its parameters."""
    texts = [f"{expression} AS t_{column}" for column, expression in raw.columns.items()]
    others = [f"{expression} AS u_{number}" for number, expression in enumerate(raw.others)]
    overlong = [f"{raw.overlong} AS is_overlong"] if raw.overlong else []
    read = [f"{_value(column, raw, profile, usual=usual)} AS {column}" for column in QUICK_COLUMNS]
    odd = " OR ".join(_odd(raw, profile, survey=survey, usual=usual, delimiter=delimiter))
    as_texts = f"SELECT {', '.join([*texts, *others, *overlong])} FROM {raw.relation}"
    statement = (
        f"SELECT {', '.join(QUICK_COLUMNS)}, CASE WHEN {odd} THEN {_cells(raw)} END AS odd "
        f"FROM (SELECT *, {', '.join(read)} FROM ({as_texts}))"
    )
    parameters = {**raw.parameters, "usual": usual}
    return statement, {name: value for name, value in parameters.items() if f"${name}" in statement}


def mostly_odd(statement: str) -> str:
    """Write the query that tells by the first rows whether too many are odd for the quick way to be quick."""
    return f"SELECT count(odd) * {_MOST_ODD} > count(*) FROM (SELECT odd FROM ({statement}) LIMIT 4000)"


def odd_rows(raw: RawTable, lines: str) -> RawTable:
    """Give the odd rows that a quick reading set aside in the file `lines`, as a table of texts with their places."""
    cells = [*(f"t_{column}" for column in raw.columns), *(f"u_{number}" for number in range(len(raw.others)))]
    place = {name: f"nullif(list_extract(cells, {number}), '')" for number, name in enumerate(cells, start=1)}
    return RawTable(
        relation=(
            f"(SELECT string_split(odd, {_JOINT}) AS cells, file_row_number AS place "
            "FROM read_parquet($quick_file, file_row_number=true) WHERE odd IS NOT NULL)"
        ),
        parameters={"quick_file": lines},
        columns={column: place[f"t_{column}"] for column in raw.columns},
        others=[place[f"u_{number}"] for number in range(len(raw.others))],
        overlong=f"list_extract(cells, {len(cells) + 1}) = 'true'" if raw.overlong else None,
        headers=raw.headers,
        place="place",
    )


def _cells(raw: RawTable) -> str:
    names = [*(f"t_{column}" for column in raw.columns), *(f"u_{number}" for number in range(len(raw.others)))]
    texts = [f"coalesce({name}, '')" for name in names] + (["is_overlong::VARCHAR"] if raw.overlong else [])
    return f"concat_ws({_JOINT}, {', '.join(texts)})"


def _value(column: str, raw: RawTable, profile: SideProfile, *, usual: str) -> str:
    if column not in raw.columns:
        return f"NULL::{LINE_TYPES[column]}"
    if column == Column.DATE:
        return "TRY_CAST(t_date AS DATE)"
    if column in CODE_COLUMNS:
        return f"t_{column}"
    sign = "-" if profile.sign == -1 and column != Column.UNIT_PRICE else ""
    return f"{sign}({value_sql.plainly_scaled(f't_{column}', decimals=_decimals(column, usual))})"


def _decimals(column: str, usual: str) -> int:
    return DECIMALS[Column(column)] if column in DECIMALS else exponent(usual)


def _odd(raw: RawTable, profile: SideProfile, *, survey: Survey, usual: str, delimiter: str) -> Iterator[str]:
    """Yield the conditions under which a row is not plainly written; one that is NULL does not hold."""
    if raw.overlong:
        yield "is_overlong"
    if Column.CURRENCY in raw.columns:
        yield "t_currency <> $usual" if usual == profile.currency else "t_currency IS DISTINCT FROM $usual"
    signs = list(_wary(survey, delimiter=delimiter))
    for column in raw.columns:
        if column in CODE_COLUMNS:
            yield from _odd_code(f"t_{column}", survey=survey, signs=signs)
        elif column in FIGURE_COLUMNS:
            yield from _odd_figure(column, survey=survey, decimals=_decimals(column, usual))
    if Column.DATE in raw.columns:
        yield from _odd_date()
    measures = [f"{column} IS NULL" for column in (Column.AMOUNT, Column.QUANTITY) if column in raw.columns]
    yield f"({' AND '.join(measures)})"
    if survey.has_total_word:
        yield _may_be_total(raw)


def _wary(survey: Survey, *, delimiter: str) -> Iterator[str]:
    """Yield the signs that a code must not hold, of those that the file has at all."""
    if survey.has_edge_spaces or (survey.has(" ") and delimiter not in DELIMITERS):
        yield " "
    if survey.has_lone_returns:
        yield "\r"
    is_quoted = survey.has('"')
    yield from (sign for sign in ('"', "+", NUMBER_CELL) if survey.has(sign))
    if survey.has("\t") and (delimiter != "\t" or is_quoted):
        yield "\t"


def _odd_code(text: str, *, survey: Survey, signs: Sequence[str]) -> Iterator[str]:
    """Yield the oddities of a code; what stands before the letters and digits comes first in the order of texts."""
    yield f"{text} <= '--'"
    yield f"strlen({text}) > {CELL_CHARS}"
    yield from (f"contains({text}, chr({ord(sign)}))" for sign in signs)
    if survey.has_null_word:
        yield f"{text} = 'NULL'"
    if survey.has_odd_signs:
        yield f"strlen({text}) <> length({text})"


def _odd_figure(column: Column, *, survey: Survey, decimals: int) -> Iterator[str]:
    text = f"t_{column}"
    yield f"({column} IS NULL AND {text} IS NOT NULL)"
    yield from (f"contains({text}, '{sign}')" for sign in sorted(survey.exponents))
    if survey.has("_"):
        yield f"contains({text}, '_')"
    yield f"{text} LIKE '%.{'_' * (decimals + 1)}%'"


def _odd_date() -> Iterator[str]:
    """Yield the oddities of a date; with its first figure and its length, the year of a near date has four figures."""
    yield "(date IS NULL AND t_date IS NOT NULL)"
    yield "t_date < '2'"
    yield "t_date >= '3'"
    yield "strlen(t_date) NOT BETWEEN 8 AND 10"
    yield f"date NOT {_NEAR}"


def _may_be_total(raw: RawTable) -> str:
    """Tell rows whose first cell that would identify a line is empty or may be a label."""
    keys = [f"t_{column}" for column in KEYS if column in raw.columns]
    if not keys:
        return "true"
    first = f"coalesce({', '.join(keys)})"
    return f"coalesce(contains(lower({first}), 'total') OR strlen({first}) <> length({first}), true)"
