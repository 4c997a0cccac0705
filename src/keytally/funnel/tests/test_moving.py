"""Opportunities go through gates, by whatever way they are asked."""

import pytest
from django.utils import translation

from keytally.funnel.models import StageEntry
from keytally.funnel.refusals import GateClosed, UnableToKeepOpportunity
from keytally.funnel.rules.stages import Stage, State, TeamRole
from keytally.funnel.services.ending import close_won
from keytally.funnel.services.evidence import NewEvidence, record_evidence
from keytally.funnel.services.handing_over import accept_hand_over, waiting_hand_over
from keytally.funnel.services.moving import move, override
from keytally.funnel.services.opening import repeat_purchase
from keytally.funnel.services.team import add_member
from keytally.worklist.models import WorkItem

from .conftest import NOW, OPENS, TODAY, opened, shows, timedelta


def test_it_waits_before_the_funnel_without_evidence(cast):
    assert opened(cast).stage == ""


def test_it_enters_at_once_with_two_of_three(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET])
    assert one.stage == Stage.TARGET
    one.refresh_from_db()
    assert one.is_qualified


def test_a_closed_gate_says_what_is_missing(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET])
    shows(one, "need_stated")
    with pytest.raises(GateClosed) as refused:
        move(opportunity_id=one.pk, to=Stage.INTENT, by=cast.manager, now=NOW)
    with translation.override("en"):
        assert "1 more of: Formally visited at least once" in refused.value.sentences()[0]


def test_it_goes_through_all_gates_to_won_and_repeats_at_intent(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET])
    for stage in list(Stage)[1:]:
        shows(one, *OPENS[stage])
        one = move(opportunity_id=one.pk, to=stage, by=cast.manager, now=NOW)
        assert one.stage == stage
    won = close_won(opportunity_id=one.pk, by=cast.manager, now=NOW)
    assert (won.state, won.closing_facts) == (State.WON, 1)
    shows(won, "paid_as_agreed", "shipped")
    won.refresh_from_db()
    assert won.closing_facts == 3
    again = repeat_purchase(opportunity_id=won.pk, by=cast.manager, now=NOW)
    again.refresh_from_db()
    assert (again.stage, again.source, again.earlier_id, again.is_qualified) == ("INTENT", "REPEAT", won.pk, True)


def test_a_jump_asks_every_gate_on_the_way(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET])
    shows(one, *OPENS[Stage.PROJECT])
    with pytest.raises(GateClosed) as refused:
        move(opportunity_id=one.pk, to=Stage.PROJECT, by=cast.manager, now=NOW)
    assert list(refused.value.closed) == [Stage.INTENT]
    shows(one, *OPENS[Stage.INTENT])
    move(opportunity_id=one.pk, to=Stage.PROJECT, by=cast.manager, now=NOW)
    assert list(StageEntry.objects.filter(opportunity=one).values_list("stage", flat=True)) == [
        "TARGET",
        "INTENT",
        "PROJECT",
    ]


def test_only_a_manager_overrides_with_a_reason_and_it_is_counted(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET], owner=cast.rep, account=cast.store)
    with pytest.raises(UnableToKeepOpportunity) as refused:
        override(opportunity_id=one.pk, to=Stage.INTENT, reason="I say so", by=cast.rep, now=NOW)
    assert refused.value.codes == ("OVERRIDE_NOT_PERMITTED",)
    with pytest.raises(UnableToKeepOpportunity) as refused:
        override(opportunity_id=one.pk, to=Stage.INTENT, reason=" ", by=cast.director, now=NOW)
    assert refused.value.codes == ("REASON_MISSING",)
    one = override(opportunity_id=one.pk, to=Stage.INTENT, reason="their CEO asked me", by=cast.director, now=NOW)
    one.refresh_from_db()
    assert (one.stage, one.override_count, one.is_qualified) == ("INTENT", 1, True)
    assert one.entries.last().missing


def test_expired_evidence_takes_it_out_until_repaired(cast):
    one = opened(cast, evidence=["contact_made"])
    shows(one, "visit_agreed", holds_through=TODAY + timedelta(days=6))
    one = move(opportunity_id=one.pk, to=Stage.TARGET, by=cast.manager, now=NOW)
    one.refresh_from_db()
    assert (one.is_qualified, one.qualifies_before) == (True, TODAY + timedelta(days=7))
    later = NOW + timedelta(days=10)
    shows(one, "need_stated", now=later)
    one.refresh_from_db()
    assert not one.is_qualified
    shows(one, "accepts_material", now=later)
    one.refresh_from_db()
    assert one.is_qualified


def test_back_is_open_and_recorded(cast):
    one = opened(cast, evidence=(*OPENS[Stage.TARGET], *OPENS[Stage.INTENT]))
    one = move(opportunity_id=one.pk, to=Stage.INTENT, by=cast.manager, now=NOW)
    one = move(opportunity_id=one.pk, to=Stage.TARGET, by=cast.manager, now=NOW, reason="they wait")
    assert [entry.direction for entry in one.entries.all()] == ["FORWARD", "FORWARD", "BACK"]


def test_a_stage_waits_for_the_role_that_leads_it(cast):
    one = opened(cast, evidence=(*OPENS[Stage.TARGET], *OPENS[Stage.INTENT]))
    one = move(opportunity_id=one.pk, to=Stage.INTENT, by=cast.manager, now=NOW)
    assert WorkItem.objects.get(kind="funnel.hand_over", state="OPEN").owner == cast.manager
    with pytest.raises(UnableToKeepOpportunity):
        accept_hand_over(opportunity_id=one.pk, by=cast.manager, now=NOW)
    add_member(opportunity_id=one.pk, person=cast.rep, role=TeamRole.PROJECT_MANAGER, by=cast.manager, now=NOW)
    assert WorkItem.objects.get(kind="funnel.hand_over", state="OPEN").owner == cast.rep
    accept_hand_over(opportunity_id=one.pk, by=cast.rep, now=NOW)
    assert waiting_hand_over(one) is None
    assert not WorkItem.objects.filter(kind="funnel.hand_over", state="OPEN").exists()


def test_evidence_with_the_same_key_is_kept_once(cast):
    one = opened(cast)
    for _twice in range(2):
        record_evidence(
            opportunity_id=one.pk,
            evidence=NewEvidence("dated_negotiation", TODAY, note="round 1"),
            by=None,
            now=NOW,
            idempotency_key="round-1",
        )
    assert one.evidence.count() == 1


def test_who_looked_at_an_old_page_moves_nothing(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET])
    with pytest.raises(UnableToKeepOpportunity) as refused:
        move(opportunity_id=one.pk, to=Stage.INTENT, by=cast.manager, now=NOW, seen_in="")
    assert refused.value.codes == ("MOVED_MEANWHILE",)
