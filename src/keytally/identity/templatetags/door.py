"""Devices, permissions and what was done to a log-in, as pages show them."""

from django import template
from django.utils.translation import gettext_lazy as _

from keytally.core.roles import declared
from keytally.core.templatetags import keytally
from keytally.identity import rules

register = template.Library()

_ACTIONS = {
    "log_in.done": _("Logged in"),
    "log_in.failed": _("Log-in refused: wrong password or code"),
    "log_in.locked": _("Log-in locked after too many wrong guesses"),
    "log_in.factor_rules": _("Roles that need a second factor changed"),
    "person.link": _("Link to set a password given"),
    "person.link_revoked": _("Link to set a password revoked"),
    "person.reset_asked": _("Link for a new password asked for"),
    "person.sessions_ended": _("Log-ins ended"),
    "person.factor_added": _("Second factor turned on"),
    "person.factor_removed": _("Second factor turned off"),
    "person.factor_reset": _("Second factor reset"),
    "person.recovery_codes": _("New recovery codes made"),
    "person.identity_linked": _("Identity of another system linked"),
    "person.identity_unlinked": _("Identity of another system unlinked"),
    "person.token_made": _("API token made"),
    "person.token_revoked": _("API token revoked"),
}


@register.filter
def device(user_agent: str) -> str:
    """Name browser and system."""
    return rules.device(user_agent) or str(_("unknown device"))


@register.filter
def permission(code: str) -> str:
    """Word a permission, also one that no capability declares any more."""
    known = declared().get(code)
    return str(known.label) if known else code


@register.filter
def deed(code: str) -> str:
    """Word what an audit entry says was done to a person or their log-in."""
    return str(_ACTIONS[code]) if code in _ACTIONS else keytally.action(code)
