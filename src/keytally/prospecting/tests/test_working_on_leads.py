from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from keytally.accounts.models import AccountNode
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.nodes import NewAccount, add_account
from keytally.core.rule_sets import UnableToKeep, keep_rule_set, rule_set
from keytally.funnel.rules.stages import CustomerSize
from keytally.prospecting.labels import ActionKind, Assessment, DropReason, LeadState, OccasionKind
from keytally.prospecting.models import Lead, LeadTouch, NextAction
from keytally.prospecting.queries.figures import campaign_yields, habits
from keytally.prospecting.queries.leads import turn_now
from keytally.prospecting.queries.work import action_of
from keytally.prospecting.refusals import UnableToProspect
from keytally.prospecting.rule_data import CADENCE, FIT
from keytally.prospecting.rules.cadence import ActionState, Outcome, TouchKind
from keytally.prospecting.rules.capture import capture
from keytally.prospecting.rules.preparation import Personality, Willingness
from keytally.prospecting.rules.sources import LeadSource
from keytally.prospecting.services import campaigns, leads, touches
from keytally.prospecting.services.capturing import keep_captured, look
from keytally.prospecting.services.conversion import Conversion, convert
from keytally.prospecting.services.scoring import score_leads

from .conftest import NOW, TODAY, found, plan, said, tick_all


def codes(refusal):
    return set(refusal.value.codes)


def touch(lead, rep, **more):
    return touches.record_touch(lead, said=said(rep, **more), by=rep, now=NOW)


def write_plan(lead, rep):
    facts = {"willingness": Willingness.OPEN, "personality": Personality.EXACT, "plan": "Bring figures."}
    return touches.write_plan(lead, **facts, review_on=TODAY + timedelta(days=7), by=rep, on=TODAY, now=NOW)


def test_a_first_contact_is_refused_while_what_must_be_prepared_is_open(lead, rep):
    with pytest.raises(UnableToProspect) as refusal:
        touch(lead, rep)
    assert codes(refusal) == {"UNPREPARED"}
    for language, words in (("en", "Our floor"), ("zh-hans", "我方让步底线")):
        with override(language):
            assert words in refusal.value.sentences()[0]
    assert touch(lead, rep, exception_reason="They called us.").exception_reason == "They called us."


def test_the_next_contact_wants_a_class_and_a_counter_plan(lead, rep):
    tick_all(lead, rep)
    touch(lead, rep)
    with pytest.raises(UnableToProspect) as refusal:
        touch(lead, rep)
    assert codes(refusal) == {"PLAN_MISSING"}
    write_plan(lead, rep)
    touch(lead, rep)
    assert lead.touches.count() == 2


def test_an_attempt_that_reached_nobody_asks_for_no_counter_plan(lead, rep):
    tick_all(lead, rep)
    for _time in range(3):
        touch(lead, rep, outcome=Outcome.UNREACHED)
    assert lead.state == LeadState.NEW


def test_a_lead_has_exactly_one_next_action_whatever_happens(lead, rep):
    tick_all(lead, rep)
    touch(lead, rep, following=plan(rep, kind=ActionKind.VISIT, due_on=TODAY + timedelta(days=3)))
    assert (action_of(lead).kind, NextAction.objects.filter(lead=lead, state=ActionState.OPEN).count()) == ("VISIT", 1)
    assert list(lead.actions.values_list("state", flat=True)) == ["OPEN", "DONE"]
    with pytest.raises(IntegrityError), transaction.atomic():
        NextAction.objects.create(lead=lead, kind="CALL", due_on=TODAY, owner=rep, set_at=NOW)
    leads.drop_lead(lead, reason=DropReason.NO_BUDGET, note="", by=rep, on=TODAY, now=NOW)
    assert action_of(lead) is None
    leads.take_up(lead, plan=plan(rep), by=rep, on=TODAY, now=NOW)
    assert (lead.state, action_of(lead).kind) == ("IN_WORK", "CALL")


def test_the_same_text_to_a_sixth_lead_in_a_day_is_refused_whoever_writes_it(rep, director):
    text = "尊敬的{name}，我们的果汁毛利更高，资料见附件。"
    for number in range(6):
        one = found(rep if number % 2 else director, f"第{number}{chr(0x4E10 + number * 7)}食品", is_another=True)
        facts = {"kind": TouchKind.LETTER, "may_write": True, "exception_reason": "met at the fair"}
        letter = {**facts, "contact_name": f"客户{number}", "text": text.format(name=f"客户{number}")}
        if number < 5:
            touch(one, one.owner, **letter)
        else:
            with pytest.raises(UnableToProspect) as refusal:
                touch(one, one.owner, **letter)
            assert codes(refusal) == {"SAME_TEXT"}
            touch(one, one.owner, **{**letter, "text": "上次您问到的冷链温度，附检测报告。"})


