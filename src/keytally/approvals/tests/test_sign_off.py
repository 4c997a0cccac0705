"""A controlled document is signed step by step, published with its signatures, or comes back as a draft."""

from datetime import timedelta

import pytest

from keytally.approvals import services
from keytally.approvals.models import Request
from keytally.approvals.queries import inbox
from keytally.approvals.services.sign_off import send_for_sign_off
from keytally.approvals.tests import cast
from keytally.approvals.tests.cast import NOW
from keytally.approvals.workflows import shipped
from keytally.core import actions
from keytally.core.actions import UnableToAct
from keytally.core.clock import business_date
from keytally.core.subjects import Subject
from keytally.people.models import DocumentVersion
from keytally.people.queries.documents import VERSION_KIND, visible_versions
from keytally.people.rules.documents import SignOff, VersionNo
from keytally.people.services import documents
from keytally.site.wiring import connect

LATER = NOW + timedelta(hours=1)
TODAY = business_date(NOW)


@pytest.fixture
def company(db):
    connect()
    made = cast.make_company()
    cast.accept(shipped("document_signoff"), by=made.admin)
    return made


def drafted(company, sign_off):
    text = documents.Draft("陈列标准", "Display standard", "KA部", "KA department", TODAY, 2, "正文", "Text", "首版")
    return documents.add_document(
        "YLNF/XS/BF/20", sign_off=sign_off, version=VersionNo.of("A/1"), draft=text, by=company["ASS"], now=NOW
    )


def send(company, version, by="ASS", now=NOW):
    return send_for_sign_off(Subject(VERSION_KIND, version.pk), company[by], now)


def decide(company, role, outcome="APPROVED", comment=""):
    slot = inbox.waiting_slots(company[role], now=LATER).get()
    return services.decide(slot.pk, outcome=outcome, by=company[role], now=LATER, comment=comment)


def signed(version):
    return [(row.step, row.person.username) for row in version.signatures.select_related("person").order_by("id")]


def test_three_signatures_publish_it(company):
    version = drafted(company, SignOff.THREE_STEPS)
    address = send(company, version)
    request = Request.objects.get()
    assert address.endswith(f"/requests/{request.pk}/")
    assert request.title == "YLNF/XS/BF/20 A/1 陈列标准"
    decide(company, "AM")
    assert decide(company, "GM").state == "APPROVED"
    version.refresh_from_db()
    assert version.state == "PUBLISHED"
    assert signed(version) == [("COMPILED", "ass"), ("REVIEWED", "am"), ("APPROVED", "gm")]


def test_five_signatures_publish_it(company):
    version = drafted(company, SignOff.FIVE_STEPS)
    send(company, version)
    for role in ("AM", "RM", "SD", "GM"):
        assert version.signatures.count() == 0
        decide(company, role)
    assert [step for step, _who in signed(version)] == [
        "COMPILED",
        "FIRST_REVIEWED",
        "REVIEWED",
        "SECOND_REVIEWED",
        "APPROVED",
    ]


def test_who_is_asked_once_signs_for_both_steps(company):
    version = drafted(company, SignOff.FIVE_STEPS)
    send(company, version, by="RM")
    while Request.objects.get().state == "RUNNING":
        decide(company, next(role for role in ("SD", "GM") if inbox.waiting_count(company[role], now=LATER)))
    assert sorted(step for step, _who in signed(version)) == sorted(
        ["COMPILED", "FIRST_REVIEWED", "REVIEWED", "SECOND_REVIEWED", "APPROVED"]
    )


def test_returned_it_is_a_draft_again_and_goes_as_a_new_round(company):
    version = drafted(company, SignOff.THREE_STEPS)
    send(company, version)
    decide(company, "AM", "RETURNED", "缺少图例")
    version.refresh_from_db()
    assert version.state == "DRAFT"
    documents.change_draft(
        version.pk,
        draft=documents.Draft(
            "陈列标准", "Display standard", "KA部", "KA department", TODAY, 2, "正文（图例）", "Text", "首版"
        ),
        by=company["ASS"],
        now=LATER,
    )
    send(company, version, now=LATER)
    request = Request.objects.get()
    assert (request.round, request.state) == (2, "RUNNING")
    assert "图例" in request.text


@pytest.mark.parametrize("end", ["refuse", "withdraw"])
def test_refused_or_withdrawn_it_is_a_draft_again(company, end):
    version = drafted(company, SignOff.THREE_STEPS)
    send(company, version)
    if end == "refuse":
        decide(company, "AM", "REFUSED", "不需要")
    else:
        services.withdraw(Request.objects.get().pk, by=company["ASS"], now=LATER)
    version.refresh_from_db()
    assert version.state == "DRAFT"


def test_signers_read_it_before_it_is_published_and_nobody_else(company):
    version = drafted(company, SignOff.THREE_STEPS)
    assert not visible_versions(company["SCH"], TODAY).filter(pk=version.pk).exists()
    send(company, version, by="LOG")
    assert visible_versions(company["SCH"], TODAY).filter(pk=version.pk).exists()
    assert not visible_versions(company.outsider, TODAY).filter(pk=version.pk).exists()


def test_without_a_position_nothing_is_sent_and_the_draft_stays(company):
    version = drafted(company, SignOff.THREE_STEPS)
    with pytest.raises(UnableToAct):
        send_for_sign_off(Subject(VERSION_KIND, version.pk), company.admin, NOW)
    assert DocumentVersion.objects.get(pk=version.pk).state == "DRAFT"


def test_the_page_of_a_draft_offers_it(company):
    found = actions.actions_for(company["ASS"], kind=VERSION_KIND)
    assert [action.code for action in found] == ["sign_off"]
