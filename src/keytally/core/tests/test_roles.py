import pytest

from keytally.core import roles
from keytally.core.roles import Kind, Role, change, declare, declared, permissions_of, read


def test_the_auditor_reads_everything_and_changes_nothing():
    held = permissions_of([Role.AUDITOR])
    assert held == {code for code, permission in declared().items() if permission.kind is Kind.READ}


def test_a_change_cannot_be_given_to_the_auditor():
    assert not change("x.y", "x", roles=list(Role)).granted_to(Role.AUDITOR)


def test_the_administrator_sees_no_figures_unless_given():
    held = permissions_of([Role.ADMINISTRATOR])
    assert {"users.view", "users.change", "jobs.view"} <= held
    assert not {code for code in held if code.startswith(("reconcile.", "import", "audit."))}


def test_two_roles_add_up():
    both = permissions_of([Role.AUDITOR, Role.ADMINISTRATOR])
    assert both == permissions_of([Role.AUDITOR]) | permissions_of([Role.ADMINISTRATOR])


def test_nobody_may_declare_a_code_twice(monkeypatch):
    monkeypatch.setattr(roles, "_declared", {})
    declare(read("a.b", "one", roles=[Role.EXECUTIVE]))
    with pytest.raises(roles.UnableToDeclare):
        declare(change("a.b", "two", roles=[Role.EXECUTIVE]))
