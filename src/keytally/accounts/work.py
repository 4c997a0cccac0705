"""What waits of accounts: relationships about to cool, promises due, visits of today, matters to coordinate."""

from django.utils.translation import gettext_lazy as _

from keytally.accounts.services.coordination import RAISED
from keytally.accounts.services.warnings import DUE, FALLING, PLANNED
from keytally.worklist.kinds import WorkKind, register_kind

register_kind(
    WorkKind(
        code=FALLING,
        label=_("Relationships about to cool"),
        icon="users",
        sentences={"FALLS": _("%(name)s of %(account)s: without evidence a rung is lost on %(day)s")},
        weight=60,
    )
)
register_kind(
    WorkKind(
        code=DUE,
        label=_("Promises due"),
        icon="check",
        sentences={"DUE": _("Keep what was promised to %(account)s: %(promised)s")},
        weight=30,
    )
)
register_kind(
    WorkKind(
        code=PLANNED,
        label=_("Planned visits"),
        icon="users",
        sentences={"PLANNED": _("Visit %(account)s, then say how it went: %(aim)s")},
        weight=40,
    )
)
register_kind(
    WorkKind(
        code=RAISED,
        label=_("Matters to coordinate"),
        icon="check",
        sentences={"RAISED": _("%(account)s needs an answer: %(matter)s")},
        weight=30,
    )
)
