"""How is a profile written down so that people can read, correct and keep it?"""

import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import tomli_w

from keytally.exchange.canonical import Column
from keytally.exchange.currencies import currency_named, exponent
from keytally.exchange.errors import UnableToRead
from keytally.exchange.profile import (
    DEFAULT_RULES,
    MatchProfile,
    Measure,
    Profile,
    SideProfile,
    TaxBasis,
    UserRule,
)

VERSION = 1
DATE_FORMATS = ("ymd", "dmy", "mdy", "serial")
_PERCENT = re.compile(r"(\d+(?:\.\d{1,4})?) ?%")


class _Wrong(Exception):
    """A value does not fit its key: what is wanted, in both languages."""

    def __init__(self, want: str, want_zh: str) -> None:
        self.want, self.want_zh = want, want_zh
        super().__init__(want)


Readers = Mapping[str, tuple[str, Callable[[Any], object]]]


def load_profile(path: Path) -> Profile:
    """Read a profile from a TOML file, refusing what is not understood."""
    try:
        stored = tomllib.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except OSError as error:
        raise UnableToRead("not_found", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnableToRead("profile_not_toml", path=path, why=error) from error
    if stored.pop("version", None) != VERSION:
        raise UnableToRead("profile_version", path=path, version=_stated_version(path))
    tables = {name: stored.pop(name, {}) for name in ("ours", "theirs", "match", "opening")}
    for key in stored:
        raise UnableToRead("profile_key", path=path, key=key)
    return Profile(
        ours=SideProfile(**_fields(tables["ours"], _SIDE, path=path, table="ours")),
        theirs=SideProfile(**_fields(tables["theirs"], _SIDE, path=path, table="theirs")),
        match=MatchProfile(**_match_fields(tables["match"], path=path)),
        opening_minor=_opening(tables["opening"], path=path),
    )


def _stated_version(path: Path) -> object:
    return tomllib.loads(path.read_bytes().decode("utf-8-sig")).get("version", "?")


def _fields(stored: object, readers: Readers, *, path: Path, table: str) -> dict[str, Any]:
    if not isinstance(stored, dict):
        raise UnableToRead("profile_value", path=path, key=table, value=stored, want="write a table", want_zh="应为表")
    found: dict[str, Any] = {}
    for key, value in stored.items():
        if key not in readers:
            raise UnableToRead("profile_key", path=path, key=f"{table}.{key}")
        target, reader = readers[key]
        try:
            found[target] = reader(value)
        except _Wrong as wrong:
            raise UnableToRead(
                "profile_value", path=path, key=f"{table}.{key}", value=value, want=wrong.want, want_zh=wrong.want_zh
            ) from wrong
    return found


def _match_fields(table: object, *, path: Path) -> dict[str, Any]:
    found = _fields(table, _MATCH, path=path, table="match")
    minor, ppm = found.pop("tolerance", (0, 0))
    return {**found, "tolerance_minor": minor, "tolerance_ppm": ppm}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong("write a text in quotes", "请写带引号的文本")
    return value


def _optional_text(value: object) -> str | None:
    return _text(value) or None


def _whole(least: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise _Wrong(f"write a whole number of at least {least}", f"请写不小于 {least} 的整数")
        return value

    return read


def _one_of(*allowed: object) -> Callable[[object], Any]:
    def read(value: object) -> object:
        if value not in allowed or isinstance(value, bool):
            listed = ", ".join(map(str, allowed))
            raise _Wrong(f"write one of {listed}", f"请写 {listed} 之一")
        return value

    return read


def _columns(value: object) -> Mapping[Column, str]:
    if not isinstance(value, dict) or not all(isinstance(header, str) and header.strip() for header in value.values()):
        raise _Wrong("map column names to headers", "请将列名对应到表头")
    unknown = [name for name in value if name not in set(Column)]
    if unknown:
        listed = ", ".join(Column)
        raise _Wrong(f"use only the columns {listed}", f"只能使用列 {listed}")
    return {Column(name): header for name, header in value.items()}


def _shapes(value: object) -> tuple[str, ...]:
    shapes = _texts(value)
    for shape in shapes:
        try:
            compiled = re.compile(shape)
        except re.error as error:
            raise _Wrong("write valid regular expressions", "请写有效的正则表达式") from error
        if not compiled.groups:
            raise _Wrong("put the bare number in brackets ( )", "请用括号 ( ) 标出号码本身")
    return shapes


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _Wrong("write a list of texts", "请写文本列表")
    return tuple(value)


def _currency(value: object) -> str:
    code = currency_named(_text(value))
    if code is None:
        raise _Wrong("write a currency code such as CNY", "请写币种代码，例如 CNY")
    return code


def _tolerance(value: object) -> tuple[int, int]:
    """Read minor units (5, "5"), a share of our amount ("0.5%"), or both in a list."""
    if isinstance(value, list) and len(value) == 2:
        (minor, _), (_, ppm) = map(_tolerance, value)
        return minor, ppm
    text = str(value).strip()
    if not isinstance(value, bool) and text.isascii() and text.isdigit():
        return int(text), 0
    if found := _PERCENT.fullmatch(text):
        return 0, int(Decimal(found[1]) * 10_000)
    raise _Wrong('write minor units (5) or a share ("0.5%")', '请写最小货币单位（5）或比例（"0.5%"）')


def _rules(value: object) -> tuple[str, ...]:
    rules = _texts(value)
    unknown = [rule for rule in rules if rule not in DEFAULT_RULES]
    if unknown or len(set(rules)) < len(rules):
        listed = ", ".join(DEFAULT_RULES)
        raise _Wrong(f"list each rule once, of {listed}", f"每条规则只列一次，可用：{listed}")
    return rules


def _user_rules(value: object) -> tuple[UserRule, ...]:
    if not isinstance(value, list):
        raise _Wrong("write a list of rules with name and columns", "请写带 name 和 columns 的规则列表")
    return tuple(_user_rule(one) for one in value)


def _user_rule(value: object) -> UserRule:
    want = _Wrong("give every rule a name and columns", "每条规则都要有 name 和 columns")
    if not isinstance(value, dict) or not set(value) <= {"name", "columns", "window_days"}:
        raise want
    name, columns = value.get("name"), value.get("columns")
    if not isinstance(name, str) or not isinstance(columns, list) or not _are_columns(columns):
        raise want
    window = value.get("window_days")
    days = None if window is None else _whole(0)(window)
    return UserRule(name=name, columns=tuple(Column(column) for column in columns), window_days=days)


def _are_columns(value: list[object]) -> bool:
    return bool(value) and all(isinstance(one, str) and one in set(Column) for one in value)


def _rates(value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise _Wrong('write a list of rates such as "13%"', '请写税率列表，例如 "13%"')
    return tuple(_rate(one) for one in value)


def _rate(value: object) -> int:
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise _Wrong('write a list of rates such as "13%"', '请写税率列表，例如 "13%"')
    return int(Decimal(found[1]) * 10_000)


def _opening(table: object, *, path: Path) -> Mapping[str, int]:
    want = {"want": "write an amount such as 1234.50", "want_zh": "请写金额，例如 1234.50"}
    if not isinstance(table, dict):
        raise UnableToRead("profile_value", path=path, key="opening", value=table, **want)
    found = {}
    for name, value in table.items():
        code = currency_named(name)
        if code is None:
            raise UnableToRead("profile_key", path=path, key=f"opening.{name}")
        minor = _minor(value, code)
        if minor is None:
            raise UnableToRead("profile_value", path=path, key=f"opening.{name}", value=value, **want)
        found[code] = minor
    return found


def _minor(value: object, currency: str) -> int | None:
    """Count minor units; None for what is no exact amount of the currency."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    try:
        scaled = Decimal(value).scaleb(exponent(currency))
    except InvalidOperation:
        return None
    return int(scaled) if scaled.is_finite() and scaled == scaled.to_integral_value() else None


_SIDE: Readers = {
    "header_row": ("header_row", _whole(1)),
    "header_rows": ("header_rows", _one_of(1, 2)),
    "columns": ("columns", _columns),
    "document_shapes": ("document_shapes", _shapes),
    "sign": ("sign", _one_of(1, -1)),
    "tax_basis": ("tax_basis", lambda value: TaxBasis(_one_of(*(basis.value for basis in TaxBasis))(value))),
    "date_format": ("date_format", _one_of(*DATE_FORMATS)),
    "decimal_mark": ("decimal_mark", _one_of(".", ",")),
    "currency": ("currency", _currency),
    "encoding": ("encoding", _optional_text),
    "delimiter": ("delimiter", _optional_text),
}
_MATCH: Readers = {
    "measure": ("measure", lambda value: Measure(_one_of(*(measure.value for measure in Measure))(value))),
    "tolerance": ("tolerance", _tolerance),
    "window": ("window_days", _whole(0)),
    "rules": ("rules", _rules),
    "user_rules": ("user_rules", _user_rules),
    "tax_rates": ("tax_rates_ppm", _rates),
}


def dump_profile(profile: Profile) -> str:
    """Write a profile as TOML that `load_profile` reads back as the same profile."""
    stored: dict[str, Any] = {
        "version": VERSION,
        "ours": _side_table(profile.ours),
        "theirs": _side_table(profile.theirs),
        "match": _match_table(profile.match),
    }
    if profile.opening_minor:
        stored["opening"] = {
            code: str(Decimal(minor).scaleb(-exponent(code))) for code, minor in profile.opening_minor.items()
        }
    return tomli_w.dumps(stored)


def _side_table(side: SideProfile) -> dict[str, Any]:
    table = {
        "header_row": side.header_row,
        "header_rows": side.header_rows,
        "document_shapes": list(side.document_shapes) or None,
        "sign": side.sign,
        "tax_basis": side.tax_basis.value,
        "date_format": side.date_format,
        "decimal_mark": side.decimal_mark,
        "currency": side.currency,
        "encoding": side.encoding,
        "delimiter": side.delimiter,
        "columns": {column.value: header for column, header in side.columns.items()} or None,
    }
    return {key: value for key, value in table.items() if value is not None}


def _match_table(match: MatchProfile) -> dict[str, Any]:
    tolerance: object = match.tolerance_minor
    if match.tolerance_ppm:
        share = _percent(match.tolerance_ppm)
        tolerance = [match.tolerance_minor, share] if match.tolerance_minor else share
    return {
        "measure": match.measure.value,
        "tolerance": tolerance,
        "window": match.window_days,
        "rules": list(match.rules),
        "tax_rates": [_percent(rate) for rate in match.tax_rates_ppm],
        **({"user_rules": [_user_rule_table(rule) for rule in match.user_rules]} if match.user_rules else {}),
    }


def _percent(ppm: int) -> str:
    return f"{format((Decimal(ppm) / 10_000).normalize(), 'f')}%"


def _user_rule_table(rule: UserRule) -> dict[str, Any]:
    window = {} if rule.window_days is None else {"window_days": rule.window_days}
    return {"name": rule.name, "columns": list(rule.columns), **window}
