from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.people.rules.documents import (
    STEPS,
    SignOff,
    Standing,
    State,
    Step,
    Version,
    VersionNo,
    content_hash,
    effective_day,
    missing_steps,
    next_versions,
    readiness,
    standings,
)

D = date(2026, 7, 1)
NUMBERS = st.builds(VersionNo, st.sampled_from("ABC"), st.integers(0, 99))


def version(number, text, state, day=None, withdrawn=None):
    return Version(
        number,
        VersionNo.of(text),
        State(state),
        starts_on=date(2026, 7, day) if day else None,
        withdrawn_on=date(2026, 7, withdrawn) if withdrawn else None,
    )


# Each case: the versions of a document, the day of July, and what each version is then.
CASES = [
    ([version(1, "A/1", "DRAFT")], 1, ["DRAFT"]),
    ([version(1, "A/1", "IN_SIGN_OFF")], 1, ["IN_SIGN_OFF"]),
    ([version(1, "A/1", "PUBLISHED", 5)], 4, ["COMING"]),
    ([version(1, "A/1", "PUBLISHED", 5)], 5, ["IN_FORCE"]),
    ([version(1, "A/1", "PUBLISHED", 1), version(2, "A/2", "DRAFT")], 5, ["IN_FORCE", "DRAFT"]),
    ([version(1, "A/1", "PUBLISHED", 1), version(2, "A/2", "PUBLISHED", 9)], 8, ["IN_FORCE", "COMING"]),
    ([version(1, "A/1", "PUBLISHED", 1), version(2, "A/2", "PUBLISHED", 9)], 9, ["SUPERSEDED", "IN_FORCE"]),
    # A later version that begins earlier supersedes one that was still to come.
    (
        [version(1, "A/1", "PUBLISHED", 1), version(2, "A/2", "PUBLISHED", 20), version(3, "B/0", "PUBLISHED", 9)],
        9,
        ["SUPERSEDED", "SUPERSEDED", "IN_FORCE"],
    ),
    # Withdrawing brings no earlier one back.
    ([version(1, "A/1", "PUBLISHED", 1), version(2, "A/2", "PUBLISHED", 5, 9)], 8, ["SUPERSEDED", "IN_FORCE"]),
    ([version(1, "A/1", "PUBLISHED", 1), version(2, "A/2", "PUBLISHED", 5, 9)], 9, ["SUPERSEDED", "WITHDRAWN"]),
    ([version(1, "A/1", "DISCARDED"), version(2, "A/1", "PUBLISHED", 1)], 1, ["DISCARDED", "IN_FORCE"]),
]


@pytest.mark.parametrize(("versions", "day", "expected"), CASES)
def test_each_version_stands_where_the_table_says(versions, day, expected):
    found = standings(versions, as_of=date(2026, 7, day))
    assert [found[one.id].value for one in versions] == expected


@given(
    st.lists(
        st.tuples(NUMBERS, st.integers(1, 28), st.none() | st.integers(1, 28)), max_size=6, unique_by=lambda v: v[0]
    )
)
def test_never_are_two_versions_in_force(rows):
    versions = [
        Version(
            number,
            no,
            State.PUBLISHED,
            starts_on=date(2026, 7, day),
            withdrawn_on=date(2026, 7, withdrawn) if withdrawn else None,
        )
        for number, (no, day, withdrawn) in enumerate(rows)
    ]
    for day in range(1, 29):
        found = standings(versions, as_of=date(2026, 7, day))
        assert list(found.values()).count(Standing.IN_FORCE) <= 1


def test_the_presets_are_those_of_the_rows():
    assert [step.value for step in STEPS[SignOff.FIVE_STEPS]] == [
        "COMPILED",
        "FIRST_REVIEWED",
        "REVIEWED",
        "SECOND_REVIEWED",
        "APPROVED",
    ]
    assert STEPS[SignOff.THREE_STEPS] == (Step.COMPILED, Step.REVIEWED, Step.APPROVED)
    assert missing_steps(SignOff.THREE_STEPS, signed=[Step.APPROVED]) == (Step.COMPILED, Step.REVIEWED)


@pytest.mark.parametrize("text", ["a/1", "A1", "A/100", "AA/1", "", "A/-1"])
def test_a_version_is_written_one_way(text):
    with pytest.raises(ValueError, match="A/1"):
        VersionNo.of(text)


@given(st.lists(NUMBERS, max_size=5))
def test_the_next_version_is_higher_than_all_before(known):
    for following in next_versions(known):
        assert all(following > one for one in known)


def test_versions_run_from_revision_to_edition_and_end():
    assert next_versions([]) == (VersionNo("A", 1),)
    assert next_versions([VersionNo("A", 1)]) == (VersionNo("A", 2), VersionNo("B", 0))
    assert next_versions([VersionNo("A", 99)]) == (VersionNo("B", 0),)
    assert next_versions([VersionNo("Z", 99)]) == ()
    with pytest.raises(ValueError, match="new code"):
        VersionNo("Z", 1).next_edition()


FACTS = {"title": True, "content": True, "pages": 3, "department": True}


@pytest.mark.parametrize(
    ("lacking", "names"),
    [({}, ()), ({"title": False}, ("title",)), ({"pages": 0, "content": False}, ("content", "pages"))],
)
def test_a_draft_is_ready_when_nothing_is_missing(lacking, names):
    assert readiness(**(FACTS | lacking)).unmet == names


def test_a_version_never_counts_before_it_was_signed_off():
    assert effective_day(wanted=date(2026, 6, 1), published_on=D) == D
    assert effective_day(wanted=date(2026, 8, 1), published_on=D) == date(2026, 8, 1)


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.text(max_size=5))
def test_the_fingerprint_changes_with_the_content_alone(content, more):
    assert content_hash(content) == content_hash(dict(reversed(content.items())))
    assert content_hash(content) != content_hash({**content, "more": more + "x"})
