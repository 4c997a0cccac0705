"""How do the texts of a table become canonical lines, each with its state, in one statement?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from keytally.exchange import value_sql
from keytally.exchange.canonical import CODE_COLUMNS, FIGURE_COLUMNS, LINE_TYPES, Column
from keytally.exchange.currencies import exponent, marks, spellings
from keytally.exchange.profile import SideProfile
from keytally.exchange.values import CODE_SHORTENED, NUMBER_CELL, SPACES

ACCEPTED, REJECTED, TOTALS, BLANK = 0, 1, 2, 3
ROUNDED, FAR, AS_NUMBER, SHORTENED = 1, 2, 4, 8
KEYS = (Column.DOC_NO, Column.LINE_NO, Column.ORDER_NO, Column.ITEM, Column.GTIN)
DECIMALS = {Column.QUANTITY: 3, Column.UNIT_PRICE: 6}
CELL_CHARS = 4_000
SEPARATOR = "\x1e"
LABEL = (
    "(?:[^\x1e]{0,40}(?:小计|合计|总计|累计|共计|总额)[^\x1e]{0,12}"
    "|(?i:(?:[^\x1e]{0,40} )?(?:(?:sub|grand|page|running|overall)[ -]?)?totals?(?:[ :(：][^\x1e]{0,40})?))"
)
_BLANKS = value_sql.quoted(" " + SPACES + NUMBER_CELL)


@dataclass(frozen=True, slots=True)
class RawTable:
    """A relation of texts in physical order: which expression holds which canonical column, and all the others.

    `overlong` tells the records that have more cells than the header; None when there can be none. `headers` has the
    texts that stand in each column's header. `place` numbers the records where they are not all there.
    """

    relation: str
    parameters: Mapping[str, object]
    columns: Mapping[Column, str]
    others: Sequence[str] = ()
    overlong: str | None = None
    headers: Mapping[Column, Sequence[str]] = field(default_factory=dict)
    place: str | None = None


def part_statement(raw: RawTable, profile: SideProfile) -> tuple[str, dict[str, object]]:
    """Write the SELECT of a table's part, and its parameters."""
    spelled = spellings()
    parameters = {
        **raw.parameters,
        "home": profile.currency,
        "home_marks": marks(profile.currency),
        "spelled": list(spelled),
        "codes": list(spelled.values()),
        "exponents": [exponent(code) for code in spelled.values()],
        "marks": [marks(code) for code in spelled.values()],
        **{f"header_{column}": list(texts) for column, texts in raw.headers.items()},
    }
    steps = (
        _raw(raw),
        _screened(),
        _coded(raw),
        _cleaned(raw, profile),
        _figured(raw, profile),
        _judged(raw, profile),
        _stated(raw),
    )
    names = ("raw", "screened", "coded", "cleaned", "figured", "judged", "stated")
    with_steps = ", ".join(f"{name} AS ({step})" for name, step in zip(names, steps, strict=True))
    statement = f"WITH {with_steps} SELECT {_result(raw)} FROM stated"
    used = {name: value for name, value in parameters.items() if f"${name}" in statement}
    return statement, used


def _raw(raw: RawTable) -> str:
    texts = [f"{expression} AS t_{column}" for column, expression in raw.columns.items()]
    others = [f"{expression} AS u_{number}" for number, expression in enumerate(raw.others)]
    overlong = f"{raw.overlong or 'false'} AS is_overlong"
    places = [raw.place] if raw.place else []
    codes = [expression for column, expression in raw.columns.items() if column in CODE_COLUMNS]
    joined = f"concat_ws({value_sql.quoted(SEPARATOR)}, {', '.join(codes)})" if codes else "''"
    return f"SELECT {', '.join([*places, *texts, *others, overlong])}, {joined} AS all_codes FROM {raw.relation}"


