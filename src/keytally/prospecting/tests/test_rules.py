import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.kernel.money import Money
from keytally.prospecting.rules import cadence, fit, searches
from keytally.prospecting.rules.capture import UnableToCapture, capture
from keytally.prospecting.rules.fit import Advice, FitFacts, FitRules, Trigger
from keytally.prospecting.rules.likeness import Company, Shared, domain_of, is_sure, shared
from keytally.prospecting.rules.preparation import DEFAULT_ITEMS, needs_counter_plan, prepared
from keytally.prospecting.rules.sources import Family, LeadSource, family
from keytally.prospecting.rules.yields import Yield

RULES = FitRules(capacity_minor=100_000_00)
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
ALL = FitFacts(
    triggers=frozenset(Trigger),
    are_triggers_known=True,
    volume_minor=90_000_00,
    deal_minor=10_000_00,
    budget_minor=10_000_00,
    substitutes=("茶饮",),
)


@pytest.mark.parametrize(
    ("facts", "points", "code", "advice"),
    [
        # P02: any of the four situations speaks for the lead, a second one louder, a third adds nothing.
        (FitFacts(triggers=frozenset({Trigger.UNHAPPY})), 30, "TRIGGERS", Advice.LOOK_INTO),
        (FitFacts(triggers=frozenset({Trigger.UNHAPPY, Trigger.IMPORTS})), 40, "TRIGGERS", Advice.LOOK_INTO),
        (FitFacts(triggers=frozenset(Trigger)), 40, "TRIGGERS", Advice.LOOK_INTO),
        (FitFacts(are_triggers_known=True), 0, "NO_TRIGGER", Advice.LOOK_INTO),
        (FitFacts(), 0, "TRIGGER_UNKNOWN", Advice.LOOK_INTO),
        # P03: a small supplier does not start with a giant.
        (FitFacts(volume_minor=100_000_00), 25, "SIZE_FITS", Advice.LOOK_INTO),
        (FitFacts(volume_minor=150_000_00), 10, "SIZE_STRETCH", Advice.LOOK_INTO),
        (FitFacts(volume_minor=150_000_01), 0, "TOO_LARGE", Advice.LEAVE),
        # P08: the budget of the buying unit, not the name above its door; 100,000 a year in the source.
        (FitFacts(budget_minor=100_000_00, deal_minor=100_000_00), 25, "BUDGET_FITS", Advice.LOOK_INTO),
        (FitFacts(budget_minor=99_999_99, deal_minor=100_000_00), 0, "BUDGET_SHORT", Advice.LEAVE),
        (FitFacts(deal_minor=100_000_00), 0, "BUDGET_UNKNOWN", Advice.LOOK_INTO),
        (FitFacts(substitutes=("气泡水",)), 10, "SUBSTITUTES_NAMED", Advice.LOOK_INTO),
        (ALL, 100, "TRIGGERS", Advice.WORK),
    ],
)
def test_a_lead_scores_as_its_facts_say_and_says_why(facts, points, code, advice):
    found = fit.fit(facts, rules=RULES)
    assert (found.points, found.advice) == (points, advice)
    assert code in {reason.code for reason in found.reasons}
    assert sum(reason.of for reason in found.reasons) == 100


@given(
    triggers=st.frozensets(st.sampled_from(Trigger)),
    volume=st.none() | st.integers(0, 10**12),
    deal=st.none() | st.integers(0, 10**12),
    budget=st.none() | st.integers(0, 10**12),
    names=st.lists(st.text(min_size=1, max_size=5), max_size=3),
)
def test_points_stay_between_0_and_100_and_never_above_what_is_known(triggers, volume, deal, budget, names):
    facts = FitFacts(triggers, bool(triggers), volume, deal, budget, tuple(names))
    found = fit.fit(facts, rules=RULES)
    assert 0 <= found.points <= found.known <= 100
    assert found == fit.fit(facts, rules=RULES)
    for more in Trigger:
        assert fit.fit(replace(facts, triggers=triggers | {more}), rules=RULES).points >= found.points


