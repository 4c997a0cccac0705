"""Does every drawing hold every step, without boxes that overlap or text that runs out of its box?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.approvals import workflows
from keytally.approvals.rules.diagram import UNIT, WIDTH, Words, _units, broken, draw, rows_of, spoken
from keytally.approvals.rules.editing import UnreadableRoles, read_roles, read_stages, written_stages
from keytally.approvals.rules.workflow import AUTHORITY, Stage


def drawn(code, language):
    workflow = workflows.shipped(code)
    rows = [
        [(step, Words(f"{step.id} {getattr(step, f'name_{language}')}", ("line",))) for step in row]
        for row in rows_of(workflow)
    ]
    return workflow, rows, draw(rows)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", workflows.SHIPPED)
def test_every_step_has_its_box_and_no_two_overlap(code, language):
    workflow, _rows, drawing = drawn(code, language)
    assert [box.step.id for box in drawing.boxes] == [step.id for step in workflow.steps]
    for one in drawing.boxes:
        assert one.x >= 0 and one.x + one.width <= drawing.width == WIDTH
        assert one.foot <= drawing.height
        for other in drawing.boxes:
            apart = one.foot <= other.y or other.foot <= one.y
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert one is other or apart or beside
        for text in one.texts:
            assert one.x < text.x and one.y < text.y < one.foot
            assert _units(text.text) * UNIT <= one.width


def test_reviews_run_side_by_side():
    rows = rows_of(workflows.shipped("agreement_approval"))
    assert [len(row) for row in rows] == [1, 4, 1, 1]


def test_a_drawing_is_said_in_one_text():
    _workflow, rows, _drawing = drawn("rejection_decision", "en")
    assert spoken(rows).startswith("RJ-2 Find the cause")
    assert " → RJ-3 Decide" in spoken(rows)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200), st.integers(60, 500))
def test_breaking_a_text_loses_no_letter(text, width):
    lines = broken(text, width=width)
    assert "".join("".join(lines).split()) == "".join(text.split())


ROLES = st.lists(st.sampled_from(sorted(AUTHORITY)), min_size=1, max_size=3, unique=True)


@given(st.lists(st.tuples(ROLES, st.booleans()), min_size=1, max_size=3))
def test_stages_are_read_as_they_are_written(stages):
    made = tuple(Stage(tuple(roles), any_of=any_of and len(roles) > 1) for roles, any_of in stages)
    assert read_stages(written_stages(made)) == made


@pytest.mark.parametrize("text", ["RKM + FS / GM", "RKM +", "+", "区域", "RKM & FS"])
def test_roles_that_cannot_be_read_are_refused(text):
    with pytest.raises(UnreadableRoles):
        read_roles(text)
