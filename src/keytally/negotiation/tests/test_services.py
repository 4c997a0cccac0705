"""Readiness guards the beginning, the pattern watch the rounds, an approval the walk-away; the funnel hears of it."""

from datetime import date, timedelta

import pytest

from keytally.approvals.models import Request
from keytally.core.exports import listing, offer_of
from keytally.core.models import AuditEntry
from keytally.core.roles import Role
from keytally.funnel.models import GateEvidence, Opportunity
from keytally.negotiation.models import Negotiation
from keytally.negotiation.queries.reach import visible_to
from keytally.negotiation.queries.table import ISSUE, phase_now, picture_of, records
from keytally.negotiation.refusals import UnableToNegotiate
from keytally.negotiation.rules.issues import Side
from keytally.negotiation.services import ending, preparing
from keytally.negotiation.services.rounds import Offer, RoundFacts, WarningsNotSeen, record_round
from keytally.playbook.models import PlaybookEntry

from .conftest import NOW, PRICE, TODAY, person, ready

DEBRIEF = ending.Debrief("年度合同复盘", "先换议题")


def issue(found, name):
    return found.issues.get(name=name)


def keep(found, by, *offers, acknowledged=False, on=TODAY, **facts):
    said = [Offer(issue(found, name).pk, side, level, back) for name, side, level, back in offers]
    return record_round(
        found.pk,
        RoundFacts(held_on=on, who="我方/王总", offers=said, asked=facts.pop("asked", "再降"), **facts),
        by=by,
        now=NOW,
        as_of=TODAY,
        is_acknowledged=acknowledged,
    )


def test_it_does_not_begin_until_it_is_ready_or_a_manager_says_why(prepared, rep, manager):
    def begin(by, reason="", *, may):
        return preparing.begin(prepared.pk, by=by, now=NOW, as_of=TODAY, reason=reason, may_override=may)

    with pytest.raises(UnableToNegotiate, match="NOT_READY"):
        begin(rep, may=False)
    with pytest.raises(UnableToNegotiate, match="OVERRIDE_NOT_YOURS"):
        begin(rep, "we know them", may=False)
    started = begin(manager, "we know them", may=True)
    assert started.missing == ["KEY_PEOPLE", "SOLUTION", "DATES", "MODE"]
    assert AuditEntry.objects.get(action="negotiation.begin").reason == "we know them"


def test_one_negotiation_is_open_about_an_opportunity(prepared, opportunity, manager):
    assert preparing.open_negotiation(opportunity, by=manager, now=NOW) == prepared
    Opportunity.objects.filter(pk=opportunity.pk).update(state="WON", closed_on=TODAY)
    opportunity.refresh_from_db()
    with pytest.raises(UnableToNegotiate, match="OPPORTUNITY_CLOSED"):
        preparing.open_negotiation(opportunity, by=manager, now=NOW)


def test_how_we_got_here_does_not_contradict_itself(prepared, manager):
    with pytest.raises(UnableToNegotiate, match="TENDER_HAS_RIVALS"):
        preparing.keep_preconditions(prepared.pk, facts={"route": "TENDER", "suppliers": 3}, by=manager, now=NOW)
    assert Negotiation.objects.get().route == ""


def test_an_issue_that_cannot_be_scored_is_refused_with_every_reason(prepared, manager):
    wrong = preparing.IssueFacts("价格", 5, 9, 5, 1, 1, 1)
    with pytest.raises(UnableToNegotiate) as refusal:
        preparing.keep_issue(prepared.pk, wrong, by=manager, now=NOW)
    assert refusal.value.codes == ("OUR_ENDS_EQUAL", "THEIR_ENDS_EQUAL", "ISSUE_TWICE")


def test_a_round_before_the_beginning_is_refused(prepared, manager):
    with pytest.raises(UnableToNegotiate, match="NOT_RUNNING"):
        keep(prepared, manager)


