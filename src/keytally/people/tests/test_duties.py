from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.people import defaults
from keytally.people.rules.duties import (
    Description,
    Duty,
    Fault,
    UnableToRead,
    content_of,
    description_from,
    faults,
    of_role,
    with_codes,
)
from keytally.people.rules.template import default_template
from keytally.people.rules.versions import coming, in_force

SHIPPED = {description.code: description for description in defaults.descriptions()}

# Rows Q01-Q08, J01-J04, T01-T09 with a word of each.
GIVEN = [
    ("ka_department", "Q01", "信息档案"),
    ("ka_department", "Q02", "工作计划"),
    ("ka_department", "Q03", "SKU上架报价和信用额度"),
    ("ka_department", "Q04", "协调"),
    ("ka_department", "Q05", "服务网络"),
    ("ka_department", "Q06", "监督"),
    ("ka_department", "Q07", "目标"),
    ("ka_department", "Q08", "价格体系"),
    ("ka_manager", "J01", "平衡双方利益"),
    ("ka_manager", "J02", "承诺必须兑现"),
    ("ka_manager", "J03", "订单"),
    ("ka_manager", "J04", "产品专家"),
    ("promoter", "T01", "知名度"),
    ("promoter", "T02", "宣传单"),
    ("promoter", "T03", "POP"),
    ("promoter", "T04", "服务态度"),
    ("promoter", "T05", "销量"),
    ("promoter", "T06", "主管或店长"),
    ("promoter", "T07", "竞品"),
    ("promoter", "T08", "日报、周报、月报"),
    ("promoter", "T09", "零售政策"),
]


@pytest.mark.parametrize(("description", "row", "word"), GIVEN)
def test_each_row_is_a_duty_marked_as_given(description, row, word):
    duty = next(duty for duty in SHIPPED[description].duties if duty.row == row)
    assert word in duty.text_zh
    assert duty.is_given
    assert duty.text_en


@pytest.mark.parametrize(("role", "level"), [("REP", "业代"), ("ASS", "主管"), ("AKM", "经理")])
def test_row_q10_has_its_three_levels_as_our_own_default(role, level):
    found = [description for description in of_role(SHIPPED.values(), role=role) if description.row == "Q10"]
    assert [level in description.title_zh for description in found] == [True]
    assert not any(duty.is_given for duty in found[0].duties)


def test_what_is_shipped_could_be_kept_and_names_only_known_roles():
    assert [faults(description) for description in SHIPPED.values()] == [()] * 6
    assert {role for description in SHIPPED.values() for role in description.roles} <= set(default_template().roles)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (Description("x", "", "X", duties=(Duty("1", text_zh="一", text_en="one"),)), Fault("NO_TITLE")),
        (Description("x", "某岗", "X"), Fault("NO_DUTIES")),
        (Description("x", "某岗", "X", duties=(Duty("1", text_zh="一"),)), Fault("HALF_A_DUTY", "1")),
        (Description("x", "某岗", "X", duties=(Duty("1", text_zh="一", text_en="one"),) * 2), Fault("TWICE", "1")),
        (Description("x", "某岗", "X", duties=(Duty("", text_zh="一", text_en="one"),) * 61), Fault("TOO_MANY_DUTIES")),
    ],
)
def test_it_names_what_is_wrong(wrong, found):
    assert faults(wrong) == (found,)


@pytest.mark.parametrize(
    "content", [{}, {"code": "x", "title_zh": "", "title_en": "", "row": "", "roles": [], "duties": [{"hm": 1}]}]
)
def test_content_that_is_no_description_is_refused(content):
    with pytest.raises(UnableToRead):
        description_from(content)


@given(
    st.lists(st.sampled_from(["", "X-1", "X-2", "old"]), max_size=8), st.sets(st.sampled_from(["X-1", "X-3", "X-4"]))
)
def test_a_new_code_was_never_used_before(codes, taken):
    coded = with_codes([Duty(code) for code in codes], prefix="X", taken=taken)
    fresh = [duty.code for duty, code in zip(coded, codes, strict=True) if not code]
    assert len(set(fresh)) == len(fresh)
    assert not set(fresh) & (taken | set(codes))


@given(st.sampled_from(list(SHIPPED.values())))
def test_what_is_kept_is_read_back_the_same(description):
    assert description_from(content_of(description)) == description


class V:
    def __init__(self, number, day):
        self.number, self.starts_on = number, date(2026, 1, day)


@given(st.lists(st.integers(1, 28), max_size=6), st.integers(1, 28))
def test_the_version_in_force_is_the_last_to_have_begun(days, today):
    versions = [V(number, day) for number, day in enumerate(days, start=1)]
    as_of = date(2026, 1, today)
    found, later = in_force(versions, as_of=as_of), coming(versions, as_of=as_of)
    begun = [version for version in versions if version.starts_on <= as_of]
    assert len(begun) + len(later) == len(versions)
    assert (found is None) == (not begun)
    assert all((one.starts_on, one.number) <= (found.starts_on, found.number) for one in begun)
