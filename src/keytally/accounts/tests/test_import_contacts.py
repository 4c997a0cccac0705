"""The column of contacts of S1 names people: known ones stay, new ones need a word, nothing is guessed."""

import csv
import io

import pytest
from django.apps import apps
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from keytally.accounts.models import AccountImportContact, Contact
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries.search import find_accounts
from keytally.accounts.rules.attributes import BY_CODE, Fault, read_cell
from keytally.accounts.rules.contact_cells import Named, in_a_cell, people_in
from keytally.accounts.rules.ladder import EvidenceKind, Rung
from keytally.accounts.services import importing, undoing
from keytally.accounts.services.contacts import add_contact, change_contact, record_evidence
from keytally.accounts.services.merging import merge
from keytally.core.models import AuditEntry
from keytally.core.roles import Role

from .conftest import NOW, TODAY, person
from .test_imports import folders, imported, opened

__all__ = ["folders"]
HEADER = "系统,门店编码(我方),门店名称,店长/课长/收货/财务"


def row(cell, *, store):
    out = io.StringIO()
    csv.writer(out).writerow(["永盛超市", store.code, store.name_zh, cell])
    return out.getvalue().strip()


def stands(store):
    return sorted(store.contacts.values_list("name", "decision_role", "title", "left_on"))


@pytest.mark.parametrize(
    ("cell", "people"),
    [
        ("店长：王芳、收货:李雷", [("王芳", "店长"), ("李雷", "收货")]),
        (" 王芳 / 李雷 ", [("王芳", ""), ("李雷", "")]),
        ('财务："Smith, John"', [("Smith, John", "财务")]),
        ("王芳,,李雷；", [("王芳", ""), ("李雷", "")]),
        ("店长：", None),
        ("：王芳", None),
        ("店长：王芳：李雷", None),
        ('"王芳', None),
        ('"王"芳', None),
    ],
)
def test_a_cell_of_contacts_is_read_or_not_at_all(cell, people):
    found = read_cell(BY_CODE["contacts"], cell)
    if people is None:
        assert found == Fault("contacts", cell, "NO_CONTACTS")
    else:
        assert [(one.name, one.word) for one in found] == people


@given(st.lists(st.builds(Named, st.text(min_size=1).filter(str.strip), st.text()), max_size=4))
def test_what_is_written_into_a_cell_is_read_from_it(people):
    assert people_in(in_a_cell(people)) == tuple(people)


def test_contacts_of_stores_come_in_are_found_told_and_taken_back(cast, director):
    known = add_contact(cast.store, facts={"name": "韩梅", "decision_role": "BUYER"}, holder=None, by=director, now=NOW)
    lines = [
        row("店长：王芳、财务：韩梅、课长：李雷", store=cast.store),
        row("收货：王芳", store=cast.other_store),
        "永盛超市,NEW1,永盛新开店,店长：赵敏",
    ]
    kept, outcome = imported(director, *lines, header=HEADER)
    assert outcome.rejected == []
    assert stands(cast.store) == [
        ("李雷", "INFLUENCER", "课长", None),
        ("王芳", "STORE_MANAGER", "", None),
        ("韩梅", "SETTLEMENT_CLERK", "", None),
    ]
    assert Contact.objects.get(name="王芳", node=cast.other_store).holder == cast.other_store.owner
    assert Contact.objects.get(name="赵敏").node.code == "NEW1"
    assert cast.store in find_accounts(director, "李雷", as_of=TODAY, most=9)
    told = AuditEntry.objects.filter(action__startswith="contact.").order_by("pk")
    assert [one.action for one in told][1:].count("contact.add") == 4
    assert told.filter(action="contact.change").get().after["decision_role"] == "SETTLEMENT_CLERK"
    undoing.undo_import(kept, by=director, now=NOW)
    known.refresh_from_db()
    assert (stands(cast.store), known.decision_role) == ([("韩梅", "BUYER", "", None)], "BUYER")
    assert Contact.objects.count() == 1
    assert cast.store not in find_accounts(director, "李雷", as_of=TODAY, most=9)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("王小二", "CONTACT_UNKNOWN"),
        ("厂长：王芳", "CONTACT_WORD"),
        ("店长：王芳、收货：王芳", "CONTACT_NOT_ONE"),
        ("店长：双名", "CONTACT_NOT_ONE"),
        ("店长：" + "名" * 61, "CONTACT_TOO_LONG"),
        ("店长：", "NO_CONTACTS"),
        ("店长：" + "王" * 600, "TOO_LONG"),
    ],
)
def test_a_cell_that_does_not_say_who_is_meant_is_refused_with_its_row(cast, director, cell, code):
    for _twice in range(2):
        add_contact(cast.store, facts={"name": "双名", "decision_role": "BUYER"}, holder=None, by=director, now=NOW)
    kept = opened(director, row("双名、采购：双名", store=cast.store), row(cell, store=cast.store), header=HEADER)
    outcome = importing.check_import(kept, by=director, now=NOW)
    assert [(one.file, one.row, one.code) for one in outcome.rejected] == [("stores.csv", 3, code)]
    assert outcome.rejected[0].reason_zh != outcome.rejected[0].reason_en