def test_warnings_are_read_before_the_round_is_kept_and_stay_with_it(running, rep):
    offer = ("价格", Side.US, 985, "")
    with pytest.raises(WarningsNotSeen) as refusal:
        keep(running, rep, offer)
    assert [one.code for one in refusal.value.found] == ["UNCONDITIONAL"]
    assert not running.rounds.exists()
    kept = keep(running, rep, offer, acknowledged=True)
    assert [one["code"] for one in kept.warnings] == ["UNCONDITIONAL"]
    quiet = keep(running, rep, ("价格", Side.THEM, 910, ""), ("价格", Side.US, 980, "新店端架"))
    assert (quiet.number, quiet.warnings) == (2, [])
    assert phase_now(running, as_of=TODAY).phase == "MIDDLE"


def test_a_round_pushes_what_it_shows_into_the_funnel(running, rep, opportunity):
    through = date(2026, 8, 20)
    keep(running, rep, deadline=through, price_objection=True, contract_form="THEIRS", terms_argued=True)
    found = {one.criterion: one for one in GateEvidence.objects.filter(source_kind="NEGOTIATION")}
    assert set(found) == {"dated_negotiation", "price_objection", "their_contract_form", "delivery_or_payment_argued"}
    assert found["dated_negotiation"].ends_before == through + timedelta(days=1)
    assert found["price_objection"].subject_kind == "negotiation"
    assert Negotiation.objects.get().deadline == through


def test_rounds_are_kept_in_their_order_and_not_twice_at_once(running, rep):
    keep(running, rep)
    with pytest.raises(UnableToNegotiate, match="ROUND_BEFORE_LAST"):
        keep(running, rep, on=TODAY - timedelta(days=1))
    with pytest.raises(UnableToNegotiate, match="ROUND_IN_FUTURE"):
        keep(running, rep, on=TODAY + timedelta(days=1))
    with pytest.raises(UnableToNegotiate, match="CHANGED_MEANWHILE"):
        facts = RoundFacts(held_on=TODAY, who="x", asked="x")
        record_round(running.pk, facts, by=rep, now=NOW, as_of=TODAY, seen_number=0)


def granted(found, level, by):
    number = issue(found, "价格").pk
    from keytally.approvals import definitions
    from keytally.people.models import Position

    rules = definitions.used("walk_away", as_of=TODAY, now=NOW)
    place = Position.objects.first()
    return Request.objects.create(
        kind="walk_away", rules=rules, requester=by, position=place, subject_position=place, subject_kind=ISSUE,
        subject_id=number, title="x", facts={"level": level}, content_hash="x", state="APPROVED", submitted_at=NOW,
        ended_at=NOW,
    )  # fmt: skip


@pytest.fixture
def place(manager):
    from keytally.people.rules.organisation import UnitKind
    from keytally.people.rules.template import (
        HoldingPlan,
        OrganisationPlan,
        UnitPlan,
        default_template,
        plan_organisation,
    )
    from keytally.people.services.setup import set_up

    plan = plan_organisation((UnitPlan("HQ", UnitKind.HEAD_OFFICE, "总部", "HQ"),), template=default_template())
    boss = person("boss", Role.EXECUTIVE)
    held = [HoldingPlan(code, boss.pk) for code in ("HQ-GM", "HQ-SD", "HQ-NKM")]
    held.append(HoldingPlan("HQ-CM", manager.pk))
    whole = OrganisationPlan(plan.units, plan.positions, plan.lines, tuple(held))
    set_up(whole, starts_on=TODAY - timedelta(days=30), by=None, now=NOW)
    return boss


def test_the_walk_away_is_passed_only_with_an_approval_that_goes_so_far(running, rep, manager, place):
    def offer(level):
        return keep(running, rep, ("价格", Side.US, level, "全部门店端架"), acknowledged=True)

    with pytest.raises(UnableToNegotiate, match="WALK_AWAY_PASSED"):
        offer(935)
    granted(running, 930, manager)
    with pytest.raises(UnableToNegotiate, match="WALK_AWAY_PASSED"):
        offer(925)
    assert "WALK_AWAY_PASSED" in [one["code"] for one in offer(935).warnings]