def test_a_lead_is_never_left_for_what_nobody_has_asked_yet():
    assert fit.fit(FitFacts(), rules=replace(RULES, leave_below=60)).advice is Advice.LOOK_INTO


def test_whose_turn_it_is_begins_with_leads_nobody_has_planned():
    today = date(2026, 9, 10)
    standings = [
        cadence.Standing(None, None, 10, False),
        cadence.Standing(date(2026, 9, 1), None, 90, True),
        cadence.Standing(date(2026, 9, 8), None, 95, True),
        cadence.Standing(today, None, 80, True),
        cadence.Standing(today, None, 20, False),
        cadence.Standing(date(2026, 9, 12), None, 99, True),
    ]
    ranks = [cadence.turn(one, as_of=today).rank for one in standings]
    assert ranks == sorted(ranks)
    assert cadence.turn(standings[1], as_of=today).reasons[0] == (cadence.CallReason.LATE, 9)
    reviewed = cadence.turn(cadence.Standing(today, date(2026, 9, 9), 80, True), as_of=today)
    assert (cadence.CallReason.REVIEW_PLAN, 1) in reviewed.reasons


@given(
    st.text(alphabet="你好请看新品abc ，。!", min_size=1, max_size=60), st.sampled_from(["王经理", "Mr. Li", "赵总"])
)
def test_a_greeting_alone_does_not_make_a_text_another(text, name):
    other = cadence.fingerprint(f"孙小姐，{text}", names=["孙小姐"])
    assert cadence.fingerprint(f"{name} {text}", names=[name]) == other


def test_notes_are_prompt_within_the_hours_of_the_rules():
    rules = cadence.CadenceRules(notes_hours=4)
    assert cadence.is_prompt(NOW, NOW + timedelta(hours=4), rules=rules)
    assert not cadence.is_prompt(NOW, NOW + timedelta(hours=4, seconds=1), rules=rules)


def test_the_norm_of_no_working_day_is_kept_by_nobody():
    found = cadence.habit({"calls": 3, "visits": 2, "prompt_notes": 1}, working_days=0, rules=cadence.CadenceRules())
    assert (found.calls_ppm, found.prompt_ppm) == (None, 500_000)


def test_preparation_names_what_is_missing_of_what_must_be():
    verdict = prepared(DEFAULT_ITEMS, ticked={"facts", "needs", "questions", "floor", "documents"})
    assert (verdict.passed, verdict.unmet) == (False, ("appointment",))
    assert prepared(DEFAULT_ITEMS, ticked={item.code for item in DEFAULT_ITEMS if item.is_mandatory}).passed
    assert (needs_counter_plan(0, has_plan=False), needs_counter_plan(1, has_plan=False)) == (False, True)


def test_sources_are_information_or_market_as_rows_f04_and_f05_list_them():
    families = [family(source) for source in LeadSource]
    assert families.count(Family.INFORMATION) == 6
    assert family(LeadSource.PRESS) is Family.MARKET


JUICE = searches.Product(("juice",), ("果汁",), {"de": "Fruchtsaft"})


def lists():
    from keytally.prospecting.rule_data import _shipped_searches

    return searches.lists_of(_shipped_searches())


def test_searches_of_all_five_families_are_built_for_the_country_they_name():
    germany = next(one for one in lists().countries if one.code == "DE")
    built = searches.searches(JUICE, countries=[germany], lists=lists())
    assert {one.family for one in built} == set(searches.SearchFamily)
    texts = {one.text for one in built}
    assert '"Fruchtsaft" "@yahoo.de"' in texts
    assert '"juice" importer email' in texts
    assert '"Fruchtsaft" kaufen "@t-online.de"' in texts
    assert all(one.url.startswith(germany.edition.removesuffix("{query}")) for one in built)
    assert len(texts) == len(built)


def test_without_a_name_in_their_language_the_english_one_stands_in_and_says_so():
    japan = next(one for one in lists().countries if one.code == "JP")
    built = searches.searches(JUICE, countries=[japan], lists=lists())
    assert {one.is_local for one in built if one.family is searches.SearchFamily.NATIONAL_EDITION} == {False}


