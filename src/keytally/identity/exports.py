"""What may leave the house of people who log in: the list."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core import queries
from keytally.core.exports import Column, Listing, register_listing

if TYPE_CHECKING:
    from keytally.core.models import User


def _roles(person: "User") -> str:
    return ", ".join(str(grant.get_role_display()) for grant in person.grants.all())


register_listing(
    Listing(
        code="people",
        label=_("People"),
        permission="users.view",
        kind="person",
        columns=[
            Column(_("User name"), lambda person: person.username),
            Column(pgettext_lazy("person", "Name"), lambda person: person.name),
            Column(_("Roles"), _roles),
            Column(_("E-mail"), lambda person: person.email, field="email"),
            Column(_("Last log-in"), lambda person: person.last_login),
            Column(_("May log in"), lambda person: _("yes") if person.is_active else _("no")),
        ],
        rows=lambda _person, _as_of, _asked: queries.people(),
        back="users:list",
    )
)
