from datetime import UTC, date, datetime

import pytest

from keytally.core import rule_sets
from keytally.core.models import AuditEntry, RuleSetVersion
from keytally.core.rule_sets import Problem, UnableToKeep

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def grades(monkeypatch):
    monkeypatch.setattr(rule_sets, "_kinds", {})

    def check(content):
        return [Problem("days", "NEGATIVE", {"days": content["days"]})] if content.get("days", 0) < 0 else []

    rule_sets.register_rule_set(
        "test.grades", default={"days": 30}, check=check, errors={"NEGATIVE": "%(days)s days are too few."}
    )


def keep(days, starts_on, now=NOW):
    return rule_sets.keep_rule_set(
        "test.grades", content={"days": days}, starts_on=starts_on, by=None, now=now, reason="asked for"
    )


def days_on(day):
    return rule_sets.rule_set("test.grades", as_of=day)["days"]


def test_keytallys_default_holds_until_the_company_keeps_its_own():
    keep(45, date(2026, 8, 1))
    assert [days_on(date(2026, 7, 31)), days_on(date(2026, 8, 1)), days_on(date(2030, 1, 1))] == [30, 45, 45]
    assert rule_sets.rule_set_in_force("test.grades", as_of=date(2026, 7, 31)).is_default


def test_a_later_version_leaves_what_was_in_force_before():
    keep(45, date(2026, 8, 1))
    keep(60, date(2026, 9, 1))
    assert [days_on(date(2026, 8, 31)), days_on(date(2026, 9, 1))] == [45, 60]
    assert [row.number for row in rule_sets.history("test.grades")] == [2, 1]


def test_of_two_versions_from_the_same_day_the_newer_holds():
    keep(45, date(2026, 8, 1))
    keep(50, date(2026, 8, 1))
    assert days_on(date(2026, 8, 1)) == 50
    assert RuleSetVersion.objects.count() == 2


def test_history_is_not_rewritten():
    with pytest.raises(UnableToKeep) as refusal:
        keep(45, date(2026, 6, 30))
    assert [problem.code for problem in refusal.value.problems] == ["STARTS_IN_THE_PAST"]
    assert RuleSetVersion.objects.count() == 0


def test_rules_that_do_not_fit_are_refused_with_every_problem_in_words():
    with pytest.raises(UnableToKeep) as refusal:
        keep(-1, date(2026, 6, 30))
    assert [problem.code for problem in refusal.value.problems] == ["NEGATIVE", "STARTS_IN_THE_PAST"]
    assert rule_sets.sentence("test.grades", refusal.value.problems[0]) == "-1 days are too few."


def test_keeping_the_same_again_is_refused():
    keep(45, date(2026, 8, 1))
    with pytest.raises(UnableToKeep) as refusal:
        keep(45, date(2026, 8, 2))
    assert refusal.value.problems[0].code == "SAME_AS_IN_FORCE"


def test_a_decision_points_at_the_very_rules_it_was_made_by():
    by_default = rule_sets.used_rule_set("test.grades", as_of=date(2026, 7, 1), now=NOW)
    again = rule_sets.used_rule_set("test.grades", as_of=date(2026, 7, 2), now=NOW)
    assert (by_default.pk, by_default.number, by_default.content) == (again.pk, 0, {"days": 30})
    kept = keep(45, date(2026, 8, 1))
    assert rule_sets.used_rule_set("test.grades", as_of=date(2026, 8, 2), now=NOW) == kept
    assert kept.number == 1


def test_keeping_is_told_in_the_audit():
    kept = keep(45, date(2026, 8, 1))
    entry = AuditEntry.objects.get(subject_kind="rule_set", subject_id=kept.pk)
    assert (entry.action, entry.reason, entry.after["starts_on"]) == ("rule_set.keep", "asked for", "2026-08-01")


def test_the_order_of_keys_makes_no_difference():
    assert rule_sets.digest({"a": 1, "b": [1, 2]}) == rule_sets.digest({"b": [1, 2], "a": 1})
    assert rule_sets.digest({"a": 1, "b": [1, 2]}) != rule_sets.digest({"a": 1, "b": [2, 1]})
