"""Axes of classes are data: added on the page in both languages, filtered by, set together, in and out by file."""

import csv
import io
import threading

import pytest
from django.db import connections
from django.urls import reverse

from keytally.accounts.models import Classification, ClassificationAxis
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.queries.columns import columns_of
from keytally.accounts.refusals import UnableToKeepAccount
from keytally.accounts.services import classes, importing
from keytally.core.models import AuditEntry

from .conftest import NOW
from .test_import_contacts import taken
from .test_imports import folders, imported, opened

__all__ = ["folders"]
PAGE = "accounts:classes"
NEW = {"new_axis": "1", "name_zh": "陈列等级", "name_en": "Display grade"}


@pytest.fixture
def axis(cast, director):
    kept = classes.add_axis(name_zh="陈列等级", name_en="Display grade", is_several=False, by=director, now=NOW)
    for chinese, english in (("金", "Gold"), ("银", "Silver")):
        classes.add_value(kept, code=english.upper(), name_zh=chinese, name_en=english, by=director, now=NOW)
    return kept


def test_an_axis_is_added_renamed_and_removed_on_the_page(client, cast, director, rep):
    client.force_login(director)
    assert client.post(reverse(PAGE), {**NEW, "is_several": "on"}).status_code == 302
    axis = ClassificationAxis.objects.get(code="display_grade")
    assert (axis.name_zh, axis.is_several, axis.position) == ("陈列等级", True, 10)
    client.post(reverse(PAGE), {"change": axis.code, "name_zh": "陈列", "name_en": "Display"})
    axis.refresh_from_db()
    assert (axis.code, axis.name_zh, axis.is_several) == ("display_grade", "陈列", False)
    client.post(reverse(PAGE), {"remove": axis.code})
    assert not ClassificationAxis.objects.filter(code="display_grade").exists()
    told = AuditEntry.objects.filter(action="account.axis").order_by("pk")
    assert [(bool(one.before), bool(one.after)) for one in told] == [(False, True), (True, True), (True, False)]
    client.force_login(rep)
    assert client.post(reverse(PAGE), NEW).status_code == 403


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({**NEW, "name_en": ""}, "name in both languages"),
        ({**NEW, "name_en": "货架"}, "no Latin letter or digit"),
        ({**NEW, "name_zh": "业态"}, "name of another axis"),
        ({**NEW, "name_en": "Floor area, m²"}, "a column of the customer base file"),
        ({"change": "size", "name_zh": "规模", "name_en": "FORMAT"}, "name of another axis"),
        ({"remove": "size"}, "belongs to keytally"),
    ],
)
def test_what_cannot_be_an_axis_is_refused_and_stays_typed(client, cast, director, said, sentence):
    client.force_login(director)
    page = client.post(reverse(PAGE), said)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    if "new_axis" in said:
        assert f'value="{said["name_zh"]}"' in page.content.decode()
    assert ClassificationAxis.objects.count() == 10


def test_a_new_axis_filters_the_list_and_is_changed_together(client, cast, axis, director):
    client.force_login(director)
    client.post(reverse("accounts:bulk"), {"value": "display_grade:GOLD", "node": [cast.store.pk]})
    page = client.get(reverse("accounts:list"), {"class_display_grade": "GOLD"}).content.decode()
    assert cast.store.name in page
    assert cast.other_store.name not in page
    assert "Display grade" in page
    assert "Display grade" in client.get(reverse("accounts:edit", args=[cast.store.pk, "classes"])).content.decode()


def test_an_axis_in_use_is_neither_removed_nor_narrowed(cast, axis, director):
    classes.change_axis(axis, name_zh="陈列等级", name_en="Display grade", is_several=True, by=director, now=NOW)
    classes.classify(cast.store, axis=axis.code, values=["GOLD", "SILVER"], by=director, now=NOW)
    with pytest.raises(UnableToKeepAccount, match="AXIS_IS_USED"):
        classes.remove_axis(axis, by=director, now=NOW)
    with pytest.raises(UnableToKeepAccount, match="AXIS_HAS_SEVERAL"):
        classes.change_axis(axis, name_zh="陈列等级", name_en="Display grade", is_several=False, by=director, now=NOW)


def test_axes_beyond_s1_go_out_with_it_and_come_in_again(client, cast, axis, director):
    classes.change_axis(axis, name_zh="陈列等级", name_en="Display grade", is_several=True, by=director, now=NOW)
    classes.add_value(axis, code="MIX", name_zh="金/银", name_en="Gold or silver", by=director, now=NOW)
    header = "系统,门店编码(我方),门店名称,陈列等级,Cooperation,客户规模"
    line = f"永盛超市,{cast.store.code},{cast.store.name_zh},金/银、Silver,直营KA,Medium to large"
    kept, outcome = imported(director, line, header=header)
    assert (outcome.rejected, {"display_grade", "cooperation", "size"} <= kept.columns.keys()) == ([], True)
    held = set(Classification.objects.filter(node=cast.store).values_list("value__code", flat=True))
    assert held == {"MIX", "SILVER", "DIRECT", "MEDIUM_LARGE"}
    value = axis.values.get(code="SILVER")
    classes.change_value(value, name_zh="银", name_en="Silver", is_active=False, by=director, now=NOW)
    client.force_login(director)
    table = taken(client)
    assert [one["Display grade"] for one in table if one["Our code"] == cast.store.code] == ["银、金/银"]
    out = io.StringIO()
    writer = csv.DictWriter(out, table[0])
    writer.writeheader()
    writer.writerows(table)
    before = list(Classification.objects.order_by("pk").values())
    lines = out.getvalue().splitlines()
    _kept, outcome = imported(director, *lines[1:], header=lines[0])
    assert (outcome.rejected, list(Classification.objects.order_by("pk").values())) == ([], before)
    kept = opened(director, line.replace("金/银、Silver", "Bronze"), header=header)
    assert [one.code for one in importing.check_import(kept, by=director, now=NOW).rejected] == ["FORMAT_VALUE_UNKNOWN"]


def test_every_axis_is_a_column_once(cast, axis):
    codes = [one.code for one in columns_of(ImportKind.STORES)]
    assert len(codes) == len(set(codes))
    assert set(ClassificationAxis.objects.values_list("code", flat=True)) <= set(codes)


@pytest.mark.django_db(transaction=True)
def test_two_who_add_one_axis_at_once_add_it_once(cast, director):
    refused = []

    def run():
        try:
            classes.add_axis(name_zh="陈列等级", name_en="Display grade", is_several=False, by=director, now=NOW)
        except UnableToKeepAccount as refusal:
            refused.append(refusal.codes)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ClassificationAxis.objects.filter(code="display_grade").count(), len(refused)) == (1, 1)
