from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.kernel.money import MixedCurrencies, Money, UnknownCurrency

minors = st.integers(-(10**18), 10**18)


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [
        ("19.99", "CNY", 1999),
        ("-0.01", "CNY", -1),
        ("12345678901234.56", "CNY", 1234567890123456),
        (Decimal("1E+3"), "CNY", 100_000),
        ("120", "JPY", 120),
        ("1.234", "KWD", 1234),
        ("19.990", "CNY", 1999),
        (7, "DEM", 700),
    ],
)
def test_it_reads_major_units(major, currency, minor):
    assert Money.of(major, currency) == Money(minor, currency)


@pytest.mark.parametrize("major", ["19.999", "", "abc", "NaN", "Infinity", "1,234.50"])
def test_it_refuses_what_the_currency_cannot_express(major):
    with pytest.raises(ValueError, match=r"amount|digits"):
        Money.of(major, "CNY")


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1), None])
def test_it_refuses_minor_units_that_are_not_int(minor):
    with pytest.raises(TypeError):
        Money(minor, "CNY")


@pytest.mark.parametrize("major", [1.5, True, None])
def test_it_refuses_major_units_that_are_not_exact(major):
    with pytest.raises(TypeError):
        Money.of(major, "CNY")


@pytest.mark.parametrize("currency", ["XYZ", "cny", "", "RMB"])
def test_it_refuses_an_unknown_currency(currency):
    with pytest.raises(UnknownCurrency):
        Money(1, currency)


@pytest.mark.parametrize("mix", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_it_does_not_mix_currencies(mix):
    with pytest.raises(MixedCurrencies):
        getattr(Money(1, "CNY"), mix)(Money(1, "USD"))


def test_it_tells_two_currencies_apart():
    assert Money(1, "CNY") != Money(1, "USD")


def test_it_refuses_to_add_a_bare_number_or_multiply_by_a_rate():
    with pytest.raises(TypeError):
        Money(1, "CNY") + 1
    with pytest.raises(TypeError):
        Money(1, "CNY") * Decimal("0.5")


@pytest.mark.parametrize(
    ("minor", "rate", "share"),
    [(1999, "0.025", 50), (50, "0.01", 1), (-50, "0.01", -1), (49, "0.01", 0), (10**30 + 1, "1", 10**30 + 1)],
)
def test_it_rounds_half_up_once(minor, rate, share):
    assert Money(minor, "CNY").at_rate(Decimal(rate)) == Money(share, "CNY")


def test_it_refuses_a_rate_that_is_a_float():
    with pytest.raises(TypeError):
        Money(1, "CNY").at_rate(0.1)


@given(minors, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_its_parts_always_sum_to_the_whole(minor, weights):
    whole = Money(minor, "CNY")
    parts = whole.split(weights)
    assert Money.total(parts, currency="CNY") == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


def test_it_gives_nothing_to_a_weight_of_zero():
    assert Money(7, "CNY").split([0, Decimal("0.5"), Decimal("0.5")]) == (
        Money(0, "CNY"),
        Money(4, "CNY"),
        Money(3, "CNY"),
    )


@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_it_refuses_weights_that_divide_nothing(weights):
    with pytest.raises(ValueError, match="weights"):
        Money(7, "CNY").split(weights)


@given(minors, minors)
def test_it_adds_and_takes_away_exactly(one, other):
    a, b = Money(one, "CNY"), Money(other, "CNY")
    assert a + b - b == a
    assert a + (-a) == Money(0, "CNY")
    assert (a < b) == (one < other)
    assert abs(a).minor == abs(one)


@given(minors, st.sampled_from(["CNY", "JPY", "KWD"]))
def test_it_comes_back_from_major_units(minor, currency):
    money = Money(minor, currency)
    assert Money.of(money.major, currency) == money


@pytest.mark.parametrize(
    ("minor", "currency", "language", "shown"),
    [
        (1234567890123456, "CNY", "zh-Hans", "¥12,345,678,901,234.56"),
        (1234567890123456, "CNY", "en", "CN¥12,345,678,901,234.56"),
        (-100, "CNY", "zh-Hans", "-¥1.00"),
        (1200, "JPY", "en", "¥1,200"),
    ],
)
def test_it_shows_thousands_in_both_languages(minor, currency, language, shown):
    assert Money(minor, currency).display(language) == shown
