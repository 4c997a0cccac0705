from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction

from keytally.core.models import AuditEntry
from keytally.people.models import ControlledDocument, DocumentVersion
from keytally.people.queries import documents as queries
from keytally.people.rules.documents import SignOff, Standing, Step, VersionNo
from keytally.people.services import documents as services
from keytally.people.services.documents import Draft, Signature, UnableToChange

from .conftest import NOW, TODAY

pytestmark = pytest.mark.django_db
WHOLE = Draft(
    name_zh="KA渠道管理制度",
    name_en="KA channel rules",
    department_zh="总部KA部",
    department_en="Head-office KA department",
    wanted_on=TODAY,
    pages=20,
    text_zh="第一条",
    text_en="Article 1",
)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def draft(company):
    return services.add_document(
        "YLNF/XS/BF/20",
        sign_off=SignOff.FIVE_STEPS,
        version=VersionNo("A", 1),
        draft=WHOLE,
        by=company.admin,
        now=NOW,
    )


def refusal(call, *args, **kwargs):
    with pytest.raises(UnableToChange) as error:
        call(*args, **kwargs)
    return error.value


def published(version, *, by, now=NOW):
    services.begin_sign_off(version.pk, by=by, now=now)
    return services.publish(version.pk, by=by, now=now)


def standing(version, *, person, as_of=TODAY):
    row = queries.document(version.document_id, person=person, as_of=as_of)
    return next(one.standing for one in row.versions if one.version == version)


def test_it_goes_from_draft_through_sign_off_into_force(company, draft):
    by = company.admin
    assert standing(draft, person=by) is Standing.DRAFT
    services.begin_sign_off(draft.pk, by=by, now=NOW)
    assert standing(draft, person=by) is Standing.IN_SIGN_OFF
    services.publish(draft.pk, by=by, now=NOW, signatures=[Signature(Step.COMPILED, "周强", TODAY, by)])
    assert standing(draft, person=by) is Standing.IN_FORCE
    assert [entry.action for entry in AuditEntry.objects.filter(subject_kind="document_version").order_by("id")] == [
        "document.version",
        "document.sign_off",
        "document.publish",
    ]
    kept = DocumentVersion.objects.get()
    assert [[sign.signer for sign in row.signatures] for row in queries.signatures(kept)] == [["周强"], [], [], [], []]


def test_while_it_is_signed_nobody_changes_it(company, draft):
    services.begin_sign_off(draft.pk, by=company.admin, now=NOW)
    said = {"by": company.admin, "now": NOW}
    assert refusal(services.change_draft, draft.pk, draft=WHOLE, **said).code == "IS_IN_SIGN_OFF"
    assert refusal(services.add_file, draft.pk, chunks=[b"x"], name="x", **said).code == "IS_IN_SIGN_OFF"
    assert refusal(services.discard_draft, draft.pk, **said).code == "IS_IN_SIGN_OFF"
    assert refusal(services.begin_sign_off, draft.pk, **said).code == "IS_IN_SIGN_OFF"
    services.return_to_draft(draft.pk, by=company.admin, now=NOW, reason="second clause unclear")
    services.change_draft(draft.pk, draft=WHOLE, **said)


def test_what_changed_after_all_is_not_published(company, draft):
    services.begin_sign_off(draft.pk, by=company.admin, now=NOW)
    DocumentVersion.objects.filter(pk=draft.pk).update(text_zh="第二条")
    assert refusal(services.publish, draft.pk, by=company.admin, now=NOW).code == "CHANGED_SINCE_SIGNED"
    assert DocumentVersion.objects.get().state == "IN_SIGN_OFF"


def test_a_file_is_part_of_what_is_signed(company, draft):
    before = queries.hash_of(draft)
    kept = services.add_file(draft.pk, chunks=[b"%PDF-1.4 x"], name="rules.pdf", by=company.admin, now=NOW)
    assert queries.hash_of(draft) != before
    services.remove_file(draft.pk, attachment_id=kept.pk, by=company.admin, now=NOW)
    assert queries.hash_of(draft) == before
    assert (
        refusal(services.remove_file, draft.pk, attachment_id=kept.pk, by=company.admin, now=NOW).code == "NO_SUCH_FILE"
    )


def test_the_database_itself_refuses_to_change_a_published_version(company, draft):
    published(draft, by=company.admin)
    for change in ({"text_zh": "改"}, {"pages": 3}, {"state": "DRAFT"}, {"starts_on": date(2027, 1, 1)}):
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentVersion.objects.update(**change)


def test_a_new_version_supersedes_from_its_day(company, draft):
    first = published(draft, by=company.admin)
    second = services.draft_next(first.document, version=VersionNo("A", 2), by=company.admin, now=NOW)
    assert (second.text_zh, second.pages, second.wanted_on) == ("第一条", 20, None)
    later = date(2026, 7, 1)
    services.change_draft(second.pk, draft=Draft(**{**vars_of(WHOLE), "wanted_on": later}), by=company.admin, now=NOW)
    published(second, by=company.admin)
    assert standing(first, person=company.admin) is Standing.IN_FORCE
    assert standing(second, person=company.admin) is Standing.COMING
    assert standing(first, person=company.admin, as_of=later) is Standing.SUPERSEDED
    assert standing(second, person=company.admin, as_of=later) is Standing.IN_FORCE


