"""Which roles are there, and what does each permission let them do, and how far?

A capability declares its permissions in `<capability>/permissions.py`; the roles are those of specification 00. How far
a permission reaches - one's own, a subtree, the company - is told in docs/rules/scope.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a person is to the company; a person may have several."""

    SALES_REP = "SALES_REP"
    ACCOUNT_MANAGER = "ACCOUNT_MANAGER"
    REGION_MANAGER = "REGION_MANAGER"
    NATIONAL_MANAGER = "NATIONAL_MANAGER"
    ORDER_CLERK = "ORDER_CLERK"
    RECEIVABLES_ACCOUNTANT = "RECEIVABLES_ACCOUNTANT"
    SALES_DIRECTOR = "SALES_DIRECTOR"
    FINANCE_DIRECTOR = "FINANCE_DIRECTOR"
    EXECUTIVE = "EXECUTIVE"
    PROMOTER = "PROMOTER"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"


ROLE_LABELS: Mapping[Role, Promise | str] = {
    Role.SALES_REP: _("KA sales representative"),
    Role.ACCOUNT_MANAGER: _("KA business manager"),
    Role.REGION_MANAGER: _("Region KA manager"),
    Role.NATIONAL_MANAGER: _("National KA manager"),
    Role.ORDER_CLERK: _("Order clerk"),
    Role.RECEIVABLES_ACCOUNTANT: _("Receivables accountant"),
    Role.SALES_DIRECTOR: _("Sales director"),
    Role.FINANCE_DIRECTOR: _("Finance director"),
    Role.EXECUTIVE: _("Executive"),
    Role.PROMOTER: _("Promoter"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
}


class Scope(StrEnum):
    """How far a permission reaches, narrowest first."""

    OWN = "OWN"
    SUBTREE = "SUBTREE"
    COMPANY = "COMPANY"


# An auditor sees everything and changes nothing; who has any other role may act.
ACTING_ROLES = frozenset(Role) - {Role.AUDITOR}
_WIDTHS: Mapping[Scope, int] = {scope: width for width, scope in enumerate(Scope)}

SCOPE_LABELS: Mapping[Scope, Promise | str] = {
    Scope.OWN: _("One's own"),
    Scope.SUBTREE: _("One's own and those of everyone who reports to them"),
    Scope.COMPANY: _("Everyone's"),
}

# Specification 00: people see their own and those of everyone who reports to them.
USUAL_SCOPES: Mapping[Role, Scope] = {
    Role.SALES_REP: Scope.OWN,
    Role.PROMOTER: Scope.OWN,
    Role.ACCOUNT_MANAGER: Scope.SUBTREE,
    Role.REGION_MANAGER: Scope.SUBTREE,
    Role.NATIONAL_MANAGER: Scope.SUBTREE,
    Role.ORDER_CLERK: Scope.COMPANY,
    Role.RECEIVABLES_ACCOUNTANT: Scope.COMPANY,
    Role.SALES_DIRECTOR: Scope.COMPANY,
    Role.FINANCE_DIRECTOR: Scope.COMPANY,
    Role.EXECUTIVE: Scope.COMPANY,
    Role.AUDITOR: Scope.COMPANY,
    Role.ADMINISTRATOR: Scope.COMPANY,
}


class Kind(StrEnum):
    """Does a permission only show something, or change it?"""

    READ = "READ"
    CHANGE = "CHANGE"


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing a person may do, the roles that may do it by default, and how far each reaches."""

    code: str
    label: Promise | str
    kind: Kind
    roles: Mapping[Role, Scope]

    def granted_to(self, role: Role) -> bool:
        """Tell whether a role has it; the auditor reads everything and changes nothing."""
        return self.scope_for(role) is not None

    def scope_for(self, role: Role) -> Scope | None:
        """Tell how far it reaches for a role, or that the role does not have it."""
        if role is Role.AUDITOR:
            return Scope.COMPANY if self.kind is Kind.READ else None
        return self.roles.get(role)


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody holds, narrowed to a scope if one is given."""

    role: Role
    at_most: Scope | None = None


class UnableToDeclare(Exception):
    """Two capabilities want the same permission code."""


_declared: dict[str, Permission] = {}


def declare(*permissions: Permission) -> None:
    """Make permissions known; called once by each capability's `permissions` module."""
    for permission in permissions:
        if _declared.get(permission.code, permission) != permission:
            raise UnableToDeclare(permission.code)
        _declared[permission.code] = permission


def declared() -> Mapping[str, Permission]:
    """List every permission by its code."""
    return dict(_declared)


Roles = Iterable[Role] | Mapping[Role, Scope]


def read(code: str, label: Promise | str, *, roles: Roles) -> Permission:
    """Describe a permission that shows something; roles without a scope reach the whole company."""
    return Permission(code, label, Kind.READ, _scoped(roles))


def change(code: str, label: Promise | str, *, roles: Roles) -> Permission:
    """Describe a permission that changes something; an auditor never has it."""
    held = _scoped(roles)
    return Permission(code, label, Kind.CHANGE, {role: held[role] for role in held if role is not Role.AUDITOR})


def usually(roles: Iterable[Role]) -> dict[Role, Scope]:
    """Give each role the scope it usually has."""
    return {role: USUAL_SCOPES[role] for role in roles}


def permissions_of(roles: Iterable[Role]) -> frozenset[str]:
    """List the codes a set of roles may use."""
    return frozenset(scopes_of(map(Grant, roles)))


def scopes_of(grants: Iterable[Grant]) -> dict[str, Scope]:
    """List the codes that grants give, each with the widest scope among them."""
    held = tuple(grants)
    reaching = {code: _widest(permission, held) for code, permission in _declared.items()}
    return {code: scope for code, scope in reaching.items() if scope is not None}


def _scoped(roles: Roles) -> dict[Role, Scope]:
    return dict(roles) if isinstance(roles, Mapping) else dict.fromkeys(roles, Scope.COMPANY)


def _widest(permission: Permission, grants: Iterable[Grant]) -> Scope | None:
    scopes = [scope for grant in grants if (scope := _narrowed(permission, grant)) is not None]
    return max(scopes, key=_WIDTHS.__getitem__, default=None)


def _narrowed(permission: Permission, grant: Grant) -> Scope | None:
    scope = permission.scope_for(grant.role)
    return scope if scope is None or grant.at_most is None else min(scope, grant.at_most, key=_WIDTHS.__getitem__)
