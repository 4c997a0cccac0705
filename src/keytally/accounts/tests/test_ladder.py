"""Rungs, decay, warnings and the gaps of the decision map (F14)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.accounts.rules.decision_map import DecisionRole, Stance, Voice, gaps
from keytally.accounts.rules.ladder import Decay, Proof, Rung, claim_fault, highest_claim, standing

DAY_0 = date(2026, 1, 1)
STORY = ((0, 1), (10, 2), (20, 3))


def day(number):
    return DAY_0 + timedelta(days=number)


def proofs(*claims):
    return [Proof(day(number), Rung(rung)) for number, rung in claims]


@pytest.mark.parametrize(
    ("claims", "asked_on", "rung", "falls_on"),
    [
        (STORY, 20, 3, 110),
        (STORY, 109, 3, 110),
        (STORY, 110, 2, 200),
        (STORY, 200, 1, None),
        ((*STORY, (115, 2)), 116, 2, 205),
        ((*STORY, (115, 3)), 116, 3, 205),
        (((0, 1), (10, 4)), 10, 2, 100),
    ],
)
def test_a_rung_is_held_by_evidence_and_lost_without(claims, asked_on, rung, falls_on):
    found = standing(proofs(*claims), as_of=day(asked_on))
    assert (found.rung, found.falls_on) == (rung, falls_on and day(falls_on))


def test_without_evidence_there_is_no_rung():
    assert standing([], as_of=DAY_0).rung is None


def test_the_owner_is_warned_two_weeks_before_the_fall():
    assert not standing(proofs(*STORY), as_of=day(95)).is_warned
    assert standing(proofs(*STORY), as_of=day(96)).is_warned


def test_the_days_of_decay_can_be_changed():
    assert standing(proofs(*STORY), as_of=day(50), decay=Decay(days=30)).rung is Rung.FAMILIAR


def test_a_claim_climbs_one_rung_at_a_time():
    assert claim_fault(None, claimed=Rung.FAMILIAR) is None
    assert claim_fault(None, claimed=Rung.RECOGNISED) == "RUNG_TOO_HIGH"
    assert claim_fault(Rung.PARTNER, claimed=Rung.PARTNER) is None


CLAIMS = st.lists(st.tuples(st.integers(0, 900), st.sampled_from(Rung)), max_size=12)


@given(CLAIMS, st.integers(0, 1200), st.randoms())
def test_the_order_in_which_evidence_comes_in_does_not_matter(claims, asked_on, random):
    given_order = [Proof(day(number), rung) for number, rung in claims]
    other_order = random.sample(given_order, len(given_order))
    assert standing(given_order, as_of=day(asked_on)) == standing(other_order, as_of=day(asked_on))


@given(CLAIMS.filter(bool), st.integers(900, 1500), st.integers(0, 400))
def test_without_new_evidence_a_rung_only_falls(claims, asked_on, later):
    known = [Proof(day(number), rung) for number, rung in claims]
    now, then = standing(known, as_of=day(asked_on)), standing(known, as_of=day(asked_on + later))
    assert Rung.KNOWN <= then.rung <= now.rung <= Rung.PARTNER
    assert highest_claim(now.rung) <= now.rung + 1


def voice(contact, role, *, weight=10, stance=Stance.NEUTRAL, rung=Rung.KNOWN, is_held=True):
    return Voice(contact, f"n{contact}", role, weight, stance, rung, is_held)


def test_an_empty_map_is_all_gap():
    assert [gap.code for gap in gaps([])] == ["NO_DECISION_MAKER", "NO_BUDGET_HOLDER", "NO_CHAMPION"]


def test_it_names_the_heavy_contact_that_stands_too_low():
    found = gaps(
        [
            voice(1, DecisionRole.DECISION_MAKER, weight=50, rung=Rung.TRUSTED, stance=Stance.CHAMPION),
            voice(2, DecisionRole.BUDGET_HOLDER, weight=30, rung=Rung.FAMILIAR, is_held=False),
        ]
    )
    assert [(gap.code, gap.contact) for gap in found] == [
        ("HEAVY_BELOW_TRUSTED", 2),
        ("ONE_LEG", None),
        ("NOBODY_HOLDS", 2),
    ]


def test_it_says_when_the_weights_are_more_than_a_whole():
    found = gaps([voice(1, DecisionRole.DECISION_MAKER, weight=80), voice(2, DecisionRole.BUDGET_HOLDER, weight=30)])
    assert found[-1].code == "WEIGHTS_OVER_100"