def test_rows_of_one_store_see_what_the_rows_before_them_did(cast, director):
    lines = [
        "永盛超市,NEW1,永盛新开店,店长：赵敏",
        "永盛超市,NEW1,永盛新开店,赵敏、收货：钱多",
        row("", store=cast.store),
    ]
    kept, outcome = imported(director, *lines, header=HEADER)
    assert (outcome.rejected, Contact.objects.count()) == ([], 2)
    undoing.undo_import(kept, by=director, now=NOW)
    assert (Contact.objects.count(), AccountImportContact.objects.exclude(contact=None).count()) == (0, 0)


def test_contacts_that_came_with_a_file_are_kept_where_something_came_after_them(cast, director):
    kept, _outcome = imported(director, row("店长：王芳", store=cast.store), header=HEADER)
    contact = Contact.objects.get()
    change_contact(contact, facts={"phone": "13800138000"}, holder=contact.holder, by=director, now=NOW)
    with pytest.raises(importing.UnableToImportAccounts, match="CHANGED_SINCE"):
        undoing.undo_import(kept, by=director, now=NOW)
    change_contact(contact, facts={"phone": ""}, holder=contact.holder, by=director, now=NOW)
    proof = {"on": TODAY, "kind": EvidenceKind.VISIT, "rung": Rung.KNOWN, "note": "met"}
    seen = record_evidence(contact, **proof, by=director, today=TODAY, now=NOW)
    with pytest.raises(importing.UnableToImportAccounts, match="HAS_DEPENDENTS"):
        undoing.undo_import(kept, by=director, now=NOW)
    seen.delete()
    matter = apps.get_model("accounts", "CoordinationMatter").objects.create(
        node=cast.store, contact=contact, department="SALES", matter="x", raised_on=TODAY, due_on=TODAY, owner=director
    )
    with pytest.raises(importing.UnableToImportAccounts, match="HAS_DEPENDENTS"):
        undoing.undo_import(kept, by=director, now=NOW)
    matter.delete()
    undoing.undo_import(kept, by=director, now=NOW)
    assert Contact.objects.count() == 0


def test_a_contact_of_an_alias_is_known_at_the_store_that_was_kept(cast, director):
    add_contact(cast.other_store, facts={"name": "王芳", "decision_role": "BUYER"}, holder=None, by=director, now=NOW)
    merge(cast.store, alias=cast.other_store, reason="same", by=director, now=NOW)
    imported(director, row("王芳", store=cast.store), header=HEADER)
    assert Contact.objects.count() == 1


def test_contacts_go_out_with_s1_and_come_in_again_unchanged(client, cast, director, rep):
    people = [("王芳", "STORE_MANAGER", ""), ("Smith, John", "BUYER", ""), ("李：雷", "INFLUENCER", "课长")]
    for name, role, title in [*people, ("走了", "BUYER", "")]:
        facts = {"name": name, "decision_role": role, "title": title, "left_on": TODAY if name == "走了" else None}
        add_contact(cast.store, facts=facts, holder=rep, by=director, now=NOW)
    client.force_login(director)
    table = taken(client)
    assert [line["Contacts"] for line in table if line["Our code"] == cast.store.code] == [
        '店长：王芳、采购："Smith, John"、课长："李：雷"'
    ]
    before = list(Contact.objects.order_by("pk").values())
    out = io.StringIO()
    writer = csv.DictWriter(out, table[0])
    writer.writeheader()
    writer.writerows(table)
    said = AuditEntry.objects.filter(action__startswith="contact.").count()
    kept, outcome = imported(director, *out.getvalue().splitlines()[1:], header=out.getvalue().splitlines()[0])
    assert ("contacts" in kept.columns, outcome.rejected) == (True, [])
    assert list(Contact.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(action__startswith="contact.").count() == said


def taken(client):
    answer = client.post(
        f"{reverse('core:take', args=['accounts'])}?kind=STORE", {"format": "csv", "reason": "for the chain"}
    )
    lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    at = next(place for place, line in enumerate(lines) if "Chain" in line)
    return [dict(zip(lines[at], line, strict=True)) for line in lines[at + 1 :]]


def test_who_may_not_see_what_is_personal_takes_dots_away_and_dots_change_nothing(client, cast, director):
    add_contact(cast.store, facts={"name": "王芳", "decision_role": "BUYER"}, holder=None, by=director, now=NOW)
    client.force_login(person("order", Role.ORDER_CLERK))
    assert {line["Contacts"] for line in taken(client)} == {"•••"}
    _kept, outcome = imported(director, row("•••", store=cast.store), header=HEADER, kind=ImportKind.STORES)
    assert (outcome.rejected, Contact.objects.count()) == ([], 1)