def _screened() -> str:
    """Tell with one test a row whether all its codes are plainly written."""
    pattern = value_sql.quoted(f"^(?:{value_sql.PLAIN_CODE}(?:{SEPARATOR}{value_sql.PLAIN_CODE})*)?$")
    plain = (
        f"regexp_matches(all_codes, {pattern}) AND strlen(all_codes) <= {CELL_CHARS} "
        "AND NOT contains(all_codes, 'NULL')"
    )
    return f"SELECT *, {plain} AS is_plain FROM raw"


def _home_decimals(column: Column, profile: SideProfile) -> int:
    return DECIMALS.get(column, exponent(profile.currency))


def _coded(raw: RawTable) -> str:
    codes = [
        f"CASE WHEN is_plain THEN t_{column} ELSE {value_sql.code(f't_{column}')} END AS {column}"
        if column in raw.columns
        else f"NULL::VARCHAR AS {column}"
        for column in CODE_COLUMNS
    ]
    place = "0"
    if Column.CURRENCY in raw.columns:
        text = f"upper(trim(t_currency, {_BLANKS}))"
        place = (
            "CASE WHEN t_currency IS NULL OR t_currency = $home THEN 0 "
            f"ELSE CASE {text} WHEN '' THEN 0 WHEN '-' THEN 0 "
            f"ELSE coalesce(list_position($spelled, {text}), -1) END END"
        )
    return f"SELECT *, {', '.join(codes)}, {place} AS currency_place FROM screened"


def _cleaned(raw: RawTable, profile: SideProfile) -> str:
    """Tell once which figures and dates are clean; reading them and noting what was rounded both ask."""
    clean = [f"{_clean(column, raw, profile)} AS clean_{column}" for column in FIGURE_COLUMNS if column in raw.columns]
    if Column.DATE in raw.columns:
        clean.append(f"regexp_matches(t_date, '^{value_sql.PLAIN_DATE}$') AS clean_date")
    return f"SELECT {', '.join(['*', *clean])} FROM coded"


def _clean(column: Column, raw: RawTable, profile: SideProfile) -> str:
    decimals = _home_decimals(column, profile)
    test = value_sql.clean_figure(f"t_{column}", decimals=decimals, decimal_mark=profile.decimal_mark)
    if column != Column.AMOUNT or Column.CURRENCY not in raw.columns:
        return test
    other = value_sql.clean_figure(f"t_{column}", decimals=2, decimal_mark=profile.decimal_mark)
    same = "CASE WHEN currency_place > 0 THEN list_extract($exponents, currency_place) = 2 ELSE false END"
    return f"CASE WHEN currency_place = 0 THEN {test} WHEN {same} THEN {other} ELSE false END"


def _figured(raw: RawTable, profile: SideProfile) -> str:
    figures = [f"{_figure(column, raw, profile)} AS {column}" for column in FIGURE_COLUMNS]
    day = "NULL::DATE"
    if Column.DATE in raw.columns:
        odd = value_sql.day("t_date", date_format=profile.date_format)
        day = f"CASE WHEN clean_date THEN TRY_CAST(t_date AS DATE) ELSE {odd} END"
    currency = "CASE currency_place WHEN 0 THEN $home ELSE list_extract($codes, currency_place) END"
    if Column.CURRENCY not in raw.columns:
        currency = "$home::VARCHAR"
    clean = [f"clean_{column}" for column in (*FIGURE_COLUMNS, Column.DATE) if column in raw.columns]
    fine = " AND ".join(["is_plain", "currency_place = 0", *clean])
    others = f"{day} AS date, {currency} AS currency, coalesce({fine}, false) AS is_fine"
    return f"SELECT *, {', '.join(figures)}, {others} FROM cleaned"


def _figure(column: Column, raw: RawTable, profile: SideProfile) -> str:
    if column not in raw.columns:
        return "NULL::BIGINT"
    sign = "-" if profile.sign == -1 and column != Column.UNIT_PRICE else ""
    return f"{sign}({_by_exponent(column, raw, profile, of=value_sql.figure)})"


