import io
import zipfile

import pytest
from django.utils import translation

from keytally.core.models import Attachment, AuditEntry
from keytally.imports.models import ImportProfile
from keytally.imports.services import Upload
from keytally.reconciliation import queries, services
from keytally.reconciliation.models import Reconciliation
from keytally.reconciliation.services import Correction, NewReconciliation, UnableToOpen
from keytally.reconciliation.tests.conftest import NOW

OURS = """doc_no,order_no,store,item,date,quantity,amount
A1,P1,S1,I1,2026-07-01,10,100.00
A2,P2,S1,I1,2026-07-02,5,50.00
"""
THEIRS = "单号,订单号,店号,货号,日期,数量,金额\nB1,P1,S1,I1,{day1},10,100.00\nB2,P2,S1,I1,{day2},4,40.00\n"


def upload(path, content):
    return Upload(path, [content.encode() if isinstance(content, str) else content])


def opened(accountant, *, ours=OURS, theirs=None, name="", **maps):
    theirs = theirs or THEIRS.format(day1="2026-07-01", day2="2026-07-03")
    wanted = NewReconciliation(name, [upload("ours.csv", ours)], [upload("theirs.csv", theirs)], **maps)
    return services.open_reconciliation(wanted, by=accountant, now=NOW)


def test_it_keeps_the_files_and_says_what_it_understood(accountant):
    found = opened(accountant)
    assert found.state == "DRAFT"
    assert found.name == "ours / theirs"
    assert found.reading["theirs"]["columns"]["amount"]["header"] == "金额"
    assert found.reading["theirs"]["columns"]["amount"]["reason"]["zh"]
    assert Attachment.objects.filter(subject_kind="reconciliation", subject_id=found.pk).count() == 2
    assert AuditEntry.objects.filter(action="reconciliation.open", subject_id=found.pk).count() == 1


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (b"", "theirs.csv is empty; ask for it again.", "theirs.csv 是空文件；请重新获取。"),
        (b"MZ\x90\x00\x03", "theirs.csv is not a spreadsheet", "theirs.csv 不是表格"),
        (b"%PDF-1.7 ...", "theirs.csv is not what its name says", "内容与文件名不符"),
    ],
)
def test_it_refuses_a_bad_file_in_the_readers_language_and_keeps_nothing(accountant, content, english, chinese):
    wanted = NewReconciliation("", [upload("ours.csv", OURS)], [upload("theirs.csv", content)])
    with pytest.raises(UnableToOpen) as refusal:
        services.open_reconciliation(wanted, by=accountant, now=NOW)
    with translation.override("en"):
        assert english in refusal.value.sentences()[0]
    with translation.override("zh-hans"):
        assert chinese in refusal.value.sentences()[0]
    assert not Reconciliation.objects.exists()
    assert not Attachment.objects.exists()


def test_it_refuses_a_zip_bomb_with_a_sentence(accountant):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        bomb.writestr("xl/workbook.xml", "<workbook/>")
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 2**20))
    wanted = NewReconciliation("", [upload("ours.csv", OURS)], [upload("bomb.xlsx", packed.getvalue())])
    with pytest.raises(UnableToOpen) as refusal, translation.override("en"):
        services.open_reconciliation(wanted, by=accountant, now=NOW)
    assert "bomb.xlsx" in refusal.value.problems[0]["en"]
    assert not queries.folder_of(1).exists()


def test_it_tells_files_of_one_name_from_different_folders_apart(accountant):
    files = [upload("north/july.csv", OURS), upload("south/july.csv", OURS), upload("july.csv", OURS)]
    wanted = NewReconciliation("", files, [upload("t.csv", THEIRS.format(day1="2026-07-01", day2="2026-07-03"))])
    found = services.open_reconciliation(wanted, by=accountant, now=NOW)
    assert [file.path for file in found.ours.files.all()] == ["july.csv", "north/july.csv", "south/july.csv"]
    assert (queries.side_folder(found.pk, side="ours") / "north" / "july.csv").is_file()


def test_it_numbers_files_that_a_browser_sent_without_their_folders(accountant):
    files = [upload("july.csv", OURS), upload("JULY.csv", OURS)]
    wanted = NewReconciliation("", files, [upload("t.csv", THEIRS.format(day1="2026-07-01", day2="2026-07-03"))])
    found = services.open_reconciliation(wanted, by=accountant, now=NOW)
    assert {file.path for file in found.ours.files.all()} == {"july.csv", "JULY (2).csv"}


def test_it_asks_which_comes_first_when_no_date_tells_day_from_month(accountant):
    found = opened(accountant, theirs=THEIRS.format(day1="01/07/2026", day2="03/07/2026"))
    question = found.reading["theirs"]["questions"][0]
    assert question["field"] == "date_format"
    assert "01/07/2026" in question["en"] or "03/07/2026" in question["en"]
    assert not found.reading["ours"]["questions"]


def test_it_shows_the_rows_where_no_header_can_be_found(accountant):
    found = opened(accountant, theirs="1,2,3\n4,5,6\n7,8,9\n")
    assert found.reading["theirs"]["questions"][0]["field"] == "header_row"
    assert found.reading["theirs"]["sample"]["rows"][0][:3] == ["1", "2", "3"]


def test_a_saved_profile_is_taken_when_the_headers_come_again(accountant, colleague):
    first = opened(accountant)
    correction = Correction("July", services.profile_of(first), "quantity", "0.5%", 30, period="", save_as="Yongsheng")
    services.correct(first, correction=correction, by=accountant, now=NOW)
    again = opened(colleague)
    assert again.profile == ImportProfile.objects.get(name="Yongsheng")
    assert (again.measure, again.tolerance, again.window_days) == ("quantity", "0.5%", 30)
    assert AuditEntry.objects.filter(action="profile.save").count() == 1


def test_other_headers_do_not_take_the_saved_profile(accountant):
    first = opened(accountant)
    correction = Correction("July", services.profile_of(first), "amount", "0", 15, period="", save_as="Yongsheng")
    services.correct(first, correction=correction, by=accountant, now=NOW)
    other = opened(accountant, ours=OURS.replace("store", "shop"))
    assert other.profile is None
