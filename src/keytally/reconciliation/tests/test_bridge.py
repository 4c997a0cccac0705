from hypothesis import given
from hypothesis import strategies as st

from keytally.reconciliation.engine.contract import Bar, Bridge
from keytally.reconciliation.rules import WIDTH, RowKind, layout

minor = st.integers(-(10**12), 10**12)


@st.composite
def bridges(draw):
    bars = tuple(Bar(f"C{place}", amount) for place, amount in enumerate(draw(st.lists(minor, max_size=12))))
    ours = draw(minor)
    return Bridge("CNY", draw(minor), ours, bars, ours - sum(bar.amount_minor for bar in bars))


@given(bridges())
def test_it_adds_up_row_by_row_to_their_balance(bridge):
    rows = layout(bridge).rows
    balance = bridge.opening_minor + bridge.ours_minor
    for row in rows:
        if row.kind is RowKind.CAUSE:
            balance += row.amount_minor
            assert row.balance_minor == balance
    assert rows[-1].balance_minor == balance


@given(bridges())
def test_every_bar_stands_on_its_track(bridge):
    for row in layout(bridge).rows:
        assert row.start >= 0
        assert row.length >= 3
        assert row.start + row.length <= WIDTH + 3


def test_it_cuts_the_axis_where_differences_would_be_too_small_to_see():
    assert layout(Bridge("CNY", 0, 79_427_700, (Bar("SHORT", 69_450),), 79_358_250)).is_cut
    assert not layout(Bridge("CNY", 0, 100, (Bar("SHORT", 90),), 10)).is_cut
