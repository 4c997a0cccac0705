import io
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from keytally.core import exports, sensitivity
from keytally.core.exports import Column, Listing, UnableToExport, offer_of, record_export, register_listing
from keytally.core.models import AuditEntry, Export, User
from keytally.core.roles import Role
from keytally.core.sensitivity import CONFIDENTIAL, INSIDE, PERSONAL, declare_fields
from keytally.core.services import add_person

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
TODAY = date(2026, 7, 1)


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.FILES_ROOT = tmp_path


@pytest.fixture
def auditor(db):
    return add_person("tom", name="=Tom & Co", password=None, roles=[Role.AUDITOR], by=None, now=NOW, language="en")


@pytest.fixture
def rep(db):
    return add_person("rep", name="Rep", password=None, roles=[Role.SALES_REP], by=None, now=NOW, language="en")


@pytest.fixture
def things(monkeypatch):
    """A list of everyone that calls the user name a price and the name a mobile."""
    monkeypatch.setattr(exports, "_listings", dict(exports.listings()))
    monkeypatch.setattr(sensitivity, "_guards", dict(sensitivity.declared_fields()))
    declare_fields("thing", price=CONFIDENTIAL, mobile=PERSONAL, sold=INSIDE)
    columns = [
        Column("No.", lambda row: row.pk),
        Column("Price", lambda row: row.username, field="price"),
        Column("Formula", lambda row: f"=1+{row.pk}"),
        Column("Sold", lambda row: 7, field="sold"),
    ]
    listing = Listing(
        "things", "Things", "exports.view", "thing", columns, rows=lambda _p, _d, _a: User.objects.order_by("pk")
    )
    register_listing(listing)
    return listing


def take(client, person, **said):
    client.force_login(person)
    return client.post(reverse("core:take", args=["things"]), {"format": "xlsx", "reason": "for the year", **said})


def sheet_of(answer):
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0]


@pytest.mark.usefixtures("things")
def test_a_workbook_says_who_took_it_everywhere(client, auditor):
    answer = take(client, auditor)
    export = Export.objects.get()
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.worksheets[0]
    assert f"-E{export.pk:06}.xlsx" in answer.headers["Content-Disposition"]
    assert "taken by =Tom & Co (tom)" in sheet["A1"].value
    assert "Tom && Co" in sheet.oddHeader.left.text
    assert "Tom && Co" in sheet.oddFooter.left.text
    assert book.properties.creator == "=Tom & Co"
    assert f"export {export.pk}" in book.properties.description


@pytest.mark.usefixtures("things")
def test_no_text_becomes_a_formula(client, auditor):
    sheet = sheet_of(take(client, auditor))
    assert sheet["C3"].value == f"'=1+{auditor.pk}"
    assert sheet["C3"].data_type == "s"
    told = b"".join(take(client, auditor, format="csv").streaming_content).decode("utf-8-sig").splitlines()
    assert told[2].split(",")[2] == f"'=1+{auditor.pk}"


@pytest.mark.usefixtures("things")
def test_a_hidden_column_goes_out_as_dots_and_lowers_the_class(client, rep):
    sheet = sheet_of(take(client, rep, reason=""))
    assert sheet["B3"].value == "•••"
    assert sheet["D3"].value == 7
    assert Export.objects.get().sensitivity == "INSIDE"


@pytest.mark.usefixtures("things")
def test_what_is_confidential_needs_a_reason(client, auditor):
    refused = take(client, auditor, reason=" a ")
    assert refused.status_code == 422
    assert 'value=" a "' in refused.content.decode()
    assert not Export.objects.exists()
    assert take(client, auditor).status_code == 200


def test_many_rows_need_a_reason(things, rep, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_WITHOUT_REASON", 0)
    offer = offer_of(things, person=rep, as_of=TODAY, asked={})
    with pytest.raises(UnableToExport, match="REASON"):
        record_export(offer, file_format="csv", reason="", by=rep, now=NOW)
    record_export(offer, file_format="csv", reason="year end", by=rep, now=NOW)


def test_five_thousand_rows_are_not_many(things, rep):
    offer = offer_of(things, person=rep, as_of=TODAY, asked={})
    assert [replace(offer, row_count=count).needs_reason() for count in (5_000, 5_001)] == [False, True]


def test_it_is_written_down_in_the_audit_too(things, rep):
    offer = offer_of(things, person=rep, as_of=TODAY, asked={})
    export = record_export(offer, file_format="csv", reason="", by=rep, now=NOW)
    entry = AuditEntry.objects.get(action="export")
    assert entry.person == rep
    assert entry.after == {"export": export.pk, "what": "things", "rows": 1, "format": "csv", "class": "INSIDE"}


@pytest.mark.usefixtures("things")
def test_who_lacks_the_permission_of_the_list_gets_nothing(client, db):
    promoter = add_person("p", name="P", password=None, roles=[Role.PROMOTER], by=None, now=NOW)
    assert take(client, promoter).status_code == 403
    assert not Export.objects.exists()


def test_a_list_that_was_never_offered_is_not_found(client, rep):
    client.force_login(rep)
    assert client.get(reverse("core:take", args=["nothing"])).status_code == 404


@pytest.mark.usefixtures("things")
def test_an_unknown_format_is_refused(client, auditor):
    assert take(client, auditor, format="exe").status_code == 422


def test_the_database_wants_a_reason_for_what_is_sensitive(rep):
    with pytest.raises(IntegrityError), transaction.atomic():
        Export.objects.create(
            person=rep, at=NOW, code="x", label="x", sensitivity="CONFIDENTIAL", file_format="csv", row_count=1
        )


@pytest.mark.usefixtures("things")
def test_the_page_of_exports_shows_ones_own(client, auditor, rep):
    take(client, auditor)
    take(client, rep)
    own = client.get(reverse("core:exports")).content.decode()
    assert own.count("<tr>") == 2
    client.force_login(auditor)
    assert client.get(reverse("core:exports")).content.decode().count("<tr>") == 3


def test_nothing_stays_in_the_folder(client, auditor, things, settings):
    take(client, auditor)
    assert [path for path in (settings.FILES_ROOT / "leaving").rglob("*") if path.is_file()] == []
