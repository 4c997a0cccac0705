"""What may be done with jobs; everyone who may start one sees and stops their own."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, change, declare, read

_OFFICE = frozenset(Role) - {Role.PROMOTER}

declare(
    read("jobs.view", _("See one's own jobs"), roles=_OFFICE),
    change("jobs.run", _("Stop and resume one's own jobs"), roles=_OFFICE),
    read("jobs.view_all", _("See everyone's jobs"), roles=[Role.ADMINISTRATOR]),
    change("jobs.run_all", _("Stop and resume everyone's jobs"), roles=[Role.ADMINISTRATOR]),
)
