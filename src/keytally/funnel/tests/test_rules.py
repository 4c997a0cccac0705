"""Every row and profile of the gates, as a table of cases; and what holds for all of them."""

from copy import deepcopy
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keytally.funnel.rules.changing import Change, change_for, free_code, with_criterion, with_list, with_stage
from keytally.funnel.rules.closing import completeness
from keytally.funnel.rules.decision import Vote, majority_is_for_us
from keytally.funnel.rules.default_gates import FIRST_LIST, SECOND_LIST, UNION_LIST, default_gates
from keytally.funnel.rules.evidence import Proof, closes_on, counts, holds_until, qualification, shown_by
from keytally.funnel.rules.gate_data import faults, negotiation_list_of, read_profile
from keytally.funnel.rules.gates import GateVerdict, Missing, StageGate, judge_gate
from keytally.funnel.rules.stages import STAGES, CustomerSize, Stage, TeamRole, gates_between, is_back, position

DAY = date(2026, 8, 3)
PROFILE = read_profile(default_gates())
SMALL, LARGE, STATE_OWNED = CustomerSize
OURS = ("our_team_formed", "our_standard_met")


def passes(stage, *criteria, size=SMALL, profile=PROFILE):
    return judge_gate(profile.gate(stage, size=size), criteria).passed


CASES = [
    # F03, G3: at least two of three.
    (Stage.TARGET, SMALL, (), False),
    (Stage.TARGET, SMALL, ("accepts_material",), False),
    (Stage.TARGET, SMALL, ("contact_made",), False),
    (Stage.TARGET, SMALL, ("visit_agreed",), False),
    (Stage.TARGET, SMALL, ("accepts_material", "contact_made"), True),
    (Stage.TARGET, LARGE, ("accepts_material", "visit_agreed"), True),
    (Stage.TARGET, STATE_OWNED, ("contact_made", "visit_agreed"), True),
    (Stage.TARGET, SMALL, ("contact_made", "need_stated"), False),
    # F06: at least two of four.
    (Stage.INTENT, SMALL, ("visited",), False),
    (Stage.INTENT, SMALL, ("visited", "evaluating"), True),
    (Stage.INTENT, SMALL, ("visited", "need_stated"), True),
    (Stage.INTENT, LARGE, ("visited", "sponsor_named"), True),
    (Stage.INTENT, LARGE, ("evaluating", "need_stated"), True),
    (Stage.INTENT, LARGE, ("need_stated", "sponsor_named"), True),
    (Stage.INTENT, SMALL, ("evaluating", "sponsor_named"), True),
    (Stage.INTENT, SMALL, ("sponsor_named", "contact_made"), False),
    # F07, G4: our team and standard, and 1 and 4; a larger customer or government 1, 2, 3 and 4; 5 is never asked.
    (Stage.PROJECT, SMALL, (*OURS, "team_and_process", "core_need"), True),
    (Stage.PROJECT, SMALL, ("team_and_process", "core_need"), False),
    (Stage.PROJECT, SMALL, ("our_team_formed", "team_and_process", "core_need"), False),
    (Stage.PROJECT, SMALL, ("our_standard_met", "team_and_process", "core_need"), False),
    (Stage.PROJECT, SMALL, (*OURS, "team_and_process"), False),
    (Stage.PROJECT, SMALL, (*OURS, "core_need"), False),
    (Stage.PROJECT, SMALL, (*OURS, "go_live_plan", "budget", "competitors_known"), False),
    (Stage.PROJECT, LARGE, (*OURS, "team_and_process", "core_need"), False),
    (Stage.PROJECT, LARGE, (*OURS, "team_and_process", "go_live_plan", "core_need"), False),
    (Stage.PROJECT, LARGE, (*OURS, "team_and_process", "budget", "core_need"), False),
    (Stage.PROJECT, LARGE, (*OURS, "team_and_process", "go_live_plan", "budget", "core_need"), True),
    (Stage.PROJECT, STATE_OWNED, (*OURS, "team_and_process", "go_live_plan", "budget", "core_need"), True),
    (Stage.PROJECT, STATE_OWNED, (*OURS, "team_and_process", "go_live_plan", "budget"), False),
    # F08: at least one of three.
    (Stage.RECOGNITION, SMALL, (), False),
    (Stage.RECOGNITION, SMALL, ("tender_won",), True),
    (Stage.RECOGNITION, LARGE, ("payer_prefers_us",), True),
    (Stage.RECOGNITION, STATE_OWNED, ("majority_for_us",), True),
    # F09, F10, G1: at least one of the union of five.
    (Stage.NEGOTIATION, SMALL, (), False),
    *((Stage.NEGOTIATION, size, (one,), True) for size in CustomerSize for one in UNION_LIST),
    # F11, G2: at least one of two.
    (Stage.CLOSING, SMALL, ("contract_signed",), True),
    (Stage.CLOSING, LARGE, ("down_payment_sent",), True),
    (Stage.CLOSING, SMALL, ("shipped", "paid_as_agreed"), False),
]


