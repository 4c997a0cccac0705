"""The demo company has accepted keytally's example limits, so that requests can be tried at once."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keytally.approvals import definitions
from keytally.approvals.services.workflows import accept_limits
from keytally.core.demo import demo
from keytally.core.models import User


@demo("workflows")
def seed(owner: User, now: datetime) -> str:
    """Accept the limits of every workflow that has some."""
    kept = accept_limits(definitions.declared(), by=owner, now=now)
    if not kept:
        return _("The demo company's approval limits are accepted already.")
    words = ngettext(
        "The demo company accepts the approval limits of %(n)s workflow.",
        "The demo company accepts the approval limits of %(n)s workflows.",
        len(kept),
    )
    return words % {"n": len(kept)}