def test_a_letter_goes_to_one_named_person_who_agreed_and_points_at_a_product_page(lead, rep, director):
    rules = {**rule_set(CADENCE, as_of=TODAY), "product_pages": {"en": "https://we.example/juice"}}
    keep_rule_set(CADENCE, content=rules, starts_on=TODAY, by=director, now=NOW, reason="pages")
    with pytest.raises(UnableToProspect) as refusal:
        touch(lead, rep, kind=TouchKind.LETTER, contact_name=" ", exception_reason="x")
    assert codes(refusal) == {"NO_NAMED_PERSON", "NO_CONSENT", "PAGE_MISSING"}
    text = "See https://we.example/juice"
    touch(lead, rep, kind=TouchKind.LETTER, text=text, may_write=True, exception_reason="x")
    lead.refresh_from_db()
    assert lead.may_write


def test_what_has_not_happened_is_not_written_down_and_twice_the_same_is_once(lead, rep):
    tick_all(lead, rep)
    with pytest.raises(UnableToProspect) as refusal:
        touch(lead, rep, at=NOW + timedelta(minutes=1), text=" ")
    assert codes(refusal) == {"TEXT_MISSING", "TOUCH_IN_FUTURE"}
    assert touch(lead, rep, key="k").pk == touch(lead, rep, key="k").pk
    assert LeadTouch.objects.count() == 1


def test_a_company_that_is_known_is_refused_and_a_similar_one_is_asked_about(lead, rep, director):
    add_account(NewAccount(NodeKind.CHAIN, "大福连锁"), by=director, on=TODAY, now=NOW)
    for name, facts in (("好又多便利", {}), ("别的公司", {"phone": "021 5555-0001"}), ("大福 连锁", {})):
        with pytest.raises(UnableToProspect) as refusal:
            found(rep, name, is_another=True, **facts)
        assert codes(refusal) == {"KNOWN_ALREADY"}
    similar = "好又多便利一"
    with pytest.raises(UnableToProspect):
        found(rep, similar)
    assert found(rep, similar, is_another=True).pk
    assert found(rep, "又一家", key="same").pk == found(rep, "又一家", key="same").pk


def test_a_source_that_is_an_existing_customer_names_it(rep):
    with pytest.raises(UnableToProspect) as refusal:
        found(rep, source=LeadSource.SUPPLY_CHAIN)
    assert codes(refusal) == {"REFERRER_MISSING"}


def test_facts_that_cannot_be_are_all_named_at_once(rep):
    with pytest.raises(UnableToProspect) as refusal:
        found(rep, " ", tax_id="123", contact_name="x" * 61)
    assert codes(refusal) == {"NAME_MISSING", "TAX_ID_WRONG", "TOO_LONG"}
    assert not Lead.objects.exists()


def test_a_pasted_table_becomes_leads_once_and_nothing_is_lost(lead, rep):
    table = "公司,电话\n新佳超市,1\n新佳超市,2\n好又多便利,3\n好又多便利一,4\n,5\n"
    looked = look(capture(table))
    assert (len(looked.new), len(looked.doubts), looked.capture.rejected) == (1, 3, 1)
    assert looked.capture.read == 5
    assert [doubt.is_sure for doubt in looked.doubts] == [True, True, False]
    wanted = {"source": LeadSource.WEB_SEARCH, "links": {}, "first": plan(rep), "key": "k", "by": rep, "now": NOW}
    first = keep_captured(looked, others={4, 5}, **wanted)
    assert [one.name for one in first] == ["新佳超市", "好又多便利一"]
    again = keep_captured(look(capture(table)), others={4, 5}, **wanted)
    assert Lead.objects.count() == 3
    assert {one.pk for one in again} <= {one.pk for one in first}


def test_a_lead_becomes_an_account_and_an_opportunity_and_keeps_its_history(lead, rep):
    tick_all(lead, rep)
    touch(lead, rep, outcome=Outcome.APPOINTMENT, may_write=True)
    write_plan(lead, rep)
    touch(lead, rep, kind=TouchKind.VISIT, text="Saw the chillers.")
    wanted = Conversion(account=None, name="Juice for all stores", customer_size=CustomerSize.SMALL_MEDIUM)
    opportunity = convert(lead, wanted=wanted, by=rep, on=TODAY, now=NOW)
    criteria = set(opportunity.evidence.values_list("criterion", flat=True))
    assert {"contact_made", "accepts_material", "visit_agreed", "visited"} <= criteria
    assert opportunity.stage == "TARGET"
    account = AccountNode.objects.get(pk=lead.account_id)
    assert (account.name_zh, account.owner, account.contacts.get().name) == ("好又多便利", rep, "李经理")
    assert (lead.state, lead.touches.count(), action_of(lead)) == ("CONVERTED", 2, None)
    with pytest.raises(UnableToProspect) as refusal:
        convert(lead, wanted=wanted, by=rep, on=TODAY, now=NOW)
    assert codes(refusal) == {"ALREADY_CONVERTED"}


