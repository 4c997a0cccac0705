"""Does a change from a day on leave every day before it as it was?"""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from keytally.people.rules.history import Change, Edge, Span, closes_circle, end_from, replace_from, rewrites

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]


def spans_between(cuts: list[int]) -> list[Span]:
    """Make spans that do not overlap of pairs of days; the last is open when a day is left over."""
    days = [DAYS[number] for number in sorted(set(cuts))]
    pairs = zip(days[::2], [*days[1::2], None], strict=False)
    return [Span(first, last, key) for key, (first, last) in enumerate(pairs, 1) if last is None or first < last]


def applied(spans: list[Span], change: Change) -> list[Span]:
    ends = dict(change.ended)
    kept = [Span(s.starts_on, ends.get(s.key, s.ends_before), s.key) for s in spans if s.key not in change.dropped]
    return kept + ([change.added] if change.added else [])


def on(spans: list[Span], day: date) -> list[int]:
    return [span.key for span in spans if span.touches(Span(day, day + timedelta(days=1)))]


histories = st.lists(st.integers(0, 39), max_size=9).map(spans_between)
days = st.sampled_from(DAYS)


@given(histories, days)
def test_a_replacement_changes_no_day_before_it_and_never_overlaps(spans: list[Span], day: date) -> None:
    after = applied(spans, replace_from(spans, starts_on=day))
    for each in DAYS:
        assert len(on(after, each)) <= 1
        if each < day:
            assert on(after, each) == on(spans, each)
    assert on(after, day) == [0]


@given(histories, days)
def test_a_replacement_holds_until_what_was_planned_later(spans: list[Span], day: date) -> None:
    after = applied(spans, replace_from(spans, starts_on=day))
    planned = [span for span in spans if span.starts_on > day]
    assert [span for span in after if span.starts_on > day] == planned


@given(histories, days)
def test_an_end_leaves_nothing_after_it_and_everything_before(spans: list[Span], day: date) -> None:
    after = applied(spans, end_from(spans, ends_before=day))
    for each in DAYS:
        assert on(after, each) == (on(spans, each) if each < day else [])


@given(histories, days, days)
def test_a_change_rewrites_only_if_something_held_on_a_day_that_has_passed(
    spans: list[Span], starts_on: date, today: date
) -> None:
    passed = [day for day in DAYS if starts_on <= day < today]
    assert rewrites(spans, starts_on=starts_on, today=today) == any(on(spans, day) for day in passed)


edges = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 8), st.integers(1, 4)).map(
    lambda row: Edge(row[0], row[1], row[2], row[2] + row[3])
)


def has_circle(kept: list[Edge], moment: int) -> bool:
    above: dict[int, set[int]] = {}
    for edge in kept:
        if edge.starts <= moment < edge.ends:
            above.setdefault(edge.below, set()).add(edge.above)
    seen: set[int] = set()

    def up(place: int, path: frozenset[int]) -> bool:
        return place in path or any(up(boss, path | {place}) for boss in above.get(place, ()))

    return any(up(place, frozenset()) for place in above) or bool(seen)


@given(st.lists(edges, max_size=12))
def test_edges_let_in_one_by_one_never_make_a_circle_at_any_moment(offered: list[Edge]) -> None:
    kept: list[Edge] = []
    for edge in offered:
        refused = closes_circle(kept, new=edge)
        would = any(has_circle([*kept, edge], moment) for moment in range(13))
        assert refused == would
        if not refused:
            kept.append(edge)
