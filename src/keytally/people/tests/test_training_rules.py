from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.people.rules.training import (
    Choice,
    Due,
    Level,
    Proof,
    Question,
    may_attempt,
    months_after,
    question_faults,
    score,
    standing,
)

SINGLE = Question(1, Choice.SINGLE, (1, 2, 3), frozenset({1}))
MULTIPLE = Question(2, Choice.MULTIPLE, (4, 5, 6), frozenset({4, 6}))


@pytest.mark.parametrize(
    ("chosen", "right", "wrong"),
    [
        ({1: {1}, 2: {4, 6}}, 2, ()),
        ({1: {2}, 2: {4, 6}}, 1, (1,)),
        ({1: {1}, 2: {4}}, 1, (2,)),
        ({1: {1}, 2: {4, 5, 6}}, 1, (2,)),
        ({1: {1, 2}}, 0, (1, 2)),
        ({}, 0, (1, 2)),
        ({1: {1}, 2: {4, 6}, 99: {1}}, 2, ()),
    ],
)
def test_a_question_counts_when_exactly_its_right_answers_were_chosen(chosen, right, wrong):
    found = score([SINGLE, MULTIPLE], chosen=chosen, pass_mark_percent=100)
    assert (found.right, found.wrong) == (right, wrong)


@pytest.mark.parametrize(
    ("right", "asked", "mark", "passed"),
    [(4, 5, 80, True), (3, 5, 80, False), (2, 3, 66, True), (2, 3, 67, False), (0, 1, 1, False), (0, 0, 1, False)],
)
def test_the_pass_mark_is_reached_exactly(right, asked, mark, passed):
    paper = [Question(number, Choice.SINGLE, (0, 1), frozenset({1})) for number in range(asked)]
    chosen = {number: {int(number < right)} for number in range(asked)}
    assert score(paper, chosen=chosen, pass_mark_percent=mark).is_passed is passed


@given(st.integers(0, 20), st.integers(1, 20), st.integers(1, 100))
def test_one_more_right_answer_never_loses_a_pass(right, asked, mark):
    paper = [Question(number, Choice.SINGLE, (0, 1), frozenset({1})) for number in range(asked)]

    def passed(count):
        chosen = {number: {int(number < count)} for number in range(asked)}
        return score(paper, chosen=chosen, pass_mark_percent=mark).is_passed

    assert passed(min(right + 1, asked)) >= passed(min(right, asked))
    assert passed(asked)


@pytest.mark.parametrize(
    ("question", "faults"),
    [
        (SINGLE, ()),
        (MULTIPLE, ()),
        (Question(1, Choice.SINGLE, (1,), frozenset({1})), ("TOO_FEW_ANSWERS",)),
        (Question(1, Choice.MULTIPLE, (1, 2), frozenset()), ("NONE_RIGHT",)),
        (Question(1, Choice.SINGLE, (1, 2), frozenset({1, 2})), ("SEVERAL_RIGHT",)),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(question, faults):
    assert question_faults(question) == faults


SINCE = date(2026, 1, 1)

# level, proofs, months valid, day, what is due, by when
STANDINGS = [
    (Level.KNOW, [], 0, date(2026, 1, 31), Due.TO_DO, date(2026, 1, 31)),
    (Level.KNOW, [], 0, date(2026, 2, 1), Due.OVERDUE, date(2026, 1, 31)),
    (Level.KNOW, [(Proof.ATTENDED, date(2026, 1, 5))], 0, date(2026, 6, 1), Due.DONE, None),
    (Level.KNOW, [(Proof.READ, date(2026, 1, 5))], 0, date(2026, 6, 1), Due.OVERDUE, date(2026, 1, 31)),
    (Level.MASTER, [(Proof.ATTENDED, date(2026, 1, 5))], 0, date(2026, 1, 6), Due.TO_DO, date(2026, 1, 31)),
    (Level.MASTER, [(Proof.PASSED, date(2026, 1, 5))], 0, date(2026, 1, 6), Due.DONE, None),
    (Level.LOOK_UP, [(Proof.READ, date(2026, 1, 5))], 0, date(2026, 1, 6), Due.DONE, None),
    (Level.MASTER, [(Proof.PASSED, date(2026, 1, 31))], 1, date(2026, 1, 31), Due.RENEW_SOON, date(2026, 2, 28)),
    (Level.MASTER, [(Proof.PASSED, date(2026, 1, 31))], 6, date(2026, 7, 15), Due.RENEW_SOON, date(2026, 7, 31)),
    (Level.MASTER, [(Proof.PASSED, date(2026, 1, 31))], 6, date(2026, 8, 1), Due.OVERDUE, date(2026, 7, 31)),
    # The later proof counts, and none of a day to come.
    (
        Level.KNOW,
        [(Proof.PASSED, date(2026, 1, 2)), (Proof.ATTENDED, date(2026, 5, 2))],
        12,
        date(2026, 6, 1),
        Due.DONE,
        date(2027, 5, 2),
    ),
    (Level.KNOW, [(Proof.ATTENDED, date(2026, 2, 2))], 0, date(2026, 1, 15), Due.TO_DO, date(2026, 1, 31)),
]


@pytest.mark.parametrize(("level", "proofs", "months", "day", "due", "due_on"), STANDINGS)
def test_a_person_stands_with_a_course_as_the_table_says(level, proofs, months, day, due, due_on):
    found = standing(level=level, proofs=proofs, asked_since=SINCE, valid_months=months, as_of=day)
    assert (found.due, found.due_on) == (due, due_on)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day, months):
    later = months_after(day, months=months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("allowed", "used", "granted", "may"),
    [(0, 99, 0, True), (2, 1, 0, True), (2, 2, 0, False), (2, 2, 1, True), (2, 3, 1, False)],
)
def test_attempts_run_out_unless_one_is_given(allowed, used, granted, may):
    assert may_attempt(allowed=allowed, used=used, granted=granted) is may
