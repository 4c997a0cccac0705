"""Pages of accounts: list, page, forms; who may, what is refused, and how many queries it takes."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.accounts.labels import CodeSide
from keytally.accounts.models import AccountNode, Contact, PartyRoles
from keytally.accounts.queries import lists
from keytally.accounts.rules.parties import NodeKind
from keytally.accounts.rules.tiers import Tier
from keytally.accounts.services.classes import set_tier
from keytally.accounts.services.codes import add_code
from keytally.accounts.services.contacts import add_contact
from keytally.accounts.services.keepers import give_over
from keytally.accounts.services.merging import merge
from keytally.accounts.services.parties import set_parties
from keytally.accounts.views.edits import EDITS

from .conftest import NOW, TODAY, add


@pytest.fixture
def director_client(client, director):
    client.force_login(director)
    return client


@pytest.fixture
def rep_client(client, rep):
    client.force_login(rep)
    return client


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


def test_the_list_shows_the_tree_and_its_totals(director_client, cast):
    page = director_client.get(url("list"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "Yongsheng" in text and "永盛中山店" in text
    assert "7 accounts, 2 of them stores" in text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("text=中山", 1),
        ("text=zss", 0),
        ("kind=STORE", 2),
        ("kind=STORE&province=310000", 2),
        ("province=440000", 0),
        ("gap=PARTIES", 2),
        ("gap=OWNER", 0),
        ("status=ACTIVE", 0),
        ("kind=NOTHING", 7),
        ("chain=99999999999999999", 7),
        ("text=%00%27", 0),
        ("sort=area&direction=desc", 7),
        ("mode=A", 0),
        ("class_format=SUPERMARKET", 0),
        ("tier=A", 0),
    ],
)
def test_the_address_says_what_is_listed(director_client, cast, query, count):
    assert director_client.get(f"{url('list')}?{query}").context["sums"].count == count


def test_the_tier_of_its_own_goes_before_its_chains_and_a_city_without_districts_is_no_gap(cast, director):
    set_tier(cast.chain, year=TODAY.year, tier=Tier.A, by=director, now=NOW)
    set_tier(cast.store, year=TODAY.year, tier=Tier.C, by=director, now=NOW)
    AccountNode.objects.filter(pk=cast.store.pk).update(area_code="441900")
    AccountNode.objects.filter(pk=cast.other_store.pk).update(area_code="310000")

    def listed(**wanted):
        found = lists.filtered(director, lists.wanted_of({"kind": "STORE", **wanted}), as_of=TODAY)
        return set(found.values_list("pk", flat=True))

    assert listed(tier="A") == {cast.other_store.pk}
    assert listed(tier="C") == {cast.store.pk}
    assert listed(gap="DISTRICT") == {cast.other_store.pk}


def test_a_list_takes_a_constant_number_of_queries(director_client, cast, director):
    for number in range(30):
        add(NodeKind.STORE, f"永盛{number}号店", parent=cast.company)
    director_client.get(url("list"))
    with CaptureQueriesContext(connection) as few:
        director_client.get(f"{url('list')}?text=中山")
    with CaptureQueriesContext(connection) as many:
        director_client.get(url("list"))
    assert len(many) <= len(few) + 1
    assert len(many) < 25


def test_people_list_only_what_they_may_see(rep_client, cast, rep, director):
    assert rep_client.get(url("list")).context["sums"].count == 0
    give_over(cast.store, to=rep, by=director, now=NOW, reason="hers")
    assert rep_client.get(url("list")).context["sums"].count == 1
    assert rep_client.get(url("show", cast.store.pk)).status_code == 200
    assert rep_client.get(url("show", cast.other_store.pk)).status_code == 404
    assert rep_client.get(url("edit", cast.store.pk, "facts")).status_code == 403


def test_the_page_says_what_is_missing(director_client, cast):
    text = director_client.get(url("show", cast.store.pk)).content.decode()
    assert "Before it becomes active these are needed" in text
    assert "Today nobody orders, receives or pays" in text


def test_the_page_of_an_account_takes_a_constant_number_of_queries(director_client, cast, director):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            director_client.get(url("show", cast.chain.pk))
        return len(taken)

    director_client.get(url("show", cast.chain.pk))
    before = queries()
    for number in range(8):
        facts = {"name": f"王{number}", "decision_role": "BUYER", "weight": 10}
        add_contact(cast.chain, facts=facts, holder=director, by=director, now=NOW)
        add(NodeKind.STORE, f"永盛{number}号店", parent=cast.chain)
    assert queries() <= before + 1


NEW = {"kind": "STORE", "name_zh": "永盛新店", "code": "", "address": "上海市徐汇区漕溪路1号"}


def test_it_adds_an_account_once_however_often_the_form_is_sent(director_client, cast):
    said = {**NEW, "parent": cast.company.code, "key": "page-1"}
    first = director_client.post(url("new"), said)
    second = director_client.post(url("new"), said)
    assert first.url == second.url
    store = AccountNode.objects.get(name_zh="永盛新店")
    assert (store.area_code, store.chain) == ("310104", cast.chain)


def test_what_was_typed_is_not_lost_when_it_is_refused(director_client, cast):
    page = director_client.post(url("new"), {**NEW, "parent": "nobody", "gln": "4012345000008"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "漕溪路1号" in text and "4012345000008" in text
    assert "No account has this code" in text and "is no GLN" in text


def typed(page):
    """Send a form as the browser does: what stands in it, and what stood in it when it was read."""
    form = page.context["form"]
    now = {name: form[name].value() for name in form.fields}
    known = {f"initial-{name}": value for name, value in now.items()}
    return {
        name: "" if value is None else form.fields[name.removeprefix("initial-")].prepare_value(value)
        for name, value in {**now, **known}.items()
    }


def test_two_people_who_change_one_account_at_once_do_not_undo_each_other(director_client, cast):
    form = url("edit", cast.store.pk, "facts")
    first = second = typed(director_client.get(form))
    director_client.post(form, {**first, "phone": "62000000", "floor_area": "1200.5"})
    director_client.post(form, {**second, "tills": "7", "address": "上海市徐汇区天平路3号"})
    store = AccountNode.objects.get(pk=cast.store.pk)
    assert (store.phone, store.floor_area, store.tills, store.area_code) == ("62000000", 1_200_500, 7, "310104")


def parties(cast, **changed):
    chosen = {"buyer": cast.store.pk, "ship_to": cast.store.pk, "bill_to": cast.head.pk, "starts_on": "2026-01-01"}
    return {**chosen, **changed}


def test_the_form_keeps_parties_and_refuses_the_forbidden_ones(director_client, cast):
    page = director_client.post(url("edit", cast.store.pk, "parties"), parties(cast))
    assert page.status_code == 302
    assert PartyRoles.objects.get().mode == "B"
    refused = parties(cast, ship_to=cast.dc.pk, bill_to=cast.store.pk, starts_on="2026-02-01")
    page = director_client.post(url("edit", cast.store.pk, "parties"), refused)
    assert page.status_code == 422
    assert "settled with head office, never with a store" in page.content.decode()
    assert PartyRoles.objects.count() == 1


@pytest.mark.parametrize("what", sorted(EDITS))
def test_every_edit_page_opens(director_client, cast, what):
    assert director_client.get(url("edit", cast.store.pk, what)).status_code == 200


@pytest.mark.parametrize("what", ["contact", "promise", "plan-choose", "plan-lock"])
def test_every_relation_page_opens(director_client, cast, what):
    assert director_client.get(url("relate", cast.store.pk, what)).status_code == 200


@pytest.mark.parametrize("what", ["owner", "dedicated", "grant"])
def test_every_keeper_page_opens(director_client, cast, what):
    assert director_client.get(url("keep", cast.store.pk, what)).status_code == 200


def test_what_is_no_page_is_not_found(director_client, cast):
    assert director_client.get(url("edit", cast.store.pk, "nothing")).status_code == 404
    assert director_client.get(url("relate", cast.store.pk, "plan-dance")).status_code == 404


def test_several_accounts_change_together_or_not_at_all(director_client, cast, rep):
    ticked = {"node": [cast.store.pk, cast.other_store.pk]}
    director_client.post(url("bulk"), {**ticked, "owner": rep.pk, "value": "format:SUPERMARKET"})
    assert AccountNode.objects.filter(owner=rep).count() == 2
    page = director_client.post(url("bulk"), {**ticked, "status": "ACTIVE"}, follow=True)
    assert "永盛中山店: Before it becomes active" in page.content.decode()
    assert AccountNode.objects.filter(status="ACTIVE").count() == 0


def test_stores_of_several_chains_are_settled_together_and_the_forbidden_way_is_refused(director_client, cast):
    ticked = {"node": [cast.store.pk, cast.other_store.pk], "starts_on": "2026-01-01"}
    director_client.post(url("bulk"), {**ticked, "ship_to": "STORE", "bill_to": "HEAD_OFFICE"})
    assert [roles.mode for roles in PartyRoles.objects.all()] == ["B", "B"]
    forbidden = {**ticked, "starts_on": "2026-02-01", "ship_to": "DC", "bill_to": "STORE"}
    page = director_client.post(url("bulk"), forbidden, follow=True)
    assert "settled with head office, never with a store" in page.content.decode()
    assert PartyRoles.objects.count() == 2
    page = director_client.post(url("bulk"), {**ticked, "ship_to": "STORE"}, follow=True)
    assert "belong together" in page.content.decode()


def test_all_that_a_list_shows_changes_at_once(director_client, cast, rep):
    director_client.post(url("bulk"), {"all": "on", "kept": "kind=STORE", "value": "format:SUPERMARKET"})
    assert cast.store.classifications.count() == cast.other_store.classifications.count() == 1
    assert cast.chain.classifications.count() == 0


@pytest.mark.parametrize("said", [{"status": "NONSENSE"}, {"owner": "9" * 30}, {"value": ":"}, {"starts_on": "x"}, {}])
def test_rubbish_changes_nothing(director_client, cast, said):
    page = director_client.post(url("bulk"), {"node": [cast.store.pk], **said}, follow=True)
    assert "choose what to change" in page.content.decode()


def test_whoever_may_not_give_accounts_over_cannot_do_it_to_many_either(client, cast, manager, director, rep):
    give_over(cast.store, to=manager, by=director, now=NOW, reason="hers")
    client.force_login(manager)
    client.post(url("bulk"), {"node": [cast.store.pk], "owner": rep.pk})
    assert AccountNode.objects.get(pk=cast.store.pk).owner == manager


def test_the_days_of_a_code_are_changed_on_its_page(director_client, cast, director):
    code = add_code(cast.store, side=CodeSide.THEIRS, code="1001", by=director, now=NOW)
    assert director_client.post(url("code", code.pk), {"ends_before": "2026-07-01"}).status_code == 302
    code.refresh_from_db()
    assert code.ends_before == date(2026, 7, 1)
    assert director_client.post(url("code", code.pk), {"ends_before": "1.7."}).status_code == 422


def test_what_was_merged_into_what_was_merged_is_still_there(director_client, cast, director):
    third = add(NodeKind.STORE, "永盛老店", parent=cast.company)
    facts = {"name": "赵老", "decision_role": "BUYER"}
    add_contact(third, facts=facts, holder=None, by=director, now=NOW)
    merge(cast.other_store, alias=third, reason="same", by=director, now=NOW)
    merge(cast.store, alias=cast.other_store, reason="same", by=director, now=NOW)
    assert "赵老" in director_client.get(url("show", third.pk), follow=True).content.decode()


def test_a_contact_climbs_by_evidence(director_client, cast):
    said = {"name": "王建国", "decision_role": "BUYER", "weight": 40, "stance": "NEUTRAL"}
    assert director_client.post(url("relate", cast.chain.pk, "contact"), said).status_code == 302
    contact = Contact.objects.get()
    proof = {"on": "2026-07-01", "kind": "VISIT", "rung": 3, "note": "first visit"}
    page = director_client.post(url("evidence", contact.pk), proof)
    assert page.status_code == 422
    assert "one rung at a time" in page.content.decode()
    assert director_client.post(url("evidence", contact.pk), {**proof, "rung": 2}).status_code == 302
    text = director_client.get(url("show", cast.chain.pk)).content.decode()
    assert "Nobody is known who holds the budget." in text


def test_the_map_draws_stores_that_have_a_position(director_client, cast):
    AccountNode.objects.filter(pk=cast.store.pk).update(latitude_micro=31_200_000, longitude_micro=121_400_000)
    AccountNode.objects.filter(pk=cast.other_store.pk).update(latitude_micro=31_200_000)
    page = director_client.get(url("map"))
    assert page.context["chart"].drawn == 1
    assert "1 store has no position" in page.content.decode()


def test_the_auditor_reads_and_changes_nothing(client, cast, auditor):
    client.force_login(auditor)
    assert client.get(url("show", cast.chain.pk)).status_code == 200
    assert client.get(url("new")).status_code == 403
    assert client.post(url("bulk")).status_code == 403


def test_the_customer_base_file_is_taken_with_its_record(director_client, cast, director):
    set_parties(
        cast.store, buyer=cast.store, ship_to=cast.store, bill_to=cast.head, starts_on=TODAY, by=director, now=NOW
    )
    taken = director_client.post(
        f"{reverse('core:take', args=['accounts'])}?kind=STORE", {"format": "csv", "reason": "review"}
    )
    text = b"".join(taken.streaming_content).decode("utf-8-sig")
    assert "Ship-to" in text
    assert "永盛中山店" in text and "永盛总部" not in text.split("Ship-to")[0]


@pytest.mark.parametrize("direction", ["", "desc"])
def test_what_is_not_known_stands_last_whichever_way_a_list_is_sorted(client, cast, director, direction):
    AccountNode.objects.filter(pk=cast.store.pk).update(floor_area=5000)
    AccountNode.objects.filter(pk=cast.other_store.pk).update(floor_area=9000)
    wanted = lists.wanted_of({"kind": "STORE", "sort": "floor", "direction": direction})
    add("STORE", "永盛无面积店", parent=cast.company)
    found = [one.name_zh for one in lists.filtered(director, wanted, as_of=TODAY)]
    known = ["永盛中山店", "永盛重庆路店"]
    assert found == [*(known[::-1] if direction else known), "永盛无面积店"]
