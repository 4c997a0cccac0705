"""What is found is shared out among the capabilities that found something."""

from hypothesis import given
from hypothesis import strategies as st

from keytally.core.search import shares


@given(st.lists(st.integers(0, 40), max_size=8), st.integers(0, 30))
def test_no_capability_crowds_the_others_out(found, most):
    kept = shares(found, most=most)
    assert sum(kept) == min(most, sum(found))
    assert all(share <= count for share, count in zip(kept, found, strict=True))
    cut = [share for share, count in zip(kept, found, strict=True) if share < count]
    assert all(share >= max(kept) - 1 for share in cut)
