import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from keytally.core import files, subjects
from keytally.core.models import User
from keytally.core.roles import Role
from keytally.core.rules import FileType, file_type
from keytally.core.services import add_person, forget_attachment, keep_attachment, sweep_unowned
from keytally.core.subjects import Subject, SubjectKind

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


@pytest.fixture
def store(settings, tmp_path):
    settings.FILES_ROOT = tmp_path / "files"
    settings.ATTACHMENT_MAX_BYTES = 1000
    return settings.FILES_ROOT


@pytest.fixture
def owner(db):
    return add_person("owner", name="Owner", password="x", roles=[Role.SALES_REP], by=None, now=NOW)


@pytest.fixture
def outsider(db):
    return add_person("other", name="Other", password="x", roles=list(Role), by=None, now=NOW)


@pytest.fixture
def folder_kind(monkeypatch, owner):
    monkeypatch.setattr(subjects, "_kinds", {})
    subjects.register_subject(
        SubjectKind("folder", "Folder", lambda person, _day: User.objects.filter(pk=person.pk), lambda number: "/")
    )


def attach(owner, content=b"a,b\n1,2\n", **changes):
    given_ = {"name": "lines.csv", "subject": Subject("folder", owner.pk), "by": owner, "now": NOW} | changes
    return keep_attachment([content], **given_)


def kept_files(store: Path):
    return [path for path in store.rglob("*") if path.is_file()]


def test_the_same_bytes_are_kept_once(store, owner):
    first, second = attach(owner), attach(owner, name="again.csv")
    assert first.sha256 == second.sha256
    assert first.pk != second.pk
    assert [path.read_bytes() for path in kept_files(store)] == [b"a,b\n1,2\n"]


def test_what_belongs_to_nothing_is_removed_after_a_day_and_nothing_else(store, owner):
    lost = files.keep([b"its server died"], most_bytes=100, types=list(FileType))
    owned, forgotten = attach(owner), attach(owner, content=b"c,d\n")
    forget_attachment(forgotten)
    coming = store / ".coming-x"
    coming.write_bytes(b"on its way")
    now = datetime.now(UTC)
    assert sweep_unowned(now=now) == 0
    assert sweep_unowned(now=now + timedelta(hours=25)) == 2
    assert {path.name for path in kept_files(store)} == {owned.sha256, coming.name}
    assert lost.sha256 not in str(kept_files(store))


def test_bytes_without_an_owner_that_come_again_count_as_new(store, owner):
    lost = files.keep([b"its server died"], most_bytes=100, types=list(FileType))
    os.utime(files.path_of(lost.sha256), (0, 0))
    files.keep([b"its server died"], most_bytes=100, types=list(FileType))
    assert sweep_unowned(now=datetime.now(UTC)) == 0
    os.utime(files.path_of(lost.sha256), (0, 0))
    assert sweep_unowned(now=datetime.now(UTC)) == 1


def test_a_file_over_the_cap_leaves_nothing(store, owner):
    with pytest.raises(files.UnableToKeep) as refusal:
        keep_attachment([b"x" * 600, b"x" * 600], name="a.txt", subject=Subject("folder", owner.pk), by=owner, now=NOW)
    assert refusal.value.code == "TOO_LARGE"
    assert kept_files(store) == []


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "EMPTY"), (b"MZ\x90\x00\x03\x00\x00\x00", "UNKNOWN_TYPE"), (b"a\x00b", "UNKNOWN_TYPE")]
)
def test_it_refuses_what_it_does_not_know_whatever_its_name(store, owner, content, code):
    with pytest.raises(files.UnableToKeep) as refusal:
        attach(owner, content=content, name="honest.xlsx")
    assert refusal.value.code == code
    assert kept_files(store) == []


def test_it_refuses_a_type_that_is_not_wanted_here(store, owner):
    with pytest.raises(files.UnableToKeep) as refusal:
        attach(owner, content=b"%PDF-1.7", types=[FileType.TEXT])
    assert refusal.value.code == "WRONG_TYPE"
    assert kept_files(store) == []


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\files\\账单.csv", "账单.csv"), ("a\r\nb\x00.csv", "ab.csv"), ("", "file")],
)
def test_a_name_cannot_lead_elsewhere(store, owner, given_name, kept):
    assert attach(owner, name=given_name).name == kept


def test_only_who_sees_the_subject_reads_the_file(store, owner, outsider, folder_kind):
    number = attach(owner).pk
    client = Client()
    client.force_login(owner)
    response = client.get(f"/files/{number}/")
    assert b"".join(response) == b"a,b\n1,2\n"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    client.force_login(outsider)
    assert client.get(f"/files/{number}/").status_code == 404


def test_a_checksum_opens_nothing(store, owner, folder_kind):
    client = Client()
    client.force_login(owner)
    assert client.get(f"/files/{attach(owner).sha256}/").status_code == 404


def test_a_file_of_an_unknown_kind_of_subject_is_read_by_nobody(store, owner, folder_kind):
    number = attach(owner, subject=Subject("mystery", 1)).pk
    client = Client()
    client.force_login(owner)
    assert client.get(f"/files/{number}/").status_code == 404


def workbook() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return content.getvalue()


def plain_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("evil.exe", "MZ")
    return content.getvalue()


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (workbook(), FileType.XLSX),
        (plain_zip(), None),
        (b"PAR1\x15\x04", FileType.PARQUET),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType.XLS),
        ("门店,金额\n".encode("gb18030"), FileType.TEXT),
        ("门店,金额\n".encode("utf-16"), FileType.TEXT),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", FileType.XML),
        (b"\x89PNG\r\n\x1a\n", FileType.PNG),
        (b"\xff\xd8\xff\xe0", FileType.JPEG),
    ],
)
def test_the_content_tells_the_type(head, found):
    assert file_type(head) is found


@given(st.binary(max_size=200))
def test_any_bytes_get_an_answer(head):
    assert file_type(head) in {None, *FileType}


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), min_size=1))
def test_any_words_are_text_or_something_known(words):
    assert file_type(words.encode()) is not None
