import doctest

import pytest

from keytally.kernel import identifiers, money, periods, verdicts
from keytally.kernel.identifiers import MalformedIdentifier, gln, gtin, gtin_14, uscc


@pytest.mark.parametrize("text", ["6901234567892", "96385074", "036000291452", "10012345678902"])
def test_it_reads_every_length_of_gtin(text):
    assert gtin(text) == text
    assert len(gtin_14(gtin(text))) == 14


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (gtin, "6901234567893"),
        (gtin, "690123456789"),
        (gtin, ""),
        (gtin, "6.92E+12"),
        (gln, "96385074"),
        (gln, "4012345000008"),
        (uscc, "91110000600037341X"),
        (uscc, "123"),
    ],
)
def test_it_refuses_a_wrong_check_digit_or_length(read, text):
    with pytest.raises(MalformedIdentifier, match="is no"):
        read(text)


@pytest.mark.parametrize("module", [identifiers, money, periods, verdicts])
def test_its_examples_hold(module):
    result = doctest.testmod(module)
    assert result.attempted
    assert not result.failed
