"""How are typed Parquet files handed to the engine as they lie, without a copy?

One aggregate over the figures and dates tells whether there is anything in them that cannot be a line; then the file
itself is the source, with casts inline.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from keytally.exchange import value_sql
from keytally.exchange.canonical import CODE_COLUMNS, FIGURE_COLUMNS, LINE_TYPES, Column
from keytally.exchange.currencies import currency_named, exponent
from keytally.exchange.parquet_files import FLOATS, INTEGERS, filled_counts, glob_free, identifier
from keytally.exchange.part_sql import DECIMALS
from keytally.exchange.profile import SideProfile
from keytally.exchange.tables import Table
from keytally.exchange.values import FIGURE_WIDTH

_SAMPLED_ROWS = 20_000
_CURRENCIES = 60


@dataclass(frozen=True, slots=True)
class TypedFile:
    """A Parquet file that needs no parsing: expressions of its canonical columns and what was found in it.

    `faults` pairs a reason with the condition of its rows and the column it is about; parameters carry `prefix`.
    """

    expressions: Mapping[str, str]
    parameters: Mapping[str, object]
    faults: tuple[tuple[str, Column | None, str], ...]
    rows: int
    rejected: int
    present: frozenset[Column]
    padded: tuple[Column, ...]
    as_numbers: tuple[Column, ...]
    rounded: int
    far: int

    @property
    def is_fault(self) -> str:
        """Give the condition of rows that cannot be lines."""
        return " OR ".join(f"coalesce({condition}, false)" for _, _, condition in self.faults) or "false"


@dataclass(frozen=True, slots=True)
class _Currency:
    code: str
    decimals: Mapping[int, str]
    unknown: str | None
    parameters: Mapping[str, object]


def typed_file(
    con: duckdb.DuckDBPyConnection, table: Table, places: Mapping[Column, str], *, profile: SideProfile, prefix: str
) -> TypedFile | None:
    """Look once through a typed file and write down how its lines are read; None when it needs the text path."""
    path = glob_free(table.path)
    currency = _currency(con, path, places, profile=profile, prefix=prefix)
    if currency is None:
        return None
    figures = {column: name for column, name in places.items() if column in FIGURE_COLUMNS}
    most = _largest(con, path, figures, table)
    faults = _faults(figures, table, most, currency)
    padded = _padded(con, path, places, table)
    expressions: dict[str, str] = {
        **{column: f"NULL::{kind}" for column, kind in LINE_TYPES.items() if column != "rid"},
        **_code_expressions(places, table, padded),
        **{column.value: _amount(column, name, table, most, currency, profile) for column, name in figures.items()},
        "currency": currency.code,
    }
    if Column.DATE in places:
        expressions["date"] = f"CAST({identifier(places[Column.DATE])} AS DATE)"
    return _counted(con, path, places, table, expressions, faults, currency, padded)


def _currency(
    con: duckdb.DuckDBPyConnection, path: str, places: Mapping[Column, str], *, profile: SideProfile, prefix: str
) -> _Currency | None:
    home, home_name = {exponent(profile.currency): "true"}, f"{prefix}_home"
    if Column.CURRENCY not in places:
        return _Currency(f"${home_name}::VARCHAR", home, None, {home_name: profile.currency})
    name = identifier(places[Column.CURRENCY])
    found = con.execute(
        f"SELECT DISTINCT {name} FROM read_parquet($file) LIMIT {_CURRENCIES + 1}",  # noqa: S608 - quoted identifier
        {"file": path},
    ).fetchall()
    if len(found) > _CURRENCIES:
        return None
    texts = [text for (text,) in found]
    codes = {text: profile.currency if _is_blank(text) else currency_named(text) for text in texts}
    return _currency_of(name, codes, prefix=prefix)


def _is_blank(text: str | None) -> bool:
    return text is None or text.strip() in ("", "-")


def _currency_of(name: str, codes: Mapping[str | None, str | None], *, prefix: str) -> _Currency:
    known = {text: code for text, code in codes.items() if code is not None}
    parameters: dict[str, object] = {}
    if all(text == code for text, code in known.items()):
        code_sql = name
    else:
        parameters = {f"{prefix}_texts": list(known), f"{prefix}_codes": list(known.values())}
        code_sql = f"list_extract(${prefix}_codes, list_position(${prefix}_texts, {name}))"
    unknown = None
    if len(known) < len(codes):
        parameters[f"{prefix}_unknown"] = [text for text, code in codes.items() if code is None]
        unknown = f"list_contains(${prefix}_unknown, {name})"
    return _Currency(code_sql, _decimals(known, name, parameters, prefix=prefix), unknown, parameters)


def _decimals(
    known: Mapping[str | None, str], name: str, parameters: dict[str, object], *, prefix: str
) -> Mapping[int, str]:
    """Tell for each number of decimals which rows have it."""
    by_count: dict[int, list[str | None]] = {}
    for text, code in known.items():
        by_count.setdefault(exponent(code), []).append(text)
    if len(by_count) <= 1:
        return dict.fromkeys(by_count or (2,), "true")
    conditions = {}
    for count, texts in by_count.items():
        parameters[f"{prefix}_with_{count}"] = texts
        conditions[count] = f"list_position(${prefix}_with_{count}, {name}) IS NOT NULL"
    return conditions


def _largest(
    con: duckdb.DuckDBPyConnection, path: str, figures: Mapping[Column, str], table: Table
) -> Mapping[Column, int]:
    """Give a bound on the whole part of every finite figure of a column."""
    if not figures:
        return {}
    tests = []
    for name in figures.values():
        value = _finite(name, table.types[name])
        tests.append(f"greatest(max({value}), -min({value}), 0)::VARCHAR")
    (row,) = con.execute(f"SELECT {', '.join(tests)} FROM read_parquet($file)", {"file": path}).fetchall()  # noqa: S608 - quoted identifiers
    return {column: int(float_free(text)) for column, text in zip(figures, row, strict=True)}


def float_free(text: str | None) -> str:
    """Give the digits before the point of a number written by the database."""
    from decimal import Decimal

    return str(int(Decimal(text or "0")))


def _finite(name: str, kind: str) -> str:
    value = identifier(name)
    return (
        f"CASE WHEN isfinite({value}) THEN {value} END"
        if kind in FLOATS
        else f"{value}::HUGEINT"
        if kind in INTEGERS
        else value
    )


def _faults(
    figures: Mapping[Column, str], table: Table, most: Mapping[Column, int], currency: _Currency
) -> tuple[tuple[str, Column | None, str], ...]:
    faults: list[tuple[str, Column | None, str]] = []
    for column, name in figures.items():
        value = identifier(name)
        if table.types[name] in FLOATS:
            faults.append(("not_a_number", column, f"NOT isfinite({value})"))
        bound = 10 ** (FIGURE_WIDTH - _most_decimals(column, currency))
        if most[column] >= bound:
            faults.append(("out_of_range", column, f"abs({value}) >= {bound}"))
    if currency.unknown is not None:
        faults.append(("currency_unknown", Column.CURRENCY, currency.unknown))
    measures = [identifier(name) for column, name in figures.items() if column != Column.UNIT_PRICE]
    faults.append(("no_measure", None, " AND ".join(f"{value} IS NULL" for value in measures) or "true"))
    return tuple(faults)


def _most_decimals(column: Column, currency: _Currency) -> int:
    return DECIMALS.get(column, max(currency.decimals))


def _amount(
    column: Column,
    name: str,
    table: Table,
    most: Mapping[Column, int],
    currency: _Currency,
    profile: SideProfile,
) -> str:
    options = {DECIMALS[column]: "true"} if column in DECIMALS else currency.decimals
    scaled = {count: _scaled(name, table.types[name], count, largest=most[column]) for count in options}
    if len(options) == 1:
        (whole,) = scaled.values()
    else:
        whole = f"CASE {' '.join(f'WHEN {options[count]} THEN {sql}' for count, sql in scaled.items())} END"
    return f"-({whole})" if profile.sign == -1 and column != Column.UNIT_PRICE else whole


def _scaled(name: str, kind: str, decimals: int, *, largest: int) -> str:
    """Scale a figure in 64-bit arithmetic when the largest of its column allows it, else in 128-bit."""
    value = _steady(name, kind, largest=largest)
    factor = f"{10**decimals}::DECIMAL({decimals + 1},0)" if decimals else "1::DECIMAL(1,0)"
    digits = len(str(10**decimals)) if decimals else 1
    width = 18 - digits
    if largest + 1 >= 10 ** (width - decimals):
        width = 28
    return f"CAST(TRY_CAST({value} AS DECIMAL({width},{decimals})) * {factor} AS BIGINT)"


def _steady(name: str, kind: str, *, largest: int) -> str:
    """Take the noise off a floating figure before it is rounded, so that 1.005 rounds as it is written."""
    value = identifier(name)
    if kind not in FLOATS:
        return value
    if kind == "FLOAT":
        return f"TRY_CAST(CAST({value} AS VARCHAR) AS DECIMAL(38,9))"
    scale = 8 if largest < 10**7 else 5 if largest < 10**10 else 4
    return f"TRY_CAST({value} AS DECIMAL({18 if largest < 10**10 else 28},{scale}))"


def _code_expressions(places: Mapping[Column, str], table: Table, padded: tuple[Column, ...]) -> Mapping[str, str]:
    codes = {}
    for column in CODE_COLUMNS:
        if column in places:
            value = identifier(places[column])
            text = f"CAST({value} AS VARCHAR)" if table.types[places[column]] in INTEGERS else value
            codes[column.value] = value_sql.code(text) if column in padded else text
    return codes


def _padded(
    con: duckdb.DuckDBPyConnection, path: str, places: Mapping[Column, str], table: Table
) -> tuple[Column, ...]:
    """Find code columns with blanks to remove, from the smallest values that the file states and a sample."""
    texts = {c: places[c] for c in CODE_COLUMNS if c in places and table.types[places[c]] == "VARCHAR"}
    if not texts:
        return ()
    tests = ", ".join(
        f"count_if({identifier(name)} IS DISTINCT FROM {value_sql.code(identifier(name))})" for name in texts.values()
    )
    names = ", ".join(identifier(name) for name in texts.values())
    sample = f"SELECT {names} FROM read_parquet($file) LIMIT {_SAMPLED_ROWS}"  # noqa: S608 - quoted identifiers
    (row,) = con.execute(f"SELECT {tests} FROM ({sample})", {"file": path}).fetchall()  # noqa: S608 - quoted identifiers
    smallest = dict(
        con.execute(
            "SELECT path_in_schema, min(stats_min_value) FROM parquet_metadata($file) GROUP BY ALL", {"file": path}
        ).fetchall()
    )
    return tuple(
        column
        for (column, name), count in zip(texts.items(), row, strict=True)
        if count or (smallest.get(name) or "~") < "!"
    )


def _counted(
    con: duckdb.DuckDBPyConnection,
    path: str,
    places: Mapping[Column, str],
    table: Table,
    expressions: Mapping[str, str],
    faults: tuple[tuple[str, Column | None, str], ...],
    currency: _Currency,
    padded: tuple[Column, ...],
) -> TypedFile:
    draft = TypedFile(expressions, currency.parameters, faults, 0, 0, frozenset(), padded, (), 0, 0)
    counts = {"rows": "count(*)", "rejected": f"count_if({draft.is_fault})", "far": _far(places)}
    filled = filled_counts(con, path)
    counts |= {f"has_{column}": f"count({identifier(name)})" for column, name in places.items() if name not in filled}
    counts["rounded"] = _rounded(places, table)
    selected = ", ".join(f"{test} AS {name}" for name, test in counts.items())
    used = {name: value for name, value in currency.parameters.items() if f"${name}" in selected}
    (row,) = con.execute(f"SELECT {selected} FROM read_parquet($file)", {"file": path, **used}).fetchall()  # noqa: S608 - quoted identifiers
    found = {name: count or 0 for name, count in zip(counts, row, strict=True)}
    return TypedFile(
        expressions=expressions,
        parameters=currency.parameters,
        faults=faults if found["rejected"] else (),
        rows=found["rows"],
        rejected=found["rejected"],
        present=frozenset(c for c, name in places.items() if filled.get(name, found.get(f"has_{c}", 0))),
        padded=padded,
        as_numbers=tuple(c for c in CODE_COLUMNS if c in places and table.types[places[c]] in INTEGERS),
        rounded=found["rounded"],
        far=found["far"],
    )


def _far(places: Mapping[Column, str]) -> str:
    if Column.DATE not in places:
        return "0"
    value = identifier(places[Column.DATE])
    return f"count_if({value} < DATE '2000-01-01' OR {value} >= DATE '2061-01-01')"


def _rounded(places: Mapping[Column, str], table: Table) -> str:
    """Count amounts in decimals finer than a cent and quantities finer than a thousandth."""
    tests = []
    for column, kept in ((Column.AMOUNT, 2), (Column.QUANTITY, 3)):
        kind = table.types.get(places.get(column, ""), "")
        if kind.startswith("DECIMAL") and int(kind.rstrip(")").split(",")[1]) > kept:
            value = identifier(places[column])
            tests.append(f"count_if({value} <> round({value}, {kept}))")
    return " + ".join(tests) or "0"