def vars_of(draft):
    return {name: getattr(draft, name) for name in Draft.__dataclass_fields__}


def test_a_day_that_passed_while_it_was_signed_moves_to_the_day_of_publication(company, draft):
    services.begin_sign_off(draft.pk, by=company.admin, now=NOW)
    later = datetime(2026, 6, 9, 2, tzinfo=UTC)
    assert services.publish(draft.pk, by=company.admin, now=later).starts_on == date(2026, 6, 9)


def test_an_incomplete_draft_says_what_it_lacks(company, draft):
    services.change_draft(draft.pk, draft=Draft(name_zh="制度"), by=company.admin, now=NOW)
    found = refusal(services.begin_sign_off, draft.pk, by=company.admin, now=NOW)
    assert (found.code, found.missing) == ("INCOMPLETE", ("title", "content", "department"))


def test_only_one_version_is_written_at_a_time_and_in_order(company, draft):
    said = {"by": company.admin, "now": NOW}
    assert refusal(services.draft_next, draft.document, version=VersionNo("A", 2), **said).code == "OPEN_ALREADY"
    published(draft, by=company.admin)
    assert (
        refusal(services.draft_next, draft.document, version=VersionNo("C", 0), **said).code == "NOT_THE_NEXT_VERSION"
    )
    second = services.draft_next(draft.document, version=VersionNo("B", 0), **said)
    services.discard_draft(second.pk, **said)
    assert services.draft_next(draft.document, version=VersionNo("B", 0), **said).version_no == VersionNo("B", 0)


def test_a_document_signed_on_paper_keeps_its_day_and_its_signatures(company, draft):
    old = Draft(**{**vars_of(WHOLE), "wanted_on": date(2016, 7, 1)})
    services.change_draft(draft.pk, draft=old, by=company.admin, now=NOW)
    some = [Signature(Step.COMPILED, "张三", date(2016, 6, 20))]
    said = {"by": company.admin, "now": NOW, "reason": "from the paper file"}
    assert refusal(services.publish_signed_on_paper, draft.pk, signatures=some, **said).missing == (
        "FIRST_REVIEWED",
        "REVIEWED",
        "SECOND_REVIEWED",
        "APPROVED",
    )
    every = [Signature(step, f"签{number}", date(2016, 6, 20)) for number, step in enumerate(Step)]
    ahead = [*every[:-1], Signature(Step.APPROVED, "李四", date(2030, 1, 1))]
    assert refusal(services.publish_signed_on_paper, draft.pk, signatures=ahead, **said).code == "SIGNED_IN_THE_FUTURE"
    kept = services.publish_signed_on_paper(draft.pk, signatures=every, **said)
    assert kept.starts_on == date(2016, 7, 1)
    assert all(len(row.signatures) == 1 for row in queries.signatures(kept))


def test_withdrawing_ends_it_from_today_and_once(company, draft):
    published(draft, by=company.admin)
    services.withdraw(draft.pk, by=company.admin, now=NOW, reason="no longer ours")
    assert standing(draft, person=company.admin) is Standing.WITHDRAWN
    said = {"by": company.admin, "now": NOW, "reason": ""}
    assert refusal(services.withdraw, draft.pk, **said).code == "WITHDRAWN_ALREADY"


def test_readers_see_what_is_published_and_nothing_on_its_way(company, draft):
    reader = company.people["rep"]
    assert queries.documents(reader, as_of=TODAY) == []
    assert queries.document(draft.document_id, person=reader, as_of=TODAY) is None
    published(draft, by=company.admin)
    services.draft_next(draft.document, version=VersionNo("A", 2), by=company.admin, now=NOW)
    row = queries.document(draft.document_id, person=reader, as_of=TODAY)
    assert [str(one.version.version_no) for one in row.versions] == ["A/1"]
    assert len(queries.documents(company.admin, as_of=TODAY)[0].versions) == 2


def test_a_code_is_given_once(company, draft):
    with pytest.raises(UnableToChange, match="CODE_TAKEN"):
        services.add_document(
            "ylnf/xs/bf/20",
            sign_off=SignOff.THREE_STEPS,
            version=VersionNo("A", 1),
            draft=WHOLE,
            by=company.admin,
            now=NOW,
        )
    assert ControlledDocument.objects.count() == 1


def test_the_sign_off_is_not_changed_under_those_who_sign(company, draft):
    services.begin_sign_off(draft.pk, by=company.admin, now=NOW)
    said = {"sign_off": SignOff.THREE_STEPS, "by": company.admin, "now": NOW}
    assert refusal(services.set_sign_off, draft.document, **said).code == "IN_SIGN_OFF"
    services.return_to_draft(draft.pk, by=company.admin, now=NOW)
    services.set_sign_off(draft.document, **said)
    assert ControlledDocument.objects.get().sign_off == "THREE_STEPS"


def test_the_list_asks_the_same_however_many_documents(company, draft, django_assert_num_queries):
    for number in range(12):
        services.add_document(
            f"D/{number}",
            sign_off=SignOff.THREE_STEPS,
            version=VersionNo("A", 1),
            draft=WHOLE,
            by=company.admin,
            now=NOW,
        )
    company.admin.permissions  # noqa: B018 - read once a request
    with django_assert_num_queries(2):
        assert len(queries.documents(company.admin, as_of=TODAY)) == 13
