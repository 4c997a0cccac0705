"""Which currency is meant, how many decimals does it have, and which signs may stand beside its figures?"""

import re
from collections.abc import Mapping
from functools import cache

from babel import Locale

from keytally.kernel.money import minor_digits

CODE = re.compile(r"[A-Z]{3}")
COMMON = ("CNY", "USD", "EUR", "HKD", "JPY", "GBP", "TWD")
NAMES: Mapping[str, str] = {
    "￥": "CNY",
    "¥": "CNY",
    "RMB": "CNY",
    "CNH": "CNY",
    "人民币": "CNY",
    "元": "CNY",
    "人民币元": "CNY",
    "港币": "HKD",
    "港元": "HKD",
    "HK$": "HKD",
    "美元": "USD",
    "US$": "USD",
    "欧元": "EUR",
    "€": "EUR",
    "日元": "JPY",
    "英镑": "GBP",
    "£": "GBP",
}
MARKS: Mapping[str, str] = {
    "CNY": "¥|RMB|CNY|人民币|元|圆",
    "JPY": "¥|JPY|日元|円",
    "USD": "[$]|US[$]|USD|美元",
    "HKD": "[$]|HK[$]|HKD|港币|港元",
    "TWD": "[$]|NT[$]|TWD|新台币|元",
    "SGD": "[$]|S[$]|SGD",
    "AUD": "[$]|A[$]|AUD",
    "CAD": "[$]|C[$]|CAD",
    "EUR": "€|EUR|欧元",
    "GBP": "£|GBP|英镑",
}


@cache
def known_currencies() -> frozenset[str]:
    """List every currency that has or had a code."""
    return frozenset(filter(CODE.fullmatch, map(str, Locale("en").currencies)))


def exponent(currency: str) -> int:
    """Count the decimals of a currency's minor unit."""
    return minor_digits(currency)


@cache
def spellings() -> Mapping[str, str]:
    """Map every way to write a currency to its code, the common ones first."""
    rest = sorted(known_currencies() - set(COMMON))
    return {**{code: code for code in COMMON}, **NAMES, **{code: code for code in rest}}


def marks(currency: str) -> str:
    """Give the pattern of signs that may stand beside a figure of this currency."""
    return MARKS.get(currency, currency)


def currency_named(text: str) -> str | None:
    """Find the currency that a cell means, or None.

    >>> currency_named(" rmb "), currency_named("$")
    ('CNY', None)
    """
    return spellings().get(text.strip().upper())
