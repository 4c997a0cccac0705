"""What waits of the support centre: questions to answer, delays of one's people, answers to read."""

from django.utils.translation import gettext_lazy as _

from keytally.playbook.services.telling import ANSWER, LATE, OWN
from keytally.worklist.kinds import WorkKind, register_kind

register_kind(
    WorkKind(
        code=ANSWER,
        label=_("Questions to answer"),
        icon="help",
        sentences={
            "ANSWER": _("Answer %(person)s: %(title)s"),
            "REMIND": _("Half the time is over, answer %(person)s: %(title)s"),
        },
        weight=25,
        passes_over=False,
    )
)
register_kind(
    WorkKind(
        code=LATE,
        label=_("Answers that are late"),
        icon="clock-exclamation",
        sentences={"LATE": _("Your people owe %(person)s an answer: %(title)s")},
        weight=35,
        is_pressing=True,
        passes_over=False,
    )
)
register_kind(
    WorkKind(
        code=OWN,
        label=_("Answers of the support centre"),
        icon="mail",
        sentences={"READ": _("%(person)s answered: %(title)s. Say whether it helped.")},
        weight=40,
        is_pressing=True,
        passes_over=False,
    )
)
