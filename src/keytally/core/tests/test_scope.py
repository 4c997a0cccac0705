from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keytally.core import roles, scope
from keytally.core.models import AuditEntry, Export, User
from keytally.core.queries import visible_exports
from keytally.core.roles import Grant, Kind, Role, Scope, declared, scopes_of
from keytally.core.scope import Reach, reach_of, register_reach, scope_of, visible
from keytally.core.services import add_person, set_roles

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)
TODAY = date(2026, 7, 1)


@pytest.fixture
def people(db):
    def add(username, *held):
        return add_person(username, name=username, password=None, roles=held, by=None, now=NOW)

    return {
        "rep": add("rep", Role.SALES_REP),
        "boss": add("boss", Role.REGION_MANAGER),
        "advisor": add("advisor", Role.NATIONAL_MANAGER),
        "director": add("director", Role.FINANCE_DIRECTOR),
        "auditor": add("auditor", Role.AUDITOR),
        "nobody": add("nobody"),
    }


@pytest.fixture
def company(people, monkeypatch):
    """The boss stands above the rep, the advisor is consulted about the rep, from July on."""
    monkeypatch.setattr(scope, "_finders", [])

    def find(person, as_of):
        own = frozenset({person.pk})
        below = {people["rep"].pk} if as_of >= TODAY else set()
        if person == people["boss"]:
            return Reach(sees=own | below, decides=own | below)
        if person == people["advisor"]:
            return Reach(sees=own | below, decides=own)
        return Reach(sees=own, decides=own)

    register_reach(find)


@pytest.fixture
def taken(people):
    def of(person):
        return Export.objects.create(
            person=person, at=NOW, code="x", label="x", sensitivity="OPEN", file_format="csv", row_count=1
        )

    return {name: of(person) for name, person in people.items()}


def seen_by(person, as_of=TODAY):
    return sorted(export.person.username for export in visible_exports(User.objects.get(pk=person.pk), as_of))


@pytest.mark.usefixtures("company", "taken")
def test_a_role_without_reports_sees_its_own(people):
    assert seen_by(people["rep"]) == ["rep"]


@pytest.mark.usefixtures("company", "taken")
def test_the_solid_line_sees_what_is_below(people):
    assert seen_by(people["boss"]) == ["boss", "rep"]


@pytest.mark.usefixtures("company", "taken")
def test_the_day_decides(people):
    assert seen_by(people["boss"], date(2026, 6, 30)) == ["boss"]


@pytest.mark.usefixtures("company", "taken")
def test_a_dotted_line_sees_and_does_not_change(people, monkeypatch):
    monkeypatch.setattr(roles, "_declared", dict(declared()))
    roles.declare(roles.change("x.change", "x", roles={Role.NATIONAL_MANAGER: Scope.SUBTREE}))
    advisor = User.objects.get(username="advisor")
    changeable = visible(Export.objects.all(), person=advisor, permission="x.change", as_of=TODAY, owner="person")
    assert seen_by(advisor) == ["advisor", "rep"]
    assert [export.person for export in changeable] == [advisor]


@pytest.mark.usefixtures("company", "taken")
def test_the_company_is_seen_by_who_has_it_and_by_the_auditor(people):
    assert len(seen_by(people["director"])) == len(seen_by(people["auditor"])) == len(people)


@pytest.mark.usefixtures("company", "taken")
def test_without_a_role_nothing_is_seen(people):
    assert seen_by(people["nobody"]) == []


@pytest.mark.usefixtures("company", "taken")
def test_a_narrowed_role_reaches_less(people):
    root = add_person("root", name="Root", password=None, roles=[Role.ADMINISTRATOR], by=None, now=NOW)
    set_roles(people["director"], roles={Role.FINANCE_DIRECTOR: Scope.OWN}, by=root, now=NOW, reason="half a day")
    assert seen_by(people["director"]) == ["director"]
    entry = AuditEntry.objects.get(action="person.roles")
    assert (entry.before, entry.after) == ({"roles": ["FINANCE_DIRECTOR"]}, {"roles": ["FINANCE_DIRECTOR OWN"]})


def test_who_may_not_log_in_has_no_scope(people):
    director = people["director"]
    director.is_active = False
    assert scope_of(director, "exports.view") is None


def test_standing_in_shows_nothing_of_the_one_who_is_away(people, taken, monkeypatch):
    boss, nobody = people["boss"], people["nobody"]
    own = frozenset({boss.pk})
    monkeypatch.setattr(scope, "_finders", [lambda _person, _day: Reach(own, own, frozenset({nobody.pk}))])
    assert seen_by(boss) == ["boss"]


def test_nobody_decides_what_they_do_not_see():
    with pytest.raises(ValueError, match="only what they see"):
        Reach(sees=frozenset({1}), decides=frozenset({2}))


def test_without_an_organisation_a_person_reaches_themselves(people, monkeypatch):
    monkeypatch.setattr(scope, "_finders", [])
    assert reach_of(people["boss"], as_of=TODAY) == Reach(
        frozenset({people["boss"].pk}), frozenset({people["boss"].pk})
    )


GRANTS = st.lists(st.builds(Grant, st.sampled_from(Role), st.none() | st.sampled_from(Scope)), max_size=4)


@given(GRANTS, GRANTS)
def test_another_role_never_takes_away(some, more):
    width = list(Scope).index
    few, many = scopes_of(some), scopes_of([*some, *more])
    assert set(few) <= set(many)
    assert all(width(many[code]) >= width(reach) for code, reach in few.items())


@given(GRANTS)
def test_narrowing_never_widens(grants):
    width = list(Scope).index
    usual = scopes_of([Grant(grant.role) for grant in grants])
    assert all(width(reach) <= width(usual[code]) for code, reach in scopes_of(grants).items())


@given(st.lists(st.builds(Grant, st.just(Role.AUDITOR), st.none() | st.sampled_from(Scope)), min_size=1))
def test_an_auditor_never_changes(grants):
    assert {declared()[code].kind for code in scopes_of(grants)} == {Kind.READ}