@pytest.mark.parametrize(("stage", "size", "shown", "is_open"), CASES)
def test_the_gates_are_those_of_the_rows(stage, size, shown, is_open):
    assert passes(stage, *shown, size=size) is is_open


@pytest.mark.parametrize(
    ("name", "open_by", "closed_by"),
    [
        ("FIRST", FIRST_LIST, ("price_objection", "delivery_or_payment_argued")),
        ("SECOND", SECOND_LIST, ("their_contract_form",)),
        ("UNION", UNION_LIST, ("contract_signed",)),
    ],
)
def test_both_originals_of_the_gate_of_fifty_are_presets(name, open_by, closed_by):
    content = with_list(default_gates(), name)
    assert faults(content) == []
    profile = read_profile(content)
    assert profile.negotiation_list == name == negotiation_list_of(tuple(reversed(open_by)))
    assert all(passes(Stage.NEGOTIATION, one, profile=profile) for one in open_by)
    assert not any(passes(Stage.NEGOTIATION, one, profile=profile) for one in closed_by)


def test_weights_leaders_and_purposes_are_those_of_the_rows():
    assert [PROFILE.stages[stage].weight for stage in STAGES] == [10, 20, 30, 40, 50, 80]
    led = {stage: PROFILE.stages[stage].led_by for stage in STAGES}
    assert led == {
        Stage.TARGET: (TeamRole.ACCOUNT_MANAGER,),
        Stage.INTENT: (TeamRole.PROJECT_MANAGER,),
        Stage.PROJECT: (TeamRole.PROJECT_TEAM,),
        Stage.RECOGNITION: (TeamRole.PROJECT_TEAM,),
        Stage.NEGOTIATION: (TeamRole.PROJECT_MANAGER, TeamRole.EXECUTIVE),
        Stage.CLOSING: (TeamRole.PROJECT_MANAGER, TeamRole.FINANCE_LEAD),
    }
    assert PROFILE.stages[Stage.CLOSING].purpose_en == "Finish the sale"
    assert PROFILE.stages[Stage.TARGET].purpose_zh == "寻找并落实目标"
    assert PROFILE.stages[Stage.PROJECT].stale_days == 45


def test_a_verdict_says_what_is_met_and_what_is_missing():
    gate = StageGate(required=("a", "b"), needed=2, choices=("c", "d", "e"))
    assert judge_gate(gate, {"b", "d", "x"}) == GateVerdict(
        passed=False,
        met=("b", "d"),
        unmet=("a", "c", "e"),
        missing=(Missing(1, ("a",)), Missing(1, ("c", "e"))),
    )
    assert judge_gate(gate, {"a", "b", "c", "e"}).missing == ()
    assert judge_gate(StageGate(required=("a",)), ()).missing == (Missing(1, ("a",)),)


@pytest.mark.parametrize(("shown", "is_open"), [("a", False), ("c", False), ("ac", True)])
def test_both_parts_of_a_gate_have_to_pass(shown, is_open):
    assert judge_gate(StageGate(required=("a",), needed=1, choices=("c", "d")), set(shown)).passed is is_open


@pytest.mark.parametrize(
    ("votes", "is_for_us"),
    [
        ((), False),
        (((40, False), (30, True), (30, True)), False),
        (((40, True), (30, False), (30, False)), True),
        (((25, True), (25, True), (25, True), (25, False)), True),
        (((25, True), (25, True), (25, False), (25, False)), False),
        (((50, True), (50, False)), False),
        (((40, True), (40, True), (20, False)), True),
        (((0, True), (0, True)), False),
        (((1, True),), True),
        (((100, True),), True),
        (((100, False),), False),
    ],
)
def test_whoever_weighs_most_decides_and_where_equal_the_majority_of_heads(votes, is_for_us):
    assert majority_is_for_us([Vote(*vote) for vote in votes]) is is_for_us


def test_all_three_facts_make_revenue_closed():
    facts = ("contract_signed", "paid_as_agreed", "shipped")
    assert completeness(facts).is_revenue_closed
    for left_out in facts:
        partial = completeness({fact for fact in facts if fact != left_out})
        assert not partial.is_revenue_closed
        assert partial.missing == (left_out,)
    assert completeness(()).shown == ()


def test_evidence_counts_from_its_day_until_it_expires_or_is_voided():
    proof = Proof("visited", DAY, ends_before=DAY + timedelta(days=2), voided_on=None)
    days = [DAY + timedelta(days=number) for number in (-1, 0, 1, 2)]
    assert [counts(proof, as_of=day) for day in days] == [False, True, True, False]
    voided = Proof("visited", DAY, voided_on=DAY + timedelta(days=1))
    assert [counts(voided, as_of=day) for day in days] == [False, True, False, False]
    assert holds_until(DAY, None) is None
    assert holds_until(DAY, 1) == DAY + timedelta(days=1)


