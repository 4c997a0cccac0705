import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from keytally.core.templatetags.keytally import MINUS, count, money, quantity


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (123456789, "CNY", "1,234,567.89"),
        (5, "CNY", "0.05"),
        (0, "CNY", "0.00"),
        (-1234567, "CNY", f"{MINUS}12,345.67"),
        (1234567, "JPY", "1,234,567"),
        (1234567, "KWD", "1,234.567"),
        (1234567890123456, "CNY", "12,345,678,901,234.56"),
        (None, "CNY", ""),
    ],
)
def test_amounts_have_separators_in_both_languages(language, minor, currency, shown):
    with translation.override(language):
        assert money(minor, currency) == shown


@pytest.mark.parametrize(
    ("thousandths", "shown"), [(12000, "12"), (1234567500, "1,234,567.5"), (-1, f"{MINUS}0.001"), (100000, "100")]
)
def test_quantities_drop_idle_zeros(thousandths, shown):
    assert quantity(thousandths) == shown


@given(st.integers())
def test_an_amount_reads_back_to_its_minor_units(minor):
    assert int(money(minor).replace(",", "").replace(".", "").replace(MINUS, "-")) == minor


@given(st.integers())
def test_a_count_reads_back(number):
    assert int(count(number).replace(",", "").replace(MINUS, "-")) == number
