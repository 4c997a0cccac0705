"""Which roles are there, and what does each permission let them do?

A capability declares its permissions in `<capability>/permissions.py`; the roles are those of specification 00.
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


class Kind(StrEnum):
    """Does a permission only show something, or change it?"""

    READ = "READ"
    CHANGE = "CHANGE"


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing a person may do, and the roles that may do it by default."""

    code: str
    label: Promise | str
    kind: Kind
    roles: frozenset[Role]

    def granted_to(self, role: Role) -> bool:
        """Tell whether a role has it; the auditor reads everything and changes nothing."""
        if role is Role.AUDITOR:
            return self.kind is Kind.READ
        return role in self.roles


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


def read(code: str, label: Promise | str, *, roles: Iterable[Role]) -> Permission:
    """Describe a permission that shows something."""
    return Permission(code, label, Kind.READ, frozenset(roles))


def change(code: str, label: Promise | str, *, roles: Iterable[Role]) -> Permission:
    """Describe a permission that changes something; an auditor never has it."""
    return Permission(code, label, Kind.CHANGE, frozenset(roles) - {Role.AUDITOR})


def permissions_of(roles: Iterable[Role]) -> frozenset[str]:
    """List the codes a set of roles may use."""
    held = tuple(roles)
    return frozenset(code for code, permission in _declared.items() if any(map(permission.granted_to, held)))
