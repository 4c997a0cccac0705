"""How much, exactly, and of which currency?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache

from babel import Locale
from babel.numbers import format_currency, get_currency_precision


class UnknownCurrency(ValueError):
    """The word is no currency of ISO 4217, past or present."""


class MixedCurrencies(TypeError):
    """Amounts of two currencies were added or compared."""


@cache
def minor_digits(currency: str) -> int:
    """Tell how many digits of a currency stand behind the point.

    >>> minor_digits("CNY"), minor_digits("JPY"), minor_digits("KWD")
    (2, 0, 3)
    """
    if currency not in Locale("en").currencies:
        raise UnknownCurrency(currency)
    return get_currency_precision(currency)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, counted in its minor unit."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"minor units are whole numbers, not {self.minor!r}")
        minor_digits(self.currency)

    @classmethod
    def of(cls, major: str | int | Decimal, currency: str) -> Money:
        """Read an amount in major units, refusing what the currency cannot express.

        >>> Money.of("19.99", "CNY")
        Money(minor=1999, currency='CNY')
        """
        if not isinstance(major, str | int | Decimal) or isinstance(major, bool):
            raise TypeError(f"an amount is text or a Decimal, not {major!r}")
        return cls(_whole(major, digits=minor_digits(currency)), currency)

    @classmethod
    def total(cls, amounts: Iterable[Money], *, currency: str) -> Money:
        """Add amounts of one currency up; of none, the total is zero."""
        total = cls(0, currency)
        for amount in amounts:
            total += amount
        return total

    @property
    def major(self) -> Decimal:
        """The amount in major units.

        >>> Money(-5, "CNY").major
        Decimal('-0.05')
        """
        sign, digits, _ = Decimal(self.minor).as_tuple()
        return Decimal((sign, digits, -minor_digits(self.currency)))

    def at_rate(self, rate: Decimal) -> Money:
        """Take a share of the amount, rounding half up to the minor unit, once.

        >>> Money.of("19.99", "CNY").at_rate(Decimal("0.025"))
        Money(minor=50, currency='CNY')
        """
        if not isinstance(rate, Decimal | int):
            raise TypeError(f"a rate is a Decimal, not {rate!r}")
        return replace(self, minor=_rounded_half_up(self.minor * Fraction(rate)))

    def split(self, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
        """Divide the amount by weights into parts that sum to the whole.

        >>> [part.minor for part in Money(100, "CNY").split([1, 1, 1])]
        [34, 33, 33]
        """
        sign = -1 if self.minor < 0 else 1
        parts = _largest_remainders(abs(self.minor), weights=[Fraction(weight) for weight in weights])
        return tuple(replace(self, minor=sign * part) for part in parts)

    def display(self, language: str) -> str:
        """Write the amount for a reader, with its currency and thousands separated.

        >>> Money(123456789, "CNY").display("zh-Hans"), Money(-5, "CNY").display("en")
        ('¥1,234,567.89', '-CN¥0.05')
        """
        return format_currency(self.major, self.currency, locale=Locale.parse(language, sep="-"))

    def __add__(self, other: Money) -> Money:
        return replace(self, minor=self.minor + self._like(other))

    def __sub__(self, other: Money) -> Money:
        return replace(self, minor=self.minor - self._like(other))

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("multiply by whole numbers; for a rate use at_rate")
        return replace(self, minor=self.minor * times)

    def __neg__(self) -> Money:
        return replace(self, minor=-self.minor)

    def __abs__(self) -> Money:
        return replace(self, minor=abs(self.minor))

    def __bool__(self) -> bool:
        return bool(self.minor)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._like(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._like(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._like(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._like(other)

    def _like(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"an amount of {self.currency} and {other!r} do not go together")
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} do not go together")
        return other.minor


def _whole(major: str | int | Decimal, *, digits: int) -> int:
    try:
        value = Decimal(major)
    except InvalidOperation:
        raise ValueError(f"{major!r} is no amount") from None
    if not value.is_finite():
        raise ValueError(f"{major!r} is no amount")
    scale: int = 10**digits
    minor = Fraction(value) * scale
    if minor.denominator != 1:
        raise ValueError(f"{major!r} has more than {digits} digits behind the point")
    return minor.numerator


def _rounded_half_up(value: Fraction) -> int:
    whole, rest = divmod(abs(value.numerator), value.denominator)
    rounded = whole + (2 * rest >= value.denominator)
    return -rounded if value < 0 else rounded


def _largest_remainders(whole: int, *, weights: Sequence[Fraction]) -> list[int]:
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and one must be more than zero")
    shares = [whole * weight / total for weight in weights]
    parts = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_remainder[: whole - sum(parts)]:
        parts[place] += 1
    return parts