def test_a_manager_asks_to_go_beyond_and_the_engine_routes_it(running, manager, place):
    price = issue(running, "价格")
    with pytest.raises(UnableToNegotiate, match="WITHIN_WALK_AWAY"):
        ending.ask_beyond(price, level=950, reason="x", by=manager, now=NOW)
    request = ending.ask_beyond(price, level=930, reason="rival at 92", by=manager, now=NOW)
    assert (request.kind, request.state, request.subject_id) == ("walk_away", "RUNNING", price.pk)
    assert ending.ask_beyond(price, level=930, reason="rival at 92", by=manager, now=NOW) == request


def test_a_deal_freezes_the_package_and_writes_the_debrief(running, manager, opportunity):
    levels = {one.pk: level for one, level in zip(running.issues.all(), (960, 1, 45), strict=True)}
    use = ending.use_tactic(running.pk, tactic="TRADE", note="", by=manager, now=NOW)
    ending.end_tactic(use, result="HELPED", by=manager, now=NOW)
    with pytest.raises(UnableToNegotiate, match="LEVEL_MISSING"):
        ending.deal(running.pk, levels={}, note="x", debrief=DEBRIEF, by=manager, now=NOW)
    with pytest.raises(UnableToNegotiate, match="WALK_AWAY_PASSED"):
        beyond = {**levels, issue(running, "价格").pk: 930}
        ending.deal(running.pk, levels=beyond, note="x", debrief=DEBRIEF, by=manager, now=NOW)
    done = ending.deal(running.pk, levels=levels, note="签意向", debrief=DEBRIEF, by=manager, now=NOW)
    assert [one["text"] for one in done.agreed] == ["96.0 元", "区域", "45 天"]
    entry = PlaybookEntry.objects.get()
    assert (entry.kind, entry.outcome, entry.node_id) == ("CASE", "WON", opportunity.account_id)
    assert {one.code for one in entry.tags.all()} == {"NEGOTIATION", "TRADE"}
    assert records()["TRADE"].helped == 1
    with pytest.raises(UnableToNegotiate, match="ENDED"):
        keep(running, manager)
    opportunity.refresh_from_db()
    assert opportunity.state == "OPEN"


def test_lost_and_stopped_go_to_the_opportunity(running, manager, opportunity):
    facts = {"reason": "PRICE", "note": "rival cheaper", "debrief": DEBRIEF, "by": manager, "now": NOW}
    with pytest.raises(UnableToNegotiate, match="FUNNEL_REFUSED"):
        ending.stop(running.pk, look_again_on=TODAY, **facts)
    assert Negotiation.objects.get().state == "RUNNING"
    ending.lose(running.pk, lost_to="华联", **facts)
    opportunity.refresh_from_db()
    assert (opportunity.state, opportunity.lost_to) == ("LOST", "华联")
    assert PlaybookEntry.objects.get().outcome == "LOST"


def test_the_picture_agrees_with_the_rules(prepared):
    picture = picture_of(prepared)
    assert picture.frontier and picture.fairest and not picture.gaps
    assert all(one in picture.frontier for one in picture.fairest)
    assert all(swap.our_gain >= 0 and swap.their_gain >= 0 for swap in picture.swaps)


def test_changes_of_an_issue_under_way_need_a_reason(running, rep, manager):
    keep(running, rep, ("价格", Side.US, 990, "端架"))
    price = issue(running, "价格")
    with pytest.raises(UnableToNegotiate, match="REASON_MISSING"):
        preparing.keep_issue(running.pk, PRICE, by=manager, now=NOW, issue_id=price.pk)
    with pytest.raises(UnableToNegotiate, match="ISSUE_IN_USE"):
        preparing.drop_issue(price, by=manager, now=NOW)


def test_who_may_not_see_the_opportunity_sees_no_negotiation(prepared, rep, manager):
    from keytally.core.roles import Role

    other = person("other", Role.SALES_REP)
    assert [visible_to(who, TODAY).count() for who in (rep, manager, other)] == [1, 1, 0]


