"""Scores, concentration, merging, keepers, practice: services and their pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from keytally.accounts.labels import PlanStep, PromiseKind, PromiseState
from keytally.accounts.models import AccountNode, LegalParty, ScoreRecord
from keytally.accounts.queries import pages
from keytally.accounts.queries.duplicates import pairs
from keytally.accounts.queries.scores import dependence
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.rule_data import decay, weights
from keytally.accounts.rules.four_bigs import Part
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import CreditGrade, Tier
from keytally.accounts.services import figures, keepers, merging, practice, standing
from keytally.accounts.services.classes import set_tier
from keytally.core.clock import business_date
from keytally.kernel.periods import Period

from .conftest import NOW, TODAY, add, person


def measured(node, amount, measure="SALES", month="2026-06"):
    return figures.Measured(node.pk, measure, Period.month(month), amount, "test", "CNY")


def test_a_score_without_data_says_so(cast):
    figures.score_accounts(as_of=TODAY)
    assert ScoreRecord.objects.get(node=cast.stranger).points is None


def test_scores_come_from_the_stores_and_are_kept_once(cast):
    figures.record_measures([measured(cast.store, 900_00), measured(cast.stranger, 100_00)], now=NOW)
    assert figures.score_accounts(as_of=TODAY) == 2
    assert figures.score_accounts(as_of=TODAY) == 0
    record = ScoreRecord.objects.get(node=cast.chain)
    assert record.parts[0]["points"] == 100
    assert [part["source"] for part in record.parts] == ["DATA", "NO_DATA", "DATA", "NO_DATA"]


def test_a_measure_sent_again_takes_the_place_of_the_first(cast):
    figures.record_measures([measured(cast.store, 100)], now=NOW)
    figures.record_measures([measured(cast.store, 250)], now=NOW)
    assert cast.store.measures.get().figure == 250


def test_a_judgement_needs_a_reason_and_makes_a_score(cast, director):
    with pytest.raises(UnableToKeepAccount, match="REASON_MISSING"):
        figures.judge_part(cast.chain, part=Part.POTENTIAL, points=70, reason=" ", by=director, on=TODAY, now=NOW)
    figures.judge_part(cast.chain, part=Part.POTENTIAL, points=70, reason="grows", by=director, on=TODAY, now=NOW)
    figures.score_accounts(as_of=TODAY)
    record = ScoreRecord.objects.filter(node=cast.chain).first()
    assert record.parts[3]["points"] == 70


def test_concentration_counts_chains_not_stores(cast):
    figures.record_measures(
        [measured(cast.store, 60), measured(cast.other_store, 20), measured(cast.stranger, 20)], now=NOW
    )
    found = dependence("SALES", as_of=TODAY, nodes=AccountNode.objects.all())
    assert [(step.account, step.figure) for step in found.whole.steps] == [(cast.chain.pk, 80), (cast.stranger.pk, 20)]
    assert found.regions[0][:2] == ("上海市", (cast.chain.name,))


def test_amounts_of_another_currency_are_named_and_not_added(client, cast, director):
    dollars = figures.Measured(cast.stranger.pk, "SALES", Period.month("2026-06"), 90_000, "test", "USD")
    figures.record_measures([measured(cast.store, 60), measured(cast.chain, 40), dollars], now=NOW)
    found = dependence("SALES", as_of=TODAY, nodes=AccountNode.objects.all())
    assert [(step.account, step.figure) for step in found.whole.steps] == [(cast.chain.pk, 100)]
    assert (found.nowhere, found.other_currencies) == (40, ("USD",))


def test_duplicates_are_merged_and_the_merge_is_undone(client, cast, director):
    twin = add(NodeKind.STORE, "永盛（中山）分店", parent=cast.company, address="上海市长宁区中山西路1号")
    (pair,) = pairs(director, as_of=TODAY)
    assert {pair.first.pk, pair.second.pk} == {cast.store.pk, twin.pk}
    client.force_login(director)
    client.post(reverse("accounts:merge"), {"kept": cast.store.pk, "alias": twin.pk})
    assert client.get(reverse("accounts:show", args=[twin.pk])).url == reverse("accounts:show", args=[cast.store.pk])
    assert pairs(director, as_of=TODAY) == []
    merge = twin.__class__.objects.get(pk=cast.store.pk).merges.get()
    client.post(reverse("accounts:undo_merge", args=[merge.pk]))
    assert AccountNode.objects.get(pk=twin.pk).merged_into is None
    client.post(reverse("accounts:merge"), {"kept": cast.store.pk, "alias": twin.pk, "answer": "two"})
    assert pairs(director, as_of=TODAY) == []


def test_an_account_of_tier_a_needs_a_named_person_with_a_deputy(cast, director, rep):
    set_tier(cast.chain, year=2026, tier=Tier.A, by=director, now=NOW)
    assert pages.keepers(cast.chain, as_of=TODAY, tier=Tier.A).gaps == ("NO_DEDICATED_PERSON", "NO_DEPUTY")
    with pytest.raises(UnableToKeepAccount, match="DEPUTY_IS_SAME"):
        keepers.set_dedicated(cast.chain, person=rep, deputy=rep, starts_on=TODAY, by=director, now=NOW)
    deputy = person("deputy", [])
    keepers.set_dedicated(cast.chain, person=rep, deputy=deputy, starts_on=TODAY, by=director, now=NOW)
    assert pages.keepers(cast.chain, as_of=TODAY, tier=Tier.A).gaps == ()


def test_who_keeps_a_chain_keeps_its_companies_too_as_long_as_they_are_there(cast, director, rep):
    set_tier(cast.chain, year=2026, tier=Tier.A, by=director, now=NOW)
    deputy = person("deputy", [])
    keepers.set_dedicated(cast.chain, person=rep, deputy=deputy, starts_on=TODAY, by=director, now=NOW)
    assert pages.keepers(cast.company, as_of=TODAY, tier=Tier.A).gaps == ()
    keepers.set_dedicated(cast.company, person=deputy, deputy=None, starts_on=TODAY, by=director, now=NOW)
    assert pages.keepers(cast.company, as_of=TODAY, tier=Tier.A).gaps == ("NO_DEPUTY",)
    rep.is_active = False
    rep.save()
    assert pages.keepers(cast.chain, as_of=TODAY, tier=Tier.A).gaps == ("NO_DEDICATED_PERSON",)


def test_what_was_promised_to_an_alias_shows_at_the_account_that_was_kept(cast, director):
    pledge = practice.Pledge(PromiseKind.SPEND, "display money", "two end caps", date(2026, 9, 1))
    given = practice.promise(cast.other_store, pledge=pledge, owner=director, by=director, on=TODAY, now=NOW)
    merging.merge(cast.store, alias=cast.other_store, reason="one door", by=director, now=NOW)
    assert pages.promises(cast.store) == [given]


def test_a_promise_asks_in_return_and_is_answered_once(cast, director):
    def pledge(asked):
        return practice.Pledge(PromiseKind.SPEND, "display money", asked, date(2026, 9, 1))

    with pytest.raises(UnableToKeepAccount):
        practice.promise(cast.chain, pledge=pledge(""), owner=director, by=director, on=TODAY, now=NOW)
    given = practice.promise(cast.chain, pledge=pledge("two end caps"), owner=director, by=director, on=TODAY, now=NOW)
    practice.answer_promise(given, state=PromiseState.BROKEN, evidence="no budget", by=director, on=TODAY, now=NOW)
    with pytest.raises(UnableToKeepAccount, match="ALREADY_ANSWERED"):
        practice.answer_promise(given, state=PromiseState.KEPT, evidence="yes", by=director, on=TODAY, now=NOW)


def test_a_step_of_the_plan_is_done_with_evidence(cast, director):
    said = {"owner": director, "due_on": None, "done_on": TODAY, "by": director, "now": NOW}
    with pytest.raises(UnableToKeepAccount, match="STEP_NEEDS_EVIDENCE"):
        practice.set_development_step(cast.chain, step=PlanStep.MAP, evidence="", **said)
    with pytest.raises(UnableToKeepAccount, match="EVIDENCE_IN_FUTURE"):
        tomorrow = {**said, "done_on": TODAY + timedelta(days=1)}
        practice.set_development_step(cast.chain, step=PlanStep.MAP, evidence="map drawn", **tomorrow)
    practice.set_development_step(cast.chain, step=PlanStep.MAP, evidence="map drawn", **said)
    assert [step for step, kept in pages.development(cast.chain) if kept] == [PlanStep.MAP]


def test_a_store_settles_as_its_chain_does_from_a_day_on(cast, director):
    first = [practice.Item(5, "交对账单"), practice.Item(None, "开票")]
    practice.set_procedure(cast.chain, items=first, starts_on=date(2026, 1, 1), by=director, now=NOW)
    practice.set_procedure(cast.chain, items=first[:1], starts_on=date(2026, 8, 1), by=director, now=NOW)
    assert pages.procedure_on(cast.store, as_of=date(2026, 7, 31)).steps.count() == 2
    assert pages.procedure_on(cast.store, as_of=TODAY).steps.count() == 1


@pytest.mark.parametrize("name", ["concentration", "duplicates", "classes", "imports", "map", "list"])
def test_every_page_opens(client, cast, director, name):
    figures.record_measures([measured(cast.store, 900_00), measured(cast.stranger, -5)], now=NOW)
    client.force_login(director)
    client.post(reverse("accounts:score"))
    assert client.get(reverse(f"accounts:{name}")).status_code == 200


def test_the_box_finds_accounts(client, cast, director):
    client.force_login(director)
    page = client.get(reverse("search"), {"q": "zss"})
    assert page.status_code == 200
    page = client.get(reverse("search"), {"q": "zsd"}, headers={"HX-Request": "true"})
    assert "永盛中山店" in page.content.decode()


def test_classes_are_data(client, cast, director):
    client.force_login(director)
    client.post(reverse("accounts:classes"), {"axis": "format", "name_zh": "折扣店", "name_en": "Discounter"})
    assert "Discounter" in client.get(reverse("accounts:edit", args=[cast.store.pk, "classes"])).content.decode()


RULES = {"decay_days": 60, "warning_days": 7, "reason": "faster", "weight_VOLUME": 40, "weight_PROFIT": 30}


def test_the_rules_change_from_a_day_on_and_have_to_fit(client, cast, director):
    client.force_login(director)
    today = business_date(datetime.now(UTC))
    said = {**RULES, "weight_STRENGTH": 20, "weight_POTENTIAL": 20, "starts_on": today.isoformat()}
    page = client.post(reverse("accounts:rules"), said)
    assert page.status_code == 422
    assert "add up to 100" in page.content.decode()
    assert client.post(reverse("accounts:rules"), {**said, "weight_POTENTIAL": 10}).status_code == 302
    assert weights(as_of=today)[Part.VOLUME] == 40
    assert decay(as_of=today).days == 60
    assert weights(as_of=today - timedelta(days=1))[Part.VOLUME] == 25


def test_the_credit_grade_is_dated_and_asks_for_a_dedicated_person_too(cast, director):
    def gaps(node):
        tier, _of_chain = pages.tier_of(node, year=TODAY.year)
        grade, _of_chain = pages.credit_grade_of(node, as_of=TODAY)
        return pages.keepers(node, as_of=TODAY, tier=tier, grade=grade).gaps

    assert gaps(cast.chain) == ()
    said = {"source": standing.BY_HAND, "by": director, "now": NOW}
    standing.record_credit_grade(cast.chain, grade=CreditGrade.B, starts_on=date(2026, 1, 1), **said)
    standing.record_credit_grade(cast.chain, grade=CreditGrade.A, starts_on=date(2026, 7, 1), **said)
    assert gaps(cast.chain) == ("NO_DEDICATED_PERSON", "NO_DEPUTY")
    assert pages.credit_grade_of(cast.store, as_of=date(2026, 6, 30)) == (CreditGrade.B, True)
    with pytest.raises(UnableToKeepAccount, match="GRADE_NOT_LATER"):
        standing.record_credit_grade(cast.chain, grade=CreditGrade.D, starts_on=date(2026, 7, 1), **said)


def test_a_store_asks_for_a_person_only_for_a_grade_of_its_own(client, cast, director):
    said = {"source": standing.BY_HAND, "by": director, "now": NOW, "starts_on": date(2026, 1, 1)}
    client.force_login(director)

    def is_asked():
        return (
            "needs one dedicated person" in client.get(reverse("accounts:show", args=[cast.store.pk])).content.decode()
        )

    standing.record_credit_grade(cast.chain, grade=CreditGrade.A, **said)
    assert not is_asked()
    standing.record_credit_grade(cast.store, grade=CreditGrade.A, **said)
    assert is_asked()


def test_who_links_an_account_to_a_known_company_overwrites_nothing_of_it(cast, director):
    known = {"name": "永盛商业有限公司", "tax_id": "91110000600037341L", "bank_account": "6222"}
    said = {"name": "永盛中山店", "tax_id": "91110000600037341L", "bank_account": "", "bank_name": "工商银行"}
    standing.keep_law(cast.head, facts=known, by=director, now=NOW)
    party = standing.keep_law(cast.store, facts=said, by=director, now=NOW)
    assert (party.name, party.bank_account, party.bank_name) == ("永盛商业有限公司", "6222", "工商银行")
    assert standing.keep_law(cast.store, facts=said, by=director, now=NOW).name == "永盛中山店"


def test_the_pages_keep_law_credit_servers_and_merges(client, cast, director):
    client.force_login(director)

    def post(what, said, node=cast.store):
        return client.post(reverse("accounts:edit", args=[node.pk, what]), said)

    law = {"name": "永盛商业有限公司", "tax_id": "91110000600037341L", "registered_capital_minor": "5000000"}
    assert post("law", {**law, "tax_id": "91110000600037341X"}).status_code == 422
    assert post("law", law).status_code == post("law", law, cast.head).status_code == 302
    party = LegalParty.objects.get()
    assert (party.registered_capital_minor, party.nodes.count()) == (500_000_000, 2)
    assert post("law", {**law, "name": "永盛商业集团", "tax_id": ""}, cast.chain).status_code == 302
    assert LegalParty.objects.count() == 2
    wrong = {"layers": "上海某商贸 120"}
    assert post("servers", wrong).status_code == 422
    lines = "上海某商贸 12.5\n社区批发"
    said = {"supplied_by": "上海某商贸", "served_from": cast.dc.code, "layers": lines}
    assert post("servers", said).status_code == 302
    store = AccountNode.objects.get(pk=cast.store.pk)
    assert (store.supplied_by.name, store.served_from, store.supply_layers) == ("上海某商贸", cast.dc, 2)
    assert [one.margin_ppm for one in store.layers.all()] == [125_000, None]
    assert post("credit", {"grade": "A", "starts_on": "2026-01-01"}, cast.chain).status_code == 302
    twin = add(NodeKind.STORE, "永盛老店", parent=cast.company)
    assert post("merge", {"alias": twin.code, "reason": "renamed"}).status_code == 302
    assert AccountNode.objects.get(pk=twin.pk).merged_into == cast.store
    text = client.get(reverse("accounts:show", args=[cast.store.pk])).content.decode()
    assert all(word in text for word in ("takes 12.5 %", "永盛商业有限公司", "A: goods on credit"))
