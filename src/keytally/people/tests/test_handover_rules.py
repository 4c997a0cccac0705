import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.people.rules.handover import Key, Wish, faults, objections, plan

KEYS = st.builds(Key, st.sampled_from(["work", "account"]), st.integers(1, 6))
SETS = st.sets(KEYS, max_size=8)


@given(SETS, SETS, st.booleans())
def test_everything_held_either_moves_or_is_shown_to_stay(proposed, held, takes_everything):
    found = plan(proposed=proposed, held=held, takes_everything=takes_everything)
    assert set(found.moves) | set(found.stays) == held
    assert not set(found.moves) & set(found.stays)
    assert set(found.appeared) <= set(found.moves)
    assert set(found.gone) == proposed - held
    assert len(found.moves) + len(found.stays) == len(held)


@given(SETS, SETS)
def test_a_handover_of_everything_leaves_nothing(proposed, held):
    assert plan(proposed=proposed, held=held, takes_everything=True).stays == ()


@given(SETS, SETS)
def test_a_handover_of_chosen_things_moves_nothing_else(proposed, held):
    assert set(plan(proposed=proposed, held=held, takes_everything=False).moves) <= proposed


@given(SETS, SETS, SETS)
def test_the_fingerprint_tells_lists_apart(proposed, held, later):
    before = plan(proposed=proposed, held=held, takes_everything=True)
    after = plan(proposed=proposed, held=later, takes_everything=True)
    assert (before.fingerprint == after.fingerprint) == (held == later)


def wish(**said):
    return Wish(**({"giver": 1, "receiver": 2, "takes_everything": True, "ends_access": False, "items": 3} | said))


@pytest.mark.parametrize(
    ("said", "active", "is_open", "found"),
    [
        ({}, True, False, ()),
        ({"receiver": 1}, True, False, ("SAME_PERSON",)),
        ({}, False, False, ("RECEIVER_GONE",)),
        ({"items": 0}, True, False, ("NOTHING_CHOSEN",)),
        ({"items": 0, "ends_access": True}, True, False, ()),
        ({"ends_access": True, "takes_everything": False}, True, False, ("LEAVER_KEEPS_SOMETHING",)),
        ({}, True, True, ("EVERYTHING_PROPOSED_ALREADY",)),
        ({"takes_everything": False}, True, True, ()),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(said, active, is_open, found):
    assert faults(wish(**said), receiver_may_log_in=active, is_open_already=is_open) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({}, ()),
        ({"fingerprint": "another"}, ("LIST_CHANGED",)),
        ({"receiver_may_log_in": False}, ("RECEIVER_GONE",)),
        ({"ends_access": True, "others_open": 1}, ("ANOTHER_IS_OPEN",)),
        ({"ends_access": False, "others_open": 1}, ()),
    ],
)
def test_a_confirmation_is_of_what_was_seen(said, found):
    known = plan(proposed=[Key("work", 1)], held=[Key("work", 1)], takes_everything=True)
    asked = {
        "fingerprint": known.fingerprint,
        "receiver_may_log_in": True,
        "ends_access": False,
        "others_open": 0,
    } | said
    assert objections(known, **asked) == found