def test_a_campaign_shows_what_each_lead_and_target_cost(rep, director):
    facts = {"name_zh": "糖酒会", "name_en": "", "source": LeadSource.INDUSTRY_EVENT, "note": ""}
    days = {"starts_on": TODAY, "ends_before": TODAY + timedelta(days=3)}
    campaign = campaigns.keep_campaign(None, facts={**facts, **days, "cost_minor": 100_00}, by=director, now=NOW)
    occasion = campaigns.hold_occasion(
        kind=OccasionKind.CAMPAIGN, title="Stand", held_on=TODAY, campaign=campaign, by=director, now=NOW
    )
    kept = []
    for name in ("甲记", "乙行", "丙铺"):
        links = {"campaign": campaign}
        wanted = leads.NewLead({"name": name}, LeadSource.INDUSTRY_EVENT, rep, plan(rep), links)
        kept.append(leads.add_lead(wanted, by=rep, on=TODAY, now=NOW))
    guest = campaigns.invite(occasion, lead=kept[0], by=director, now=NOW)
    campaigns.mark_came(guest, came=True, by=director, on=TODAY, now=NOW)
    with pytest.raises(UnableToProspect):
        campaigns.invite(occasion, lead=kept[0], by=director, now=NOW)
    convert(kept[0], wanted=Conversion(None, "x", CustomerSize.SMALL_MEDIUM), by=rep, on=TODAY, now=NOW)
    line = campaign_yields(director, [campaign], as_of=TODAY)[0]
    assert (line.found.leads, line.found.targets, line.invited, line.came) == (3, 1, 1, 1)
    assert (line.found.cost_per_lead.minor, line.found.cost_per_target.minor) == (33_33, 100_00)
    assert campaign_yields(rep, [campaign], as_of=TODAY)[0].found.leads == 3


def test_a_segment_is_assessed_by_somebody_on_a_day(director):
    facts = {"name_zh": "便利店", "name_en": "", "fits": "果汁", "size_note": "", "result_note": ""}
    kept = campaigns.keep_segment(None, facts={**facts, "result": Assessment.OPEN}, by=director, on=TODAY, now=NOW)
    assert kept.assessed_by is None
    campaigns.keep_segment(kept, facts={**facts, "result": Assessment.FITS}, by=director, on=TODAY, now=NOW)
    assert (kept.assessed_by, kept.assessed_on) == (director, TODAY)
    with pytest.raises(UnableToProspect) as refusal:
        campaigns.keep_segment(None, facts={**facts, "result": Assessment.OPEN}, by=director, on=TODAY, now=NOW)
    assert codes(refusal) == {"SEGMENT_KNOWN"}


def test_the_norm_counts_calls_appointments_and_prompt_notes(lead, rep, director):
    tick_all(lead, rep)
    touch(lead, rep, outcome=Outcome.APPOINTMENT)
    write_plan(lead, rep)
    late = {"kind": TouchKind.VISIT, "at": NOW - timedelta(hours=5)}
    touch(lead, rep, **late)
    line = next(one for one in habits(director, as_of=TODAY) if one.person == rep)
    assert (line.habit.calls, line.habit.calls_norm, line.habit.appointments) == (1, 100, 1)
    assert (line.habit.visits, line.habit.prompt_ppm) == (1, 0)


def test_the_list_of_whom_to_call_is_ones_own_in_the_order_of_the_rules(rep, director):
    later = found(rep, "甲记", key="1")
    due = found(rep, "乙行", key="2", triggers=["UNHAPPY"])
    found(director, "丙铺", key="3")
    lost = found(rep, "丁店", key="4")
    NextAction.objects.filter(lead=lost).delete()
    leads.plan_next(later, plan=plan(rep, due_on=TODAY + timedelta(days=1)), by=rep, on=TODAY, now=NOW)
    assert [row.lead for row in turn_now(rep, as_of=TODAY, most=10)] == [lost, due]


def test_rules_hold_from_a_day_on_and_leads_are_scored_anew(rep, director):
    one = found(rep, triggers=["UNHAPPY"])
    assert one.fit_points == 30
    content = {**rule_set(FIT, as_of=TODAY), "weights": {"TRIGGER": 80, "SIZE": 10, "BUDGET": 10, "SUBSTITUTES": 0}}
    keep_rule_set(FIT, content=content, starts_on=TODAY, by=director, now=NOW, reason="x")
    assert score_leads(as_of=TODAY) == 1
    one.refresh_from_db()
    assert (one.fit_points, one.fit_advice) == (60, "WORK")
    with pytest.raises(UnableToKeep):
        wrong = {**content, "work_from": 10, "leave_below": 20}
        keep_rule_set(FIT, content=wrong, starts_on=TODAY, by=director, now=NOW, reason="x")
