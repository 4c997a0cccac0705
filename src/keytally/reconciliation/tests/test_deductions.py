"""Every deduction without a document of ours waits for a person with a clock, line by line, however many there are."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keytally.reconciliation.models import ResidualCase, RowMend
from keytally.reconciliation.services import cases, signing
from keytally.reconciliation.services.cases import LineKey
from keytally.reconciliation.services.deductions import open_deductions
from keytally.reconciliation.services.standing import bring_up_to_date
from keytally.reconciliation.tests.conftest import NOW
from keytally.reconciliation.tests.test_open import opened
from keytally.reconciliation.tests.test_workbench import run_again
from keytally.worklist.models import WorkItem

HEADER = "doc_no,doc_type,order_no,store,item,date,quantity,amount"
SALE = "{name}1021,receipt,P1,S1,I1,2026-07-01,10,100.00"
FEE = "KK{number},deduction,,S1,,2026-07-{day:02d},,-{amount}.00"
AFTER = datetime(2099, 1, 1, tzinfo=UTC)
CLOCK = timedelta(days=15)


def theirs(count):
    fees = [FEE.format(number=31_000 + place * 7, day=1 + place % 28, amount=200 + place) for place in range(count)]
    return "\n".join([HEADER, SALE.format(name="B"), *fees, ""])


def tallied(accountant, tmp_path, count):
    ours = "\n".join([HEADER, SALE.format(name="A"), ""])
    return run_again(opened(accountant, ours=ours, theirs=theirs(count), name="Yongsheng"), tmp_path)


def waiting(found, kind="deduction"):
    cases_of = ResidualCase.objects.filter(reconciliation=found).values("pk")
    return WorkItem.objects.filter(kind=kind, subject_id__in=cases_of, state=WorkItem.State.OPEN)


def key(found, doc_no):
    case = ResidualCase.objects.get(reconciliation=found, line_words__startswith=doc_no)
    return LineKey(case.side, case.line_id)


def test_each_deduction_is_a_thing_to_do_until_its_line_is_answered(accountant, second, client, tmp_path):
    found = tallied(accountant, tmp_path, 4)
    assert waiting(found).count() == 4
    item = waiting(found).get(parameters__line__startswith="KK31007")
    assert (item.owner, item.parameters["amount"], item.reason_code) == (accountant, "201.00 CNY", "ANSWER")
    assert item.deadline - item.opened_at > CLOCK - timedelta(days=1)
    today_opens_the_line(client, accountant, found)

    cases.assign(found.pk, keys=[key(found, "KK31007")], to=second, deadline=NOW.date(), by=accountant, now=AFTER)
    assert waiting(found).get(owner=second).parameters["line"].startswith("KK31007")
    cases.accept_open(found.pk, keys=[key(found, "KK31014")], reason="clause 7", by=accountant, now=AFTER)
    cases.set_state(found.pk, keys=[key(found, "KK31021")], state=ResidualCase.State.DONE, by=accountant, now=AFTER)
    assert {(one.owner, one.parameters["line"][:7]) for one in waiting(found)} == {
        (accountant, "KK31000"), (second, "KK31007"),
    }  # fmt: skip
    before = list(waiting(found).order_by("pk").values_list("pk", "opened_at", "deadline"))
    found = run_again(found, tmp_path)
    assert list(waiting(found).order_by("pk").values_list("pk", "opened_at", "deadline")) == before


def today_opens_the_line(client, person, found):
    client.force_login(person)
    for language, words in (("en", "answer the deduction of 201.00 CNY"), ("zh-hans", "201.00 CNY 的扣款")):
        person.language = language
        person.save()
        page = client.get(reverse("worklist:today")).content.decode()
        assert words in page
    wanted = key(found, "KK31007")
    address = f"/reconciliation/{found.pk}/residuals/{wanted.side}/{wanted.line_id}/"
    assert address in page
    assert client.get(address).status_code == 200


def test_a_line_that_is_gone_closes_its_item_and_opens_it_again_when_it_comes_back(accountant, tmp_path):
    found = tallied(accountant, tmp_path, 3)
    mend = RowMend.objects.create(
        reconciliation=found, side="theirs", file="theirs.csv", row=3, column="amount", value_before="-200.00",
        value="-250.00", mended_by=accountant, mended_at=NOW,
    )  # fmt: skip
    found = run_again(found, tmp_path)
    gone = ResidualCase.objects.get(amount_minor__in=(-20_000, 20_000))
    assert (gone.state, gone.line_class) == ("DONE", "")
    assert {one.parameters["amount"] for one in waiting(found)} == {"250.00 CNY", "201.00 CNY", "202.00 CNY"}
    assert WorkItem.objects.get(subject_id=gone.pk).state == WorkItem.State.DROPPED
    mend.delete()
    found = run_again(found, tmp_path)
    assert {one.parameters["amount"] for one in waiting(found)} == {"200.00 CNY", "201.00 CNY", "202.00 CNY"}


def test_who_only_wrote_about_a_deduction_does_not_take_its_clock_away(accountant, tmp_path):
    found = tallied(accountant, tmp_path, 1)
    ResidualCase.objects.update(assignee=None, deadline=None, last_action="")
    WorkItem.objects.all().delete()
    found = run_again(found, tmp_path)
    assert waiting(found).get().owner == accountant
    cases.assign(found.pk, keys=[key(found, "KK31000")], to=None, deadline=None, by=accountant, now=AFTER)
    assert not waiting(run_again(found, tmp_path))


def test_what_is_signed_off_waits_for_nobody_until_it_is_opened_again(accountant, tmp_path):
    found = tallied(accountant, tmp_path, 2)
    signing.sign_off(found.pk, note="", by=accountant, now=AFTER)
    assert not waiting(found)
    signing.reopen(found.pk, reason="a fee was booked twice", by=accountant, now=AFTER)
    assert waiting(found).count() == 2


def test_hundreds_of_deductions_cost_the_queries_of_a_few(accountant, client, tmp_path):
    client.force_login(accountant)
    asked = {}
    for count in (3, 600):
        found = tallied(accountant, tmp_path / str(count), count)
        assert waiting(found).count() == count
        ResidualCase.objects.filter(reconciliation=found).delete()
        WorkItem.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as opening:
            bring_up_to_date(found.pk, now=NOW)
            assert open_deductions(found.pk, now=NOW) == count
        with CaptureQueriesContext(connection) as again:
            bring_up_to_date(found.pk, now=NOW)
            assert open_deductions(found.pk, now=NOW) == count
        with CaptureQueriesContext(connection) as today:
            assert client.get(reverse("worklist:today")).status_code == 200
        asked[count] = (len(opening), len(again), len(today))
    few, many = asked[3], asked[600]
    assert many[1:] == few[1:]
    # Rows are written some seventy at a time on SQLite, which holds only so many values in a statement.
    assert many[0] <= few[0] + 20


@pytest.fixture
def second(db):
    from keytally.core.roles import Role
    from keytally.reconciliation.tests.conftest import person

    return person("carol", Role.FINANCE_DIRECTOR)