def _by_exponent(column: Column, raw: RawTable, profile: SideProfile, *, of: Callable[..., str]) -> str:
    """Quantities and prices keep fixed decimals; an amount keeps those of its row's currency."""
    options = {"clean": f"clean_{column}", "marks": _marks(raw), "decimal_mark": profile.decimal_mark}
    if column != Column.AMOUNT or Column.CURRENCY not in raw.columns:
        return of(f"t_{column}", decimals=_home_decimals(column, profile), **options)
    home = of(f"t_{column}", decimals=exponent(profile.currency), **options)
    cases = " ".join(f"WHEN {n} THEN {of(f't_{column}', decimals=n, **options)}" for n in (2, 0, 3, 4))
    others = f"CASE list_extract($exponents, currency_place) {cases} END"
    return f"CASE WHEN currency_place = 0 THEN {home} ELSE {others} END"


def _marks(raw: RawTable) -> str:
    if Column.CURRENCY not in raw.columns:
        return "$home_marks"
    return "CASE WHEN currency_place > 0 THEN list_extract($marks, currency_place) ELSE $home_marks END"


def _judged(raw: RawTable, profile: SideProfile) -> str:
    faults = [f"{_fault(column, raw, profile)} AS f_{column}" for column in raw.columns]
    read = [f"{column} IS NOT NULL" for column in (*FIGURE_COLUMNS, Column.DATE) if column in raw.columns]
    sound = " AND ".join(["is_fine", "NOT is_overlong", *read])
    others = f"{_notes(raw, profile)} AS notes, {_repeated(raw)} AS is_header, {sound} AS is_sound"
    return f"SELECT *, {', '.join([*faults, others])} FROM figured"


def _repeated(raw: RawTable) -> str:
    """Tell a header that stands again further down: every cell is blank or as in the header, some of them are.

    One such cell is enough where a figure or date should stand; else it takes two.
    """
    if not raw.headers:
        return "false"
    bare = {column: f"coalesce(trim(t_{column}, {_BLANKS}), '')" for column in raw.headers}
    same = {column: f"list_contains($header_{column}, {text})" for column, text in bare.items()}
    count = " + ".join(f"if({test}, {1 if column in CODE_COLUMNS else 2}, 0)" for column, test in same.items())
    alike = " AND ".join(f"({text} = '' OR {same[column]})" for column, text in bare.items())
    unlike = "is_fine OR amount IS NOT NULL OR quantity IS NOT NULL"
    return f"CASE WHEN {unlike} THEN false ELSE {count} >= 2 AND {alike} END"


def _fault(column: Column, raw: RawTable, profile: SideProfile) -> str:
    text = f"t_{column}"
    if column in FIGURE_COLUMNS:
        reason = value_sql.figure_fault(text, marks=_marks(raw), decimal_mark=profile.decimal_mark)
        return f"CASE WHEN {column} IS NULL AND {text} IS NOT NULL THEN {reason} END"
    if column == Column.DATE:
        reason = value_sql.day_fault(text, date_format=profile.date_format)
        return f"CASE WHEN date IS NULL AND {text} IS NOT NULL THEN {reason} END"
    if column == Column.CURRENCY:
        return "CASE WHEN currency_place = -1 THEN 'currency_unknown' END"
    return (
        f"CASE WHEN is_plain THEN NULL WHEN strlen({text}) > {CELL_CHARS} THEN 'cell_too_long' "
        f"WHEN contains({text}, '\ufffd') OR contains({text}, chr(0)) THEN 'bad_encoding' END"
    )


