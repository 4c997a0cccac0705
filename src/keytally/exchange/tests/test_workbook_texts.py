import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.exchange import workbooks
from keytally.exchange.canonical import Column
from keytally.exchange.values import NUMBER_CELL
from keytally.exchange.workbooks import as_texts, cell_text

PLACES = {Column.DOC_NO: 0, Column.DATE: 1, Column.AMOUNT: 2}
numbers = st.floats() | st.sampled_from(
    (0.0, -0.0, 0.1 + 0.2, 1e15, 1e16, -1e-7, 12.5, 1234.0, 9_007_199_254_740_993.0)
)
days = st.dates()
cells = st.one_of(st.text(max_size=3), numbers, days, st.datetimes(), st.booleans())
columns = st.sampled_from((numbers, days, st.just("S1"), cells))


@st.composite
def sheets(draw) -> list[tuple[object, ...]]:
    """Draw records whose columns mostly hold cells of one kind; now and then one record is short."""
    width = draw(st.integers(1, 4))
    kinds = [draw(columns) for _ in range(width)]
    records = [tuple(draw(kind) for kind in kinds) for _ in range(draw(st.integers(0, 7)))]
    return [*records, ("short",)] if draw(st.integers(0, 5)) == 0 else records


def one_by_one(cell: object, *, place: int) -> str:
    is_number = isinstance(cell, float | int) and not isinstance(cell, bool)
    return NUMBER_CELL + cell_text(cell) if is_number and place in (0, 1) else cell_text(cell)


@given(sheets())
def test_it_writes_columns_of_cells_as_it_writes_each_cell(records):
    expected = [[one_by_one(cell, place=place) for place, cell in enumerate(record)] for record in records]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbooks, "BATCH_RECORDS", 3)
        assert [list(record) for record in as_texts(iter(records), places=PLACES)] == expected


def test_it_loses_no_record_without_cells():
    assert [list(record) for record in as_texts(iter([(), ()]), places=PLACES)] == [[], []]


def test_a_day_is_written_as_people_sort_it():
    assert list(as_texts(iter([("DN1", dt.date(2026, 7, 1), 10.5)]), places=PLACES)) == [("DN1", "2026-07-01", "10.5")]