def test_walk_aways_leave_the_house_as_dots_for_whom_they_are_not(prepared, rep, manager, tmp_path, client):
    from keytally.exchange.marked import Mark

    def taken(who):
        file = tmp_path / f"{who.username}.csv"
        offer = offer_of(listing("negotiation_issues"), person=who, as_of=TODAY, asked={})
        offer.write(file, "csv", Mark(taken_by="x", line="x"))
        return file.read_text("utf-8-sig")

    assert "94.0 元" in taken(manager) and "•••" not in taken(manager)
    assert "94.0 元" not in taken(rep) and "•••" in taken(rep)
    client.force_login(rep)
    page = client.get(f"/negotiation/{prepared.pk}/").content.decode()
    assert "94.0 元" not in page and "100.0 元" in page
    client.force_login(manager)
    assert "94.0 元" in client.get(f"/negotiation/{prepared.pk}/").content.decode()


def test_pages_refuse_and_keep_what_was_typed(prepared, manager, client):
    client.force_login(manager)
    said = {"name": "返利", "unit": "%", "our_opening": "1", "our_target": "2", "our_walk_away": "x"}
    said |= {
        "their_opening": "6",
        "their_target": "4",
        "their_walk_away": "2",
        "our_weight": "20",
        "their_weight": "30",
    }
    answer = client.post(f"/negotiation/{prepared.pk}/mandate/issue/", {**said, "step": "0.5"})
    assert answer.status_code == 422 and "is no figure" in answer.content.decode()
    answer = client.post(f"/negotiation/{prepared.pk}/mandate/issue/", {**said, "our_walk_away": "3.5", "step": "0.5"})
    assert answer.status_code == 302
    kept = issue(prepared, "返利")
    assert (kept.decimals, kept.our_walk_away, kept.step) == (1, 35, 5)
    for path in ("edit/preconditions", "edit/person", "edit/marks", "edit/comparison", "edit/tactic", "edit/deal",
                 "edit/lost", "edit/stopped", "mandate/alternatives", "round"):  # fmt: skip
        assert client.get(f"/negotiation/{prepared.pk}/{path}/").status_code == 200, path
    for path in ("", "tactics/", "tactics/TRADE/", "pattern/", f"issues/{kept.pk}/", f"issues/{kept.pk}/beyond/"):
        assert client.get(f"/negotiation/{path}").status_code == 200, path


def test_the_form_of_a_round_warns_then_keeps(prepared, manager, client):
    ready(prepared, manager)
    client.force_login(manager)
    assert client.post(f"/negotiation/{prepared.pk}/begin/").status_code == 302
    price = issue(prepared, "价格")
    said = {"held_on": "2026-08-03", "who": "王总", f"us_{price.pk}": "98.5", "seen_number": "0"}
    answer = client.post(f"/negotiation/{prepared.pk}/round/", said)
    assert answer.status_code == 422 and "nothing is asked in return" in answer.content.decode()
    assert client.post(f"/negotiation/{prepared.pk}/round/", {**said, "acknowledged": "1"}).status_code == 302
    assert "nothing is asked in return" in client.get(f"/negotiation/{prepared.pk}/").content.decode()


def test_a_tactic_is_changed_from_a_day_on(manager, client):
    from keytally.negotiation.rule_data import tactic_texts

    client.force_login(manager)
    text = tactic_texts(as_of=TODAY)["DEADLINE"]
    said = {name: what for name, what in text.items() if name != "code"}
    said |= {"phases": ["MIDDLE"], "starts_on": "2030-01-01", "reason": "ours"}
    assert client.post("/negotiation/tactics/DEADLINE/", said).status_code == 302
    assert tactic_texts(as_of=date(2030, 1, 1))["DEADLINE"]["phases"] == ["MIDDLE"]
    assert tactic_texts(as_of=TODAY)["DEADLINE"]["phases"] == ["LATE"]