def _notes(raw: RawTable, profile: SideProfile) -> str:
    rounded = [
        _by_exponent(column, raw, profile, of=value_sql.figure_rounded)
        for column in FIGURE_COLUMNS
        if column in raw.columns
    ]
    codes = [f"t_{column}" for column in CODE_COLUMNS if column in raw.columns]
    number = [f"coalesce(starts_with({text}, chr(31)), false)" for text in codes]
    shortened = [
        f"coalesce(contains({text}, 'E+') AND regexp_matches({text}, '{CODE_SHORTENED}'), false)" for text in codes
    ]
    far = "coalesce(date NOT BETWEEN DATE '2000-01-01' AND DATE '2060-12-31', false)"
    groups = ((ROUNDED, rounded), (AS_NUMBER, number), (SHORTENED, shortened))
    odd = " + ".join(f"if({' OR '.join(tests) or 'false'}, {bit}, 0)" for bit, tests in groups)
    return f"if({far}, {FAR}, 0) + CASE WHEN is_fine THEN 0 ELSE {odd} END"


def _stated(raw: RawTable) -> str:
    texts = [f"t_{column}" for column in raw.columns] + [f"u_{number}" for number in range(len(raw.others))]
    joined = f"concat_ws({value_sql.quoted(SEPARATOR)}, {', '.join(texts)})"
    empty = f"trim(concat({', '.join(texts)}), {_BLANKS}) = ''"
    blank = f"CASE WHEN amount IS NULL AND quantity IS NULL THEN {empty} ELSE false END"
    first = " ".join(f"WHEN f_{column} IS NOT NULL THEN '{column}'" for column in raw.columns)
    value = " ".join(f"WHEN f_{column} IS NOT NULL THEN t_{column}" for column in raw.columns)
    reasons = ", ".join(f"f_{column}" for column in raw.columns)
    fault = (
        f"coalesce(CASE WHEN is_header THEN 'repeated_header' WHEN is_overlong THEN 'too_many_cells' END, {reasons}, "
        f"CASE WHEN amount IS NULL AND quantity IS NULL THEN 'no_measure' END)"
    )
    keys = [column for column in KEYS if column in raw.columns]
    named = " AND ".join(f"{key} IS NOT NULL" for key in keys) if len(keys) > 1 else "false"
    state = (
        f"CASE WHEN is_sound AND {named} THEN {ACCEPTED} WHEN {_totals(raw, joined)} THEN {TOTALS} "
        f"WHEN {blank} THEN {BLANK} WHEN {fault} IS NOT NULL THEN {REJECTED} ELSE {ACCEPTED} END"
    )
    return (
        f"SELECT *, {state} AS state, CASE WHEN is_sound THEN NULL ELSE {fault} END AS fault, "
        f"CASE WHEN is_sound OR is_header OR is_overlong THEN NULL {first} END AS fault_column, "
        f"CASE WHEN is_sound THEN NULL WHEN is_header OR is_overlong THEN {joined} {value} END AS fault_value "
        "FROM judged"
    )


def _totals(raw: RawTable, joined: str) -> str:
    """Tell totals: some cell says so, and every cell that would identify a line is empty or says so too."""
    keys = [column.value for column in KEYS if column in raw.columns]
    says = f"regexp_matches({joined}, {value_sql.quoted(f'(?:^|{SEPARATOR}) *{LABEL} *(?:{SEPARATOR}|$)')})"
    label = value_sql.quoted(f"^{LABEL}$")
    unnamed = " AND ".join(f"({key} IS NULL OR regexp_matches({key}, {label}))" for key in keys) or "true"
    likely = " OR ".join(f"{key} IS NULL" for key in keys) if len(keys) > 1 else "true"
    return f"CASE WHEN {likely} THEN {unnamed} AND {says} ELSE false END"


def _result(raw: RawTable) -> str:
    place = f"{raw.place}, " if raw.place else ""
    lines = ", ".join(column for column in LINE_TYPES if column != "rid")
    rejected = f"state = {REJECTED}"
    faults = ", ".join(f"CASE WHEN {rejected} THEN {name} END AS {name}" for name in _FAULTS)
    return f"{place}{lines}, state::UTINYINT AS state, notes::UTINYINT AS notes, {faults}"


_FAULTS = ("fault", "fault_column", "fault_value")
