"""The map of stores: names lie on nothing, lines are whole degrees, what has no position is counted."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.accounts.models import AccountNode
from keytally.accounts.queries.positions import HEIGHT, WIDTH, _Frame, _labels, _lies_on, chart

from .conftest import add

DEGREE = 1_000_000
CITIES = {
    "310000": "上海市",
    "330100": "杭州市",
    "330200": "宁波市",
    "320500": "苏州市",
    "110000": "北京市",
    "440100": "广州市",
}


@given(
    cities=st.dictionaries(
        st.sampled_from(sorted(CITIES)),
        st.lists(st.tuples(st.integers(30, WIDTH - 30), st.integers(30, HEIGHT - 30)), min_size=1, max_size=9),
    )
)
def test_no_name_lies_on_another_or_leaves_the_picture(cities):
    labels = _labels(cities, ())
    assert not any(_lies_on(one.box, [other.box]) for one, other in combinations(labels, 2))
    assert all(one.x >= 0 and one.box[2] <= WIDTH and one.box[1] >= 0 and one.y <= HEIGHT for one in labels)
    assert len(labels) == len({one.name for one in labels})


@given(st.integers(-89, 88), st.integers(-179, 178), st.integers(1, 90 * DEGREE), st.integers(1, 90 * DEGREE))
def test_lines_of_degrees_lie_where_stores_of_these_degrees_lie(south, west, high, wide):
    frame = _Frame(
        south=south * DEGREE,
        north=min(90 * DEGREE, south * DEGREE + high),
        west=west * DEGREE,
        east=west * DEGREE + wide,
    )
    meridians, parallels = frame.lines()
    assert all(one.at == frame.x(one.degrees * DEGREE) and 0 < one.at < WIDTH for one in meridians)
    assert all(one.at == frame.y(one.degrees * DEGREE) and 0 < one.at < HEIGHT for one in parallels)
    assert len(parallels) <= 10


@pytest.mark.django_db
def test_stores_are_drawn_north_above_south_and_those_without_position_are_counted(cast):
    places = {
        cast.store.pk: (31_200_000, 121_400_000, "310105"),
        cast.other_store.pk: (23_100_000, 113_200_000, "440106"),
    }
    for number, (north, east, code) in places.items():
        AccountNode.objects.filter(pk=number).update(latitude_micro=north, longitude_micro=east, area_code=code)
    add("STORE", "永盛无位置店", parent=cast.company)
    drawn = chart(AccountNode.objects.filter(kind="STORE"))
    assert (drawn.drawn, drawn.without_position) == (2, 1)
    north, south = sorted(drawn.circles, key=lambda one: one.y)
    assert (north.node, south.node) == (cast.store.pk, cast.other_store.pk)
    assert {one.name for one in drawn.labels} == {"上海市", "广州市"}
    assert {one.degrees for one in drawn.parallels} == {24, 26, 28, 30}


@pytest.mark.django_db
def test_one_store_alone_is_drawn_in_the_middle(cast):
    AccountNode.objects.filter(pk=cast.store.pk).update(latitude_micro=31_200_000, longitude_micro=121_400_000)
    (only,) = chart(AccountNode.objects.filter(kind="STORE")).circles
    assert abs(only.x - WIDTH // 2) < 20
