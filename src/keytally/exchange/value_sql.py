"""How is a cell's text read as a figure, a date or a code, in SQL over millions of cells?

`values` holds the same rules in Python; a property test keeps the two alike. Clean values take a short path; only
what does not look clean goes through the chain of replacements. Every function takes and gives SQL text over
identifiers and constants of this program: what people wrote arrives in columns or named parameters.
"""

from collections.abc import Sequence

from keytally.exchange import values as rule

_CLEAN_CODE = "^[!#-&(-,./0-<>-~]([ -~]*[!-~])?$"
PLAIN_CODE = "[!$-&(-*,./0-<>-~一-鿿](?:[ -*,-~一-鿿]*[!-*,-~一-鿿])?"
"""A code that stands as it is and needs no warning; `NULL` alone must be looked for."""
PLAIN_DATE = "(?:19|2[01])[0-9]{2}[-/][0-9]{1,2}[-/][0-9]{1,2}"
"""A date that is inside the years that are read, if it is one."""
_CLEAN_DATE = "^[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}$"
_IN_RANGE = f"BETWEEN DATE '{rule.EARLIEST}' AND DATE '{rule.LATEST}'"


def quoted(text: str) -> str:
    """Write a constant of this program as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def folded(value: str) -> str:
    """Turn full-width characters and odd spaces into plain ones and trim."""
    wide, narrow = rule.FULL_WIDTH + rule.SPACES, rule.HALF_WIDTH + " " * len(rule.SPACES)
    return f"trim(translate({value}, {quoted(wide)}, {quoted(narrow)}), {quoted(' ' + rule.NUMBER_CELL)})"


def figure(value: str, *, clean: str, decimals: int, marks: str, decimal_mark: str) -> str:
    """Read a figure as a scaled integer, or NULL; `clean` tells which values can be cast as they stand."""
    fast = plainly_scaled(value, decimals=decimals)
    plain = plain_figure(value, marks=marks, decimal_mark=decimal_mark)
    slow = _scaled(plain, width=rule.FIGURE_WIDTH, decimals=decimals)
    return f"CASE WHEN {value} IS NULL THEN NULL WHEN {clean} THEN {fast} ELSE {slow} END"


def plainly_scaled(value: str, *, decimals: int) -> str:
    """Read a clean figure as a scaled integer; NULL where the cast fails."""
    return _scaled(value, width=18 - _scale_digits(decimals), decimals=decimals)


def clean_figure(value: str, *, decimals: int, decimal_mark: str) -> str:
    """Tell whether a figure can be cast as it stands."""
    return f"regexp_matches({value}, '^{clean_figure_pattern(decimals=decimals, mark=decimal_mark)}$')"


def clean_figure_pattern(*, decimals: int, mark: str) -> str:
    """Describe the figures that can be cast as they stand."""
    whole = min(18 - _scale_digits(decimals), rule.FIGURE_WIDTH) - decimals
    decimal_part = "" if mark == "," else f"(?:[.][0-9]{{0,{decimals}}}0{{0,8}})?"
    return f"-?[0-9]{{1,{whole}}}{decimal_part}"


def _scale_digits(decimals: int) -> int:
    return decimals + 1 if decimals else 0


def _scaled(text: str, *, width: int, decimals: int) -> str:
    number = f"TRY_CAST({text} AS DECIMAL({width},{decimals}))"
    if not decimals:
        return f"CAST({number} AS BIGINT)"
    if width + decimals + 1 > 18:
        number = f"CAST({number} AS DECIMAL(28,{decimals}))"
    return f"CAST({number} * {10**decimals}::DECIMAL({decimals + 1},0) AS BIGINT)"


def plain_figure(value: str, *, marks: str, decimal_mark: str) -> str:
    """Strip what people put around a figure; '' when it is none."""
    text = _without_marks(folded(value), marks=marks)
    text = f"regexp_replace({text}, '^[(](.*)[)]$', '-\\1')"
    text = _without_marks(text, marks=marks)
    text = f"regexp_replace({text}, '^([0-9.,'' ]*[0-9.,]) *-$', '-\\1')"
    text = f"regexp_replace({text}, '^-$', '0')"
    if decimal_mark == ",":
        return f"translate(regexp_extract({text}, {quoted(rule.PLAIN_FIGURE_COMMA)}), ',. ''', '.')"
    return f"translate(regexp_extract({text}, {quoted(rule.PLAIN_FIGURE)}), ', ''', '')"


def _without_marks(text: str, *, marks: str) -> str:
    text = f"regexp_replace({text}, '^([-+]?) *(?i:' || {marks} || ')? *([-+]?) *', '\\1\\2')"
    return f"regexp_replace({text}, ' *(?i:' || {marks} || ')( *-?)$', '\\1')"


def figure_rounded(value: str, *, clean: str, decimals: int, marks: str, decimal_mark: str) -> str:
    """Tell whether reading the figure rounds decimals off."""
    plain = plain_figure(value, marks=marks, decimal_mark=decimal_mark)
    beyond = f"'^[^eE]*[.][0-9]{{{decimals}}}[0-9]*[1-9]|^[^eE]*[1-9][^eE]*[eE]'"
    return f"CASE WHEN {value} IS NULL OR {clean} THEN false ELSE regexp_matches({plain}, {beyond}) END"


def figure_fault(value: str, *, marks: str, decimal_mark: str) -> str:
    """Name the reason why a figure cannot be read."""
    plain = plain_figure(value, marks=marks, decimal_mark=decimal_mark)
    return (
        f"CASE WHEN {folded(value)} = '' THEN NULL WHEN {plain} <> '' THEN 'out_of_range' "
        f"WHEN regexp_matches({folded(value)}, {quoted(rule.SCIENTIFIC)}) THEN 'scientific' "
        f"WHEN regexp_matches({folded(value)}, '[¥$€£]') THEN 'currency_differs' ELSE 'not_a_number' END"
    )


def day(value: str, *, date_format: str | None) -> str:
    """Read a date, or NULL."""
    fast = f"TRY_CAST({value} AS DATE)"
    compact = f"concat_ws('-', {value}[1:4], {value}[5:6], {value}[7:8])"
    read = (
        f"CASE WHEN {value} IS NULL THEN NULL WHEN regexp_matches({value}, '{_CLEAN_DATE}') THEN {fast} "
        f"WHEN regexp_matches({value}, '^[0-9]{{8}}$') THEN TRY_CAST({compact} AS DATE) "
        f"ELSE {_odd_day(value, date_format=date_format)} END"
    )
    return f"CASE WHEN {read} {_IN_RANGE} THEN {read} END"


def _odd_day(value: str, *, date_format: str | None) -> str:
    bare = folded(value)
    cases = [
        _case(bare, rule.YMD, _rearranged(bare, rule.YMD, "\\1-\\2-\\3")),
        _case(bare, rule.COMPACT, _rearranged(bare, rule.COMPACT, "\\1-\\2-\\3")),
        _case(bare, rule.DAY_MONTH, _day_month(bare, date_format=date_format)),
        _case(bare, rule.SERIAL, _serial(value, bare, date_format=date_format)),
        *_short_cases(bare, date_format=date_format),
        _case(bare, rule.DAY_NAME, _named(bare, rule.DAY_NAME, month=2, order="\\3-{}-\\1")),
        _case(bare, rule.NAME_DAY, _named(bare, rule.NAME_DAY, month=1, order="\\3-{}-\\2")),
    ]
    return f"CASE {' '.join(cases)} END"


def _case(value: str, pattern: str, result: str) -> str:
    return f"WHEN regexp_matches({value}, {quoted(pattern)}) THEN {result}"


def _rearranged(value: str, pattern: str, order: str) -> str:
    return f"TRY_CAST(regexp_replace({value}, {quoted(pattern)}, '{order}') AS DATE)"


def _day_month(bare: str, *, date_format: str | None) -> str:
    dmy, mdy = (_rearranged(bare, rule.DAY_MONTH, order) for order in ("\\3-\\2-\\1", "\\3-\\1-\\2"))
    if date_format in ("dmy", "mdy"):
        return dmy if date_format == "dmy" else mdy
    first, second = (f"CAST(regexp_extract({bare}, {quoted(rule.DAY_MONTH)}, {n}) AS INTEGER)" for n in (1, 2))
    return f"CASE WHEN {first} > 12 OR {first} = {second} THEN {dmy} WHEN {second} > 12 THEN {mdy} END"


def _serial(value: str, bare: str, *, date_format: str | None) -> str:
    known = "true" if date_format == "serial" else f"{value}[1] = {quoted(rule.NUMBER_CELL)}"
    number = f"CAST({bare}[1:5] AS INTEGER)"
    inside = f"{number} BETWEEN {rule.SERIALS[0]} AND {rule.SERIALS[1]}"
    return f"CASE WHEN {known} AND {inside} THEN DATE '{rule.SERIAL_ZERO}' + {number} END"


def _short_cases(bare: str, *, date_format: str | None) -> list[str]:
    orders = {"ymd": "\\1-\\2-\\3", "dmy": "\\3-\\2-\\1", "mdy": "\\3-\\1-\\2"}
    if date_format not in orders:
        return []
    pattern, year = (rule.YMD_SHORT, 1) if date_format == "ymd" else (rule.DAY_MONTH_SHORT, 3)
    late = f"CAST(regexp_extract({bare}, {quoted(pattern)}, {year}) AS INTEGER) < 80"
    order = orders[date_format]
    new, old = (_rearranged(bare, pattern, century + order) for century in ("20", "19"))
    return [_case(bare, pattern, f"CASE WHEN {late} THEN {new} ELSE {old} END")]


def _named(bare: str, pattern: str, *, month: int, order: str) -> str:
    place = f"strpos('{rule.MONTHS}', lower(regexp_extract({bare}, {quoted(pattern)}, {month})))"
    number = f"CASE WHEN {place} % 3 = 1 THEN ({place} + 2) // 3 ELSE 0 END"
    before, after = order.split("{}")
    replaced = f"regexp_replace({bare}, {quoted(pattern)}, '{before}' || ({number}) || '{after}')"
    return f"TRY_CAST({replaced} AS DATE)"


def day_fault(value: str, *, date_format: str | None) -> str:
    """Name the reason why a date cannot be read; NULL when it is blank."""
    bare = folded(value)
    cases = [_case(bare, _none(rule.NO_DATE), "NULL")]
    if date_format in ("dmy", "mdy"):
        cases.append(_case(bare, rule.DAY_MONTH_SHORT, "'date_unreadable'"))
    else:
        first, second = (f"CAST(regexp_extract({bare}, {quoted(rule.DAY_MONTH)}, {n}) AS INTEGER)" for n in (1, 2))
        clear = f"{first} > 12 OR {second} > 12 OR {first} = {second}"
        reason = f"CASE WHEN {clear} THEN 'date_unreadable' ELSE 'date_ambiguous' END"
        cases.append(_case(bare, rule.DAY_MONTH, reason))
    if date_format == "ymd":
        cases.append(_case(bare, rule.YMD_SHORT, "'date_unreadable'"))
    cases.append(_case(bare, f"{rule.YMD_SHORT}|{rule.DAY_MONTH_SHORT}", "'date_ambiguous'"))
    return f"CASE {' '.join(cases)} ELSE 'date_unreadable' END"


def _none(words: Sequence[str]) -> str:
    """Match one of some words; a list after IN would become a join over every row."""
    return f"^(?:{'|'.join(words)})$"


def code(value: str) -> str:
    """Read a code: trimmed, unwrapped from what spreadsheets put around it; blank is NULL."""
    blanks = quoted(" " + rule.SPACES)
    bare = f"trim({value}, {blanks})"
    bare = f"regexp_replace({bare}, '^=\"(.*)\"$', '\\1')"
    bare = f"regexp_replace({bare}, '^''([0-9])', '\\1')"
    bare = f"trim({bare}, {quoted(' ' + rule.SPACES + rule.NUMBER_CELL)})"
    odd = f"nullif(regexp_replace({bare}, {quoted(_none(rule.NO_CODE))}, ''), '')"
    shout = f"{value} IN ('#N/A', 'NULL')"
    return (
        f"CASE WHEN {value} IS NULL OR {shout} THEN NULL "
        f"WHEN regexp_matches({value}, '{_CLEAN_CODE}') THEN {value} ELSE {odd} END"
    )