def test_the_shipped_lists_name_the_suffixes_that_row_p07_names():
    suffixes = {suffix for one in lists().countries for suffix in (*one.mail_suffixes, *one.regional_suffixes)}
    wanted = "yahoo.co.jp t-online.de multi-industrie.de wanadoo.fr club-internet.fr candel.co.jp sltnet.lk"
    assert {f"@{one}" for one in f"{wanted} sancharnet.in yandex.ru mail.ru".split()} <= suffixes
    assert "".join(sorted(one.code for one in lists().countries)) == "DEFRGBHKINJPLKNZRUTWUS"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({}, "LIST_EMPTY"),
        ({"countries": [1], "role_words": ["buyer"], "public_suffixes": ["@a.com"]}, "COUNTRY_INCOMPLETE"),
        ({"countries": [{}], "role_words": ["buyer"], "public_suffixes": ["a.com"]}, "SUFFIX_WRONG"),
    ],
)
def test_lists_that_cannot_be_used_say_why(content, code):
    assert code in {fault.code for fault in searches.list_faults(content)}


TABLE = (
    "公司名称\t联系人\t电话\t邮箱\t统一社会信用代码\n"
    "大发超市\t李雷\t021-5555 0001\tli@dafa.cn\t\n"
    "\t无名\t1\t\t\n"
    "好家\t\t\tno mail\t123\n"
)


def test_a_pasted_table_is_read_row_by_row_and_every_row_is_accounted_for():
    found = capture(TABLE)
    assert (found.read, len(found.found), found.rejected) == (3, 1, 2)
    assert dict(found.found[0].facts)["contact_name"] == "李雷"
    assert {(fault.row, fault.code) for fault in found.faults} == {
        (3, "NAME_MISSING"),
        (4, "NO_MAIL"),
        (4, "TAX_ID_WRONG"),
    }


@pytest.mark.parametrize(
    ("text", "code"), [("", "NOTHING_PASTED"), (" \n\t\n", "NOTHING_PASTED"), ("a,b\n1,2\n", "NO_COMPANY_COLUMN")]
)
def test_a_table_that_names_no_company_is_refused_with_the_reason(text, code):
    with pytest.raises(UnableToCapture) as refusal:
        capture(text)
    assert refusal.value.code == code


@given(st.lists(st.lists(st.text(max_size=30), min_size=3, max_size=3), max_size=20))
def test_no_rubbish_in_a_table_is_lost_or_breaks_it(rows):
    text = io.StringIO()
    csv.writer(text, delimiter="\t").writerows([["company", "phone", "email"], *rows])
    found = capture(text.getvalue())
    assert found.read == len(found.found) + found.rejected


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        (Company("大润发", tax_id="A"), Company("别家", tax_id="A"), (Shared.TAX_ID,)),
        (Company("大润发", domain="d.cn"), Company("别家", domain="d.cn"), (Shared.DOMAIN,)),
        (Company("大润发", phones=frozenset({"1"})), Company("别家", phones=frozenset({"1", "2"})), (Shared.PHONE,)),
        (Company("大润发"), Company("大润发"), (Shared.NAME,)),
        (Company("好又多杨浦一二三"), Company("好又多杨浦一二四"), (Shared.ALIKE_NAME,)),
        (Company("大润发"), Company("沃尔玛"), ()),
        (Company(""), Company(""), ()),
    ],
)
def test_two_companies_share_what_they_share(one, other, reasons):
    assert shared(one, other) == shared(other, one) == reasons
    assert is_sure(reasons) == bool(set(reasons) - {Shared.ALIKE_NAME})


def test_an_address_that_anybody_may_have_is_no_domain_of_a_company():
    assert domain_of(email="a@163.com") == domain_of(website="not an address") == ""


def test_each_lead_target_and_win_costs_its_share():
    found = Yield(leads=3, targets=0, won=2, won_amount=Money(0, "CNY"), cost=Money(100, "CNY"))
    assert (found.cost_per_lead, found.cost_per_target, found.cost_per_won) == (
        Money(33, "CNY"),
        None,
        Money(50, "CNY"),
    )
