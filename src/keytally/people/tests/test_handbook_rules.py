from datetime import date

import pytest

from keytally.people import defaults
from keytally.people.rules.handbook import Edition, Section, edition_asked, faults, reading_of

FIRST = Edition(1, date(2026, 1, 1), asks_again=True)
TYPO = Edition(2, date(2026, 3, 1), asks_again=False)
NEW = Edition(3, date(2026, 6, 1), asks_again=True)


def test_rows_o02_and_o03_are_shipped_as_given():
    vision, *values = defaults.sections()
    assert (vision.row, "最专业的合作伙伴" in vision.text_zh) == ("O02", True)
    assert [section.row for section in values] == ["O03"] * 6
    assert all(section.is_given for section in defaults.sections())
    assert all(word in values[4].text_zh for word in ("时间成本", "机会成本", "财务成本"))
    assert faults(defaults.sections()) == ()


@pytest.mark.parametrize(
    ("day", "asked"),
    [(date(2026, 2, 1), 1), (date(2026, 4, 1), 1), (date(2026, 6, 1), 3)],
)
def test_a_correction_asks_nobody_again(day, asked):
    assert edition_asked([FIRST, TYPO, NEW], as_of=day).number == asked


@pytest.mark.parametrize(
    ("acknowledged", "is_done"), [((), False), ((1,), False), ((2,), False), ((3,), True), ((1, 4), True)]
)
def test_the_edition_asked_for_or_a_later_one_counts(acknowledged, is_done):
    assert reading_of(asked=NEW, acknowledged=acknowledged, member_since=FIRST.starts_on).is_done is is_done


def test_a_new_member_has_a_week_from_their_first_day():
    assert reading_of(asked=FIRST, acknowledged=(), member_since=date(2026, 5, 1)).due_on == date(2026, 5, 8)
    assert reading_of(asked=NEW, acknowledged=(), member_since=date(2026, 5, 1)).due_on == date(2026, 6, 8)


@pytest.mark.parametrize(
    ("sections", "found"),
    [
        ([], ("NO_SECTIONS",)),
        ([Section("a", "愿景", "", "文", "text")], ("NO_TITLE",)),
        ([Section("a", "愿景", "Vision", "文", "")], ("HALF_A_TEXT",)),
    ],
)
def test_a_handbook_is_whole_in_both_languages(sections, found):
    assert faults(sections) == found
