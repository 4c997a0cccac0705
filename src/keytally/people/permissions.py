"""What may be done with the organisation, and how far each role reaches."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read

declare(
    # Whom to ask and who decides everyone in the company may know.
    read("people.view", _("See the organisation, positions and who holds them"), roles=list(Role)),
    change("people.change", _("Change units, positions, lines and holders"), roles=[Role.ADMINISTRATOR]),
    # Row O10: the region allots.
    change(
        "people.allot",
        _("Let another boss decide in a city"),
        roles={
            Role.ADMINISTRATOR: Scope.COMPANY,
            Role.SALES_DIRECTOR: Scope.COMPANY,
            Role.NATIONAL_MANAGER: Scope.SUBTREE,
            Role.REGION_MANAGER: Scope.SUBTREE,
        },
    ),
    change(
        "people.delegate",
        _("Let another decide while one is away"),
        roles={**dict.fromkeys(Role, Scope.SUBTREE), Role.ADMINISTRATOR: Scope.COMPANY},
    ),
)