def test_a_gate_closes_on_the_first_day_on_which_too_little_is_left():
    gate = StageGate(needed=2, choices=("a", "b", "c"))
    ends = {"a": 3, "b": 5, "c": 9}
    proofs = [Proof(code, DAY, ends_before=DAY + timedelta(days=days)) for code, days in ends.items()]
    assert closes_on(gate, proofs=proofs, as_of=DAY) == DAY + timedelta(days=5)
    assert closes_on(gate, proofs=[*proofs, Proof("c", DAY), Proof("a", DAY)], as_of=DAY) is None


def test_an_override_lets_it_qualify_and_says_what_is_missing_all_the_same():
    facts = {"size": SMALL, "profile": PROFILE, "proofs": [], "as_of": DAY}
    let_in = qualification(Stage.INTENT, is_let_in=True, **facts)
    assert (let_in.is_qualified, let_in.ends_before, let_in.verdict.passed) == (True, None, False)
    assert not qualification(Stage.INTENT, is_let_in=False, **facts).is_qualified
    in_front = qualification(None, is_let_in=True, **facts)
    assert (in_front.is_qualified, in_front.verdict) == (False, None)
    proofs = [Proof("accepts_material", DAY), Proof("visit_agreed", DAY, ends_before=DAY + timedelta(days=4))]
    target = qualification(Stage.TARGET, is_let_in=False, **{**facts, "proofs": proofs})
    assert (target.is_qualified, target.ends_before) == (True, DAY + timedelta(days=4))


def test_a_move_passes_every_gate_between():
    assert list(gates_between("", Stage.INTENT)) == [Stage.TARGET, Stage.INTENT]
    assert list(gates_between("INTENT", Stage.INTENT)) == []
    assert list(gates_between("CLOSING", Stage.TARGET)) == []
    assert is_back("INTENT", Stage.TARGET)
    assert not is_back("INTENT", Stage.INTENT)
    assert not is_back("", Stage.TARGET)
    assert [position(stage) for stage in STAGES] == [1, 2, 3, 4, 5, 6]


def broken(change):
    content = deepcopy(default_gates())
    change(content)
    return [fault.code for fault in faults(content)]


def _set(stage, key, value):
    return lambda content: content["stages"][stage].__setitem__(key, value)


def _gate(stage, **facts):
    return lambda content: content["stages"][stage]["gates"]["SMALL_MEDIUM"].update(facts)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda content: None, []),
        (lambda content: content.clear(), ["GATES_SHAPE", "GATES_STAGES", "GATES_SHAPE"]),
        (lambda content: content["stages"].pop("TARGET"), ["GATES_STAGES"]),
        (_set("TARGET", "led_by", []), ["STAGE_WITHOUT_LEADER"]),
        (_set("TARGET", "led_by", ["CLOWN"]), ["STAGE_WITHOUT_LEADER"]),
        (_set("TARGET", "weight", 20), ["WEIGHTS_DO_NOT_RISE"]),
        (_set("CLOSING", "weight", 101), ["WEIGHT_NO_PERCENT"]),
        (_set("CLOSING", "weight", 100), []),
        (_set("TARGET", "weight", 0), []),
        (_set("TARGET", "weight", -1), ["WEIGHT_NO_PERCENT"]),
        (_set("TARGET", "stale_days", 0), ["STAGE_STALE_DAYS"]),
        (_set("TARGET", "stale_days", None), ["STAGE_STALE_DAYS"]),
        (_set("TARGET", "stale_days", 3650), []),
        (_set("TARGET", "stale_days", 3651), ["STAGE_STALE_DAYS"]),
        (_gate("TARGET", of=[], needed=0), ["GATE_ASKS_NOTHING"]),
        (_gate("TARGET", needed=0), ["GATE_NEEDS_TOO_MANY"]),
        (_gate("TARGET", needed=3), []),
        (_gate("TARGET", needed=4), ["GATE_NEEDS_TOO_MANY"]),
        (_gate("PROJECT", needed=1), ["GATE_NEEDS_TOO_MANY"]),
        (_gate("TARGET", required=["contact_made"]), ["GATE_NAMES_TWICE"]),
        (_gate("TARGET", required=["nobody_knows"]), ["GATE_CRITERION_UNKNOWN"]),
        (_gate("TARGET", required="contact_made"), ["GATES_SHAPE"]),
        (_gate("TARGET", of=[1]), ["GATES_SHAPE"]),
        (_gate("TARGET", needed=True), ["GATES_SHAPE"]),
        (_gate("NEGOTIATION", needed=2), ["NEGOTIATION_LIST_DIFFERS"]),
        (_gate("NEGOTIATION", of=list(FIRST_LIST)), ["NEGOTIATION_LIST_DIFFERS"]),
        (_gate("NEGOTIATION", required=["visited"]), ["NEGOTIATION_LIST_DIFFERS"]),
        (lambda content: content.update(negotiation_list="OWN"), []),
        (lambda content: content.update(negotiation_list="BOTH"), ["GATES_SHAPE"]),
        (lambda content: content["criteria"]["visited"].update(zh=" "), ["CRITERION_NAME"]),
        (lambda content: content["criteria"]["visited"].update(en="x" * 121), ["CRITERION_NAME"]),
        (lambda content: content["criteria"]["visited"].update(en="x" * 120), []),
        (lambda content: content["criteria"]["visited"].update(valid_days=0), ["CRITERION_DAYS"]),
        (lambda content: content["criteria"]["visited"].update(valid_days=1), []),
        (lambda content: content["criteria"]["visited"].update(valid_days=True), ["CRITERION_DAYS"]),
        (lambda content: content["criteria"].update(visited=None), ["CRITERION_NAME"]),
    ],
)
def test_gates_that_do_not_fit_are_refused_with_every_reason(change, codes):
    assert broken(change) == codes


