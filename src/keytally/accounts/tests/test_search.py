"""Two characters, pinyin, initials, codes, people and phones find an account, as far as one may see it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keytally.accounts.labels import CodeSide, GrantKind
from keytally.accounts.queries import search
from keytally.accounts.queries.reach import visible_to
from keytally.accounts.queries.search import find_accounts
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.keepers import end_grant, give_over, grant
from keytally.core.search import found, index_words, query_words

from .conftest import NOW, TODAY, add


def names(who, text):
    return [node.name_zh for node in find_accounts(who, text, as_of=TODAY, most=20)]


@pytest.fixture
def known(cast, director):
    add_code(cast.store, side=CodeSide.THEIRS, code="SH-0071", by=director, now=NOW)
    facts = {"name": "王建国", "decision_role": "BUYER", "phone": "+86 138 0013 8000", "weight": 20}
    add_contact(cast.store, facts=facts, holder=None, by=director, now=NOW)
    return cast


@pytest.mark.parametrize(
    "text", ["中山", "山店", "zhongshan", "zsd", "SH-0071", "sh0071", "0071", "王建国", "wjg", "13800138000", "1380013"]
)
def test_it_finds_a_store(known, director, text):
    assert names(director, text) == ["永盛中山店"]


@pytest.mark.parametrize(
    ("text", "named"), [("王建国", True), ("wjg", True), ("1380013", True), ("中山", False), ("0071", False)]
)
def test_it_says_by_whom_an_account_was_found(known, director, text, named):
    (hit,) = [one for one in found(director, text, as_of=TODAY, most=20) if one.label == "永盛中山店"]
    assert ("王建国" in hit.detail) is (text not in {"中山", "0071"})


@pytest.mark.parametrize(
    "text",
    ["家乐福古北", "家乐福(古北店)", "古北店", "jialefugubei", "JLFGB", "138 0013 8000", "(021)6666 8888", "66668888"],
)
def test_signs_within_a_name_or_a_number_hinder_nobody(known, director, text):
    store = add(NodeKind.STORE, "家乐福（古北店）", parent=known.company, phone="021-6666 8888")
    facts = {"name": "欧阳", "decision_role": "BUYER", "phone": "+86 138-0013-8000", "weight": 20}
    add_contact(store, facts=facts, holder=None, by=director, now=NOW)
    assert "家乐福（古北店）" in names(director, text)


def test_what_was_typed_is_all_asked_for(known, director):
    assert names(director, "永盛 重庆") == ["永盛重庆路店"]
    assert names(director, "永盛 北京") == []
    assert names(director, "chongqing") == ["永盛重庆路店"]


def test_the_chain_comes_before_its_stores(known, director):
    assert names(director, "永盛")[0] == "永盛超市"
    assert names(director, "yongsheng")[0] == "永盛超市"


def test_a_code_typed_in_full_width_comes_first_too(known, director):
    add_code(known.chain, side=CodeSide.THEIRS, code="SH-00712", by=director, now=NOW)
    assert names(director, known.store.code)[0] == "永盛中山店"
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in known.store.code)
    assert names(director, wide)[0] == "永盛中山店"


def test_nothing_to_look_for_finds_nothing(known, director):
    assert names(director, "") == []
    assert names(director, "'\"*&|()!") == []


@pytest.mark.parametrize("text", ["中山'店", 'a"b', "(中山", "中山:*", "!中", "a & b", "\\", "NEAR(中山)", "%", "🙂"])
def test_no_text_breaks_the_index(known, director, text):
    names(director, text)


@pytest.fixture(params=["few owners are told apart by the index", "many by the accounts it finds"])
def each_way(request, monkeypatch):
    if request.param.startswith("many"):
        monkeypatch.setattr(search, "FEW", 0)


@pytest.mark.usefixtures("each_way")
def test_people_find_only_what_they_may_see(known, rep, director):
    assert names(rep, "中山") == []
    give_over(known.store, to=rep, by=director, now=NOW, reason="hers now")
    assert names(rep, "中山") == ["永盛中山店"]
    assert names(rep, "重庆") == []


@pytest.mark.usefixtures("each_way")
def test_a_grant_lets_in_on_all_below_and_ends(known, rep, director):
    given = grant(
        known.chain,
        person=rep,
        kind=GrantKind.READ,
        starts_on=TODAY,
        ends_before=None,
        reason="stands in",
        by=director,
        now=NOW,
    )
    assert len(names(rep, "永盛")) == 6
    assert visible_to(rep, as_of=TODAY, permission="accounts.relate").count() == 0
    end_grant(given, on=TODAY, by=director, now=NOW)
    assert names(rep, "永盛") == []


def test_a_search_takes_a_constant_number_of_queries(known, director):
    names(director, "永盛")
    with CaptureQueriesContext(connection) as few:
        names(director, "中山")
    with CaptureQueriesContext(connection) as many:
        names(director, "永盛")
    assert len(few) == len(many) <= 3


def test_words_are_cut_alike_when_kept_and_when_asked():
    words = set(index_words("SH-0071", names=("沃尔玛（杨行店）",)).split())
    assert set(query_words("沃尔玛")) <= words
    assert {"wem", "woerma", "sh0071", "yanghangdian"} <= words
