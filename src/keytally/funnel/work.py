"""What waits of the funnel: a stage to take over, an opportunity that no longer qualifies, is stale, or comes back."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from keytally.funnel.services.ending import LOOK_AGAIN, NO_LONGER, STALE
from keytally.funnel.services.handing_over import WAITING
from keytally.worklist.kinds import WorkKind, register_kind

Parameters = Mapping[str, Any]

register_kind(
    WorkKind(
        code=WAITING,
        label=_("Stages to take over"),
        icon="transfer",
        sentences={
            "ACCEPT": _("%(name)s of %(account)s came to a stage that you lead: take it over"),
            "NAME_LEADER": _("%(name)s of %(account)s came to a stage that nobody in its team leads: let somebody in"),
        },
        weight=20,
        is_pressing=True,
        passes_over=False,
    )
)
register_kind(
    WorkKind(
        code=NO_LONGER,
        label=_("Opportunities that no longer qualify"),
        icon="clock-exclamation",
        sentences={
            "EXPIRED": _("%(name)s of %(account)s no longer qualifies for its stage: record evidence or move back")
        },
        weight=25,
        is_pressing=True,
    )
)
register_kind(
    WorkKind(
        code=STALE,
        label=_("Stale opportunities"),
        icon="clock-pause",
        sentences={"STALE": _("Nothing happened with %(name)s of %(account)s since %(day)s: next step, stop or lose?")},
        weight=55,
    )
)
register_kind(
    WorkKind(
        code=LOOK_AGAIN,
        label=_("Stopped opportunities to look at again"),
        icon="history",
        sentences={"LOOK": _("Look again at %(name)s of %(account)s, as was said when it was stopped")},
        weight=45,
    )
)
