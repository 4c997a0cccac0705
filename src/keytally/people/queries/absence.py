"""Who may say that another decides in a person's place?"""

from datetime import datetime
from typing import TYPE_CHECKING

from keytally.core.clock import business_date
from keytally.core.scope import Scope, scope_of
from keytally.people.queries.organisation import organisation

if TYPE_CHECKING:
    from keytally.core.models import User


def may_delegate_for(by: "User", person: "User", *, now: datetime) -> bool:
    """Tell whether someone may: everyone for themselves, a manager up the solid line, an administrator."""
    scope = scope_of(by, "people.delegate")
    if by.pk == person.pk or scope in (None, Scope.COMPANY):
        return scope is not None
    return person.pk in organisation(as_of=business_date(now)).subtree(by.pk)
