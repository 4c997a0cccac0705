"""Evidence is found where it stands already, and goes when it stands there no more."""

from keytally.accounts.rules.decision_map import DecisionRole, Stance
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.services import contacts
from keytally.funnel.labels import PaperKind
from keytally.funnel.models import GateEvidence
from keytally.funnel.queries.proofs import evidence_shown
from keytally.funnel.rules.stages import Stage, TeamRole
from keytally.funnel.services import judging
from keytally.funnel.services.judging import refresh
from keytally.funnel.services.moving import move
from keytally.funnel.services.papers import add_paper
from keytally.funnel.services.team import add_competitor, add_member

from .conftest import NOW, OPENS, TODAY, opened, shows


def contact(cast, weight, stance, role=DecisionRole.BUYER):
    facts = {"name": f"w{weight}", "decision_role": role, "weight": weight, "stance": stance}
    return contacts.add_contact(cast.chain, facts=facts, holder=cast.manager, by=cast.manager, now=NOW)


def standing(one):
    return set(GateEvidence.objects.filter(opportunity=one, voided_on=None).values_list("criterion", flat=True))


def test_a_visit_opens_the_gate_of_intent_without_typing(cast):
    one = opened(cast, evidence=OPENS[Stage.TARGET])
    lead = contact(cast, 40, Stance.NEUTRAL, DecisionRole.PROJECT_LEAD)
    contacts.record_evidence(
        lead, on=TODAY, kind=EvidenceKind.VISIT, rung=Rung.KNOWN, note="met", by=cast.manager, today=TODAY, now=NOW
    )
    one = move(opportunity_id=one.pk, to=Stage.INTENT, by=cast.manager, now=NOW)
    assert {"visited", "sponsor_named"} <= standing(one)
    assert one.stage == Stage.INTENT


def test_weights_and_stances_say_whether_the_majority_is_for_us(cast):
    one = opened(cast)
    heavy = contact(cast, 40, Stance.NEUTRAL)
    contact(cast, 30, Stance.CHAMPION)
    contact(cast, 30, Stance.SUPPORTS)
    refresh(one, now=NOW)
    assert "majority_for_us" not in standing(one)
    contacts.change_contact(heavy, facts={"stance": Stance.SUPPORTS}, holder=cast.manager, by=cast.manager, now=NOW)
    assert "majority_for_us" in {shown.proof.criterion for shown in evidence_shown(one, as_of=TODAY)}
    refresh(one, now=NOW)
    assert "majority_for_us" in standing(one)
    contacts.change_contact(heavy, facts={"stance": Stance.AGAINST}, holder=cast.manager, by=cast.manager, now=NOW)
    refresh(one, now=NOW)
    assert "majority_for_us" not in standing(one)
    assert GateEvidence.objects.get(opportunity=one, criterion="majority_for_us").void_reason


def test_a_contract_form_laid_to_it_shows_negotiation(cast, settings, tmp_path):
    settings.FILES_ROOT = tmp_path
    one = opened(cast)
    facts = {"chunks": [b"a form"], "received_on": TODAY, "by": cast.manager, "now": NOW}
    add_paper(opportunity_id=one.pk, name="theirs.txt", kind=PaperKind.THEIR_FORM, **facts)
    assert "their_contract_form" in standing(one)


def test_our_team_and_their_other_suppliers_are_found(cast):
    one = opened(cast)
    assert "our_team_formed" not in standing(one)
    add_member(opportunity_id=one.pk, person=cast.rep, role=TeamRole.PROJECT_MANAGER, by=cast.manager, now=NOW)
    add_competitor(opportunity_id=one.pk, name="Rival", standing="", by=cast.manager, now=NOW)
    assert {"our_team_formed", "competitors_known"} <= standing(one)


def test_finding_again_keeps_nothing_twice(cast):
    one = opened(cast)
    contact(cast, 100, Stance.CHAMPION)
    for _time in range(3):
        refresh(one, now=NOW)
    assert GateEvidence.objects.filter(opportunity=one, criterion="majority_for_us").count() == 1
    shows(one, "need_stated")
    assert GateEvidence.objects.filter(opportunity=one, criterion="majority_for_us").count() == 1


def test_looking_through_the_whole_funnel_lets_others_write_between_its_parts(cast, monkeypatch):
    for _one in range(3):
        opened(cast)
    turns = []
    monkeypatch.setattr(judging, "AT_ONCE", 1)
    monkeypatch.setattr(judging, "let_others_write", lambda: turns.append(1))
    judging.refresh_all(now=NOW)
    assert len(turns) == 2
