import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.kernel.verdicts import Gate, Verdict, at_least, every, judge

# Rows F04 and F08 of the funnel.
TARGET = at_least(2, "visited", "evaluating", "need_stated", "sponsor_named")
CLOSING = at_least(1, "contract_signed", "down_payment_sent")


@pytest.mark.parametrize(
    ("gate", "evidence", "verdict"),
    [
        (TARGET, set(), Verdict(passed=False, met=(), unmet=TARGET.criteria, short_by=2)),
        (
            TARGET,
            {"sponsor_named", "hearsay"},
            Verdict(passed=False, met=("sponsor_named",), unmet=TARGET.criteria[:3], short_by=1),
        ),
        (
            CLOSING,
            {"contract_signed", "down_payment_sent"},
            Verdict(passed=True, met=CLOSING.criteria, unmet=(), short_by=0),
        ),
        (
            every("budget", "core_need"),
            {"budget"},
            Verdict(passed=False, met=("budget",), unmet=("core_need",), short_by=1),
        ),
    ],
)
def test_it_judges_with_reasons(gate, evidence, verdict):
    assert judge(gate, evidence) == verdict


@pytest.mark.parametrize(("needed", "criteria"), [(0, ("a",)), (2, ("a",)), (1, ()), (1, ("a", "a"))])
def test_a_gate_refuses_to_need_none_or_more_than_it_has(needed, criteria):
    with pytest.raises(ValueError, match="gate"):
        Gate(needed=needed, criteria=criteria)


@given(st.sets(st.sampled_from("abcdef"), min_size=1), st.sets(st.sampled_from("abcdefgh")), st.data())
def test_it_passes_exactly_when_nothing_is_short(criteria, evidence, data):
    gate = at_least(data.draw(st.integers(1, len(criteria))), *sorted(criteria))
    verdict = judge(gate, evidence)
    assert verdict.passed == (len(criteria & evidence) >= gate.needed) == (verdict.short_by == 0)
    assert sorted(verdict.met + verdict.unmet) == sorted(criteria)
