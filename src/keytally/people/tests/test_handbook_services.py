from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from keytally.core.models import AuditEntry
from keytally.people import defaults
from keytally.people.models import HandbookAcknowledgement, HandbookEdition
from keytally.people.queries import handbook as queries
from keytally.people.services import handbook as services
from keytally.people.work import handbook_to_read

from .conftest import NOW, TODAY

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 7, 1, 2, tzinfo=UTC)


def change(company, *, starts_on=TODAY, asks_again=True, sections=None):
    shipped = defaults.sections()
    wanted = sections or [replace(shipped[0], text_zh="成为最好的伙伴"), *shipped[1:]]
    return services.change_handbook(
        wanted, starts_on=starts_on, asks_again=asks_again, by=company.admin, now=NOW, reason="our own words"
    )


def test_a_new_member_is_asked_until_they_acknowledge(company):
    person = company.people["rep"]
    (asked,) = handbook_to_read(person, NOW)
    assert asked.sentence
    assert not queries.reading(person, as_of=TODAY).is_done
    services.acknowledge(person, number=1, now=NOW)
    services.acknowledge(person, number=1, now=NOW)
    assert queries.reading(person, as_of=TODAY).is_done
    assert list(handbook_to_read(person, NOW)) == []
    assert HandbookAcknowledgement.objects.count() == 1
    assert AuditEntry.objects.filter(action="handbook.acknowledge", person=person).count() == 1


def test_who_holds_no_position_is_not_asked(company):
    assert queries.reading(company.admin, as_of=TODAY) is None
    assert list(handbook_to_read(company.admin, NOW)) == []


def test_what_was_acknowledged_is_kept_whatever_is_shipped_later(company):
    services.acknowledge(company.people["rep"], number=1, now=NOW)
    edition = HandbookEdition.objects.get()
    assert (edition.number, len(edition.sections), edition.made_by) == (1, 7, None)
    assert queries.handbook(as_of=TODAY).is_default


def test_a_new_edition_is_acknowledged_anew_from_its_day(company):
    person = company.people["rep"]
    services.acknowledge(person, number=1, now=NOW)
    change(company, starts_on=date(2026, 7, 1))
    assert queries.reading(person, as_of=TODAY).is_done
    assert not queries.reading(person, as_of=date(2026, 7, 1)).is_done
    with pytest.raises(services.UnableToAcknowledge):
        services.acknowledge(person, number=2, now=NOW)
    services.acknowledge(person, number=2, now=LATER)
    assert queries.reading(person, as_of=date(2026, 7, 1)).is_done


def test_a_small_correction_asks_nobody_again(company):
    person = company.people["rep"]
    services.acknowledge(person, number=1, now=NOW)
    change(company, asks_again=False)
    assert queries.handbook(as_of=TODAY).number == 2
    assert queries.reading(person, as_of=TODAY).is_done


def test_it_shows_who_has_not_read_it_to_those_above_them(company):
    services.acknowledge(company.people["rep"], number=1, now=NOW)
    seen = {row.member.person.username: row.reading.is_done for row in queries.readings(company.admin, as_of=TODAY)}
    assert (len(seen), seen["rep"], seen["rep2"]) == (10, True, False)
    above = {row.member.person.username for row in queries.readings(company.people["rkm"], as_of=TODAY)}
    assert above < set(seen)
    assert "rkm" in above
    assert [row.member.person.username for row in queries.readings(company.people["rep"], as_of=TODAY)] == ["rep"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"starts_on": date(2026, 5, 1)}, "STARTS_IN_THE_PAST"),
        ({"sections": [replace(defaults.sections()[0], title_en="")]}, "NO_TITLE"),
        ({"sections": list(defaults.sections())}, "NOTHING_CHANGED"),
    ],
)
def test_an_edition_that_cannot_be_is_refused(company, said, code):
    with pytest.raises(services.UnableToKeep) as refusal:
        change(company, **said)
    assert refusal.value.args == (code,)


def test_the_list_of_readers_asks_the_same_however_many(company, django_assert_num_queries):
    company.admin.permissions  # noqa: B018 - read once a request
    with django_assert_num_queries(3):
        queries.readings(company.admin, as_of=TODAY)
