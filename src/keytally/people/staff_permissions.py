"""What may be done with people's papers: duties, documents, the handbook, training, handovers; and how far."""

from django.utils.translation import gettext_lazy as _

from keytally.core.roles import Role, Scope, change, declare, read

_EVERYONE = frozenset(Role)
_MANAGERS = (Role.ACCOUNT_MANAGER, Role.REGION_MANAGER, Role.NATIONAL_MANAGER)
_DIRECTORS = (Role.SALES_DIRECTOR, Role.FINANCE_DIRECTOR, Role.EXECUTIVE)
_HEAD_OFFICE = (Role.NATIONAL_MANAGER, *_DIRECTORS, Role.ADMINISTRATOR)
_COMPANY_WIDE = dict.fromkeys((*_DIRECTORS, Role.ADMINISTRATOR), Scope.COMPANY)

declare(
    read("duties.view", _("Read position descriptions"), roles=_EVERYONE),
    change("duties.change", _("Change position descriptions"), roles=_HEAD_OFFICE),
    read("documents.view", _("Read controlled documents"), roles=_EVERYONE),
    change(
        "documents.change",
        _("Draft controlled documents and send them into sign-off"),
        roles=(Role.REGION_MANAGER, *_HEAD_OFFICE),
    ),
    change(
        "documents.publish",
        _("Publish documents signed on paper, and withdraw documents"),
        roles=(*_DIRECTORS, Role.ADMINISTRATOR),
    ),
    read("handbook.view", _("Read the team handbook"), roles=_EVERYONE),
    change("handbook.acknowledge", _("Acknowledge the team handbook"), roles=_EVERYONE),
    change("handbook.change", _("Change the team handbook"), roles=_HEAD_OFFICE),
    read("training.view", _("See courses"), roles=_EVERYONE),
    change("training.learn", _("Sit tests"), roles=_EVERYONE),
    change("training.change", _("Write courses and record who attended"), roles=(Role.REGION_MANAGER, *_HEAD_OFFICE)),
    # Who read the handbook, who was trained: one's own people.
    read(
        "members.follow",
        _("Follow who read the handbook and who was trained"),
        roles={**dict.fromkeys(_EVERYONE, Scope.OWN), **dict.fromkeys(_MANAGERS, Scope.SUBTREE), **_COMPANY_WIDE},
    ),
    read(
        "handover.view",
        _("See handovers"),
        roles={**dict.fromkeys(_EVERYONE, Scope.OWN), **dict.fromkeys(_MANAGERS, Scope.SUBTREE), **_COMPANY_WIDE},
    ),
    change(
        "handover.propose",
        _("Propose handovers"),
        roles={**dict.fromkeys(_EVERYONE, Scope.OWN), **dict.fromkeys(_MANAGERS, Scope.SUBTREE), **_COMPANY_WIDE},
    ),
    change("handover.confirm", _("Confirm or refuse what is handed over to one"), roles=_EVERYONE),
    change(
        "handover.end_access",
        _("End a leaver's log-in with the handover"),
        roles={
            Role.REGION_MANAGER: Scope.SUBTREE,
            Role.NATIONAL_MANAGER: Scope.SUBTREE,
            **_COMPANY_WIDE,
        },
    ),
    read(
        "tasks.view",
        _("See tasks that people ask of one another"),
        roles={**dict.fromkeys(_EVERYONE, Scope.OWN), **dict.fromkeys(_MANAGERS, Scope.SUBTREE), **_COMPANY_WIDE},
    ),
    change("tasks.ask", _("Ask others to do something, and say when one's own is done"), roles=_EVERYONE),
)
