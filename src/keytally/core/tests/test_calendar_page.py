from datetime import UTC, date, datetime, timedelta

import pytest

from keytally.core import outbox
from keytally.core.calendars import company_calendar
from keytally.core.clock import business_date
from keytally.core.models import CalendarDay, OutgoingMail, RuleSetVersion
from keytally.core.roles import Role
from keytally.core.services import add_person

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
TODAY = business_date(NOW)


@pytest.fixture
def administrator(client):
    person = add_person("root", name="Root", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW, language="en")
    client.force_login(person)
    return person


@pytest.fixture
def rep():
    return add_person("rep", name="李娜", password=None, roles=[Role.SALES_REP], by=None, now=NOW, language="zh-hans")


def test_a_year_shows_holidays_and_make_up_days_in_both_languages(client, administrator, rep):
    page = client.get("/calendar/?year=2026").content.decode()
    assert "2026-10-10 make-up working day" in page
    assert "2026-10-01 public holiday National Day" in page
    assert "248 working days" in page
    client.force_login(rep)
    page = client.get("/calendar/?year=2026").content.decode()
    assert "2026-10-01" in page and "国庆节" in page
    assert "calendar/set/" not in page


def test_a_year_that_is_not_announced_says_so(client, administrator):
    assert "is not known to this version" in client.get("/calendar/?year=2040").content.decode()
    assert "is not known to this version" not in client.get("/calendar/?year=2026").content.decode()
    assert client.get("/calendar/?year=1").status_code == 200


def test_a_day_is_set_shown_and_taken_back(client, administrator):
    day = TODAY + timedelta(days=30)
    said = {"day": day.isoformat(), "is_worked": "no", "name_zh": "盘点", "name_en": "Stock-take"}
    page = client.post("/calendar/set/", said, follow=True).content.decode()
    assert "盘点 / Stock-take" in page
    assert not company_calendar().is_working(day)
    client.post("/calendar/clear/", {"day": day.isoformat()})
    assert CalendarDay.objects.count() == 0


def test_a_day_that_is_over_is_refused_with_what_was_typed(client, administrator):
    said = {"day": "2026-01-05", "is_worked": "no", "name_zh": "盘点", "name_en": ""}
    answer = client.post("/calendar/set/", said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This day is over" in page and 'value="盘点"' in page
    assert client.post("/calendar/set/", {"day": "soon"}).status_code == 422


HOURS = {"opens_at": "08:00", "cut_off_at": "16:00", "closes_at": "19:00", "weekdays": [1, 2, 3, 4, 5, 6]}


def test_working_hours_change_from_a_day_on(client, administrator):
    day = TODAY + timedelta(days=60)
    answer = client.post("/calendar/hours/", {**HOURS, "starts_on": day.isoformat(), "reason": "six days"})
    assert answer.headers["Location"] == "/calendar/"
    hours = company_calendar().hours_on(day)
    assert (hours.opens_at.hour, hours.closes_at.hour, len(hours.weekdays)) == (8, 19, 6)
    assert company_calendar().hours_on(TODAY).closes_at.hour == 18


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"closes_at": "07:00"}, "The working hours do not fit"),
        ({"starts_on": "2020-01-01"}, "Rules take effect from today on"),
        ({"weekdays": []}, "field-error"),
    ],
)
def test_hours_that_do_not_fit_are_refused(client, administrator, said, told):
    day = TODAY + timedelta(days=60)
    answer = client.post("/calendar/hours/", {**HOURS, "starts_on": day.isoformat(), "reason": "six days", **said})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert told in page and "six days" in page
    assert RuleSetVersion.objects.count() == 0


@pytest.mark.parametrize("path", ["/calendar/set/", "/calendar/clear/", "/calendar/hours/"])
def test_a_rep_changes_nothing(client, rep, path):
    client.force_login(rep)
    assert client.post(path, {"day": date(2030, 1, 1).isoformat()}).status_code == 403


def test_mails_that_were_kept_are_shown_with_the_reason_and_sent_again(client, administrator, rep, settings):
    settings.EMAIL_HOST = ""
    written = outbox.send_mail(
        rep, template="core/mail/none.txt", context={"link": "https://example.com/secret"}, now=NOW, is_secret=True
    )
    outbox.deliver_due(now=NOW)
    page = client.get("/mail/").content.decode()
    assert "has no mail settings" in page and "李娜" in page
    assert "secret" not in page
    client.post(f"/mail/{written.pk}/send-again/")
    assert OutgoingMail.objects.get().state == "WAITING"
    assert "about to be" in client.post(f"/mail/{written.pk}/send-again/", follow=True).content.decode()
    assert "No mail" in client.get("/mail/?state=SENT").content.decode()
    client.force_login(rep)
    assert client.get("/mail/").status_code == 403
