from dataclasses import replace
from datetime import date

import pytest

from keytally.core.models import AuditEntry
from keytally.people.models import PositionDescription
from keytally.people.queries import duties as queries
from keytally.people.rules.duties import Description, Duty
from keytally.people.services import duties as services

from .conftest import NOW, TODAY

pytestmark = pytest.mark.django_db


def changed(text="巡店", *, code="promoter", starts_on=TODAY, by, **said):
    known = queries.description(code, as_of=TODAY).description
    wanted = replace(known, duties=(*known.duties, Duty("", text_zh=text, text_en="Walk the store")))
    return services.change_description(
        replace(wanted, **said), starts_on=starts_on, by=by, now=NOW, reason="new in this year's plan"
    )


def test_what_is_shipped_holds_until_somebody_changes_it(company):
    known = queries.description("promoter", as_of=TODAY)
    assert (known.is_default, known.number, len(known.description.duties)) == (True, 0, 9)
    assert [one.description.code for one in queries.descriptions_for("PRO", as_of=TODAY)] == ["promoter"]
    assert [one.description.code for one in queries.descriptions_for("AKM", as_of=TODAY)] == [
        "ka_manager",
        "ka_area_manager",
    ]


def test_a_change_holds_from_its_day_and_history_stays(company):
    changed(starts_on=date(2026, 7, 1), by=company.admin)
    before, after = (queries.description("promoter", as_of=day) for day in (TODAY, date(2026, 7, 1)))
    assert (before.is_default, len(before.description.duties), len(before.coming)) == (True, 9, 1)
    assert (after.number, after.description.duties[-1].code) == (1, "PROMOTER-1")
    entry = AuditEntry.objects.get(action="description.change")
    assert (entry.person, entry.reason, entry.after["number"]) == (company.admin, "new in this year's plan", 1)


def test_a_later_change_takes_the_next_number_and_a_new_code(company):
    changed(by=company.admin)
    second = changed("盘点", by=company.admin)
    assert [duty["code"] for duty in second.content["duties"]][-2:] == ["PROMOTER-1", "PROMOTER-2"]
    assert queries.description("promoter", as_of=TODAY).number == 2


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"starts_on": date(2026, 5, 31)}, "STARTS_IN_THE_PAST"),
        ({"title_zh": " "}, "NO_TITLE"),
        ({"duties": ()}, "NO_DUTIES"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(company, said, code):
    with pytest.raises(services.UnableToKeep) as refusal:
        changed(by=company.admin, **said)
    assert [fault.code for fault in refusal.value.faults] == [code]
    assert not PositionDescription.objects.exists()


def test_a_change_that_changes_nothing_is_refused(company):
    known = queries.description("promoter", as_of=TODAY).description
    with pytest.raises(services.UnableToKeep) as refusal:
        services.change_description(known, starts_on=TODAY, by=company.admin, now=NOW, reason="")
    assert [fault.code for fault in refusal.value.faults] == ["NOTHING_CHANGED"]


def test_a_company_adds_a_description_of_its_own(company):
    own = Description(
        "order_clerk", "订单专员", "Order clerk", roles=("OC",), duties=(Duty("", "", "录单", "Key orders"),)
    )
    services.change_description(own, starts_on=TODAY, by=company.admin, now=NOW, reason="ours")
    assert [known.description.title_en for known in queries.descriptions_for("OC", as_of=TODAY)] == ["Order clerk"]
    assert len(queries.descriptions(as_of=TODAY)) == 7