def test_a_changed_stage_names_the_list_it_follows():
    content = default_gates()
    stage = deepcopy(content["stages"]["NEGOTIATION"])
    for gate in stage["gates"].values():
        gate["of"] = list(SECOND_LIST)
    assert with_stage(content, Stage.NEGOTIATION, stage)["negotiation_list"] == "SECOND"
    stage["gates"]["GOVERNMENT"]["needed"] = 2
    assert with_stage(content, Stage.NEGOTIATION, stage)["negotiation_list"] == "OWN"
    assert content == default_gates()
    more = with_criterion(content, free_code(content), name_zh="样品", name_en="Sample", valid_days=None)
    assert free_code(more) == "own_2"
    assert more["criteria"]["own_1"] == {"zh": "样品", "en": "Sample", "valid_days": None}


def test_it_says_what_other_gates_would_do():
    stage = deepcopy(default_gates()["stages"]["TARGET"])
    for gate in stage["gates"].values():
        gate["needed"] = 3
    harder = read_profile(with_stage(default_gates(), Stage.TARGET, stage))
    two = [Proof("contact_made", DAY), Proof("accepts_material", DAY)]
    facts = {"size": SMALL, "as_of": DAY}
    assert change_for(Stage.TARGET, proofs=two, before=PROFILE, after=harder, **facts) is Change.STOPS
    assert change_for(Stage.TARGET, proofs=two, before=harder, after=PROFILE, **facts) is Change.NEWLY
    assert change_for(Stage.TARGET, proofs=[], before=PROFILE, after=harder, **facts) is Change.STAYS


calmly = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
criteria = st.sampled_from(sorted(PROFILE.criteria))
ends = st.none() | st.integers(1, 40).map(lambda days: DAY + timedelta(days=days))
found = st.builds(Proof, criteria, st.just(DAY - timedelta(days=1)), ends)
where = {"stage": st.sampled_from(STAGES), "size": st.sampled_from(CustomerSize)}


@calmly
@given(proofs=st.lists(found, max_size=12), more=st.lists(found, max_size=5), **where)
def test_more_evidence_never_closes_a_gate(proofs, more, stage, size):
    gate = PROFILE.gate(stage, size=size)
    before = judge_gate(gate, shown_by(proofs, as_of=DAY))
    after = judge_gate(gate, shown_by([*proofs, *more], as_of=DAY))
    assert after.passed or not before.passed
    assert set(before.met) <= set(after.met)


@calmly
@given(proofs=st.lists(found, max_size=10), seed=st.randoms(), **where)
def test_the_order_of_evidence_does_not_matter(proofs, seed, stage, size):
    shuffled = list(proofs)
    seed.shuffle(shuffled)
    facts = {"size": size, "profile": PROFILE, "is_let_in": False, "as_of": DAY}
    assert qualification(stage, proofs=proofs, **facts) == qualification(stage, proofs=shuffled, **facts)


@calmly
@given(proofs=st.lists(found, max_size=10), **where)
def test_the_day_on_which_it_stops_qualifying_is_exact(proofs, stage, size):
    facts = {"size": size, "profile": PROFILE, "is_let_in": False}
    now = qualification(stage, proofs=proofs, as_of=DAY, **facts)
    if not now.is_qualified:
        assert now.ends_before is None
        return
    for number in range(42):
        day = DAY + timedelta(days=number)
        expected = now.ends_before is None or day < now.ends_before
        assert qualification(stage, proofs=proofs, as_of=day, **facts).is_qualified is expected
