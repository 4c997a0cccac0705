"""Words of approvals as templates show them."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keytally.approvals import labels
from keytally.approvals.models import Request
from keytally.approvals.rules.resolving import Reason
from keytally.core.templatetags.keytally import money

register = template.Library()

_MANY = 6


@register.filter
def named(part: Any) -> str:  # noqa: ANN401 - whatever has a name in both languages
    """Name something in the reader's language."""
    return labels.named(part)


@register.filter
def purpose(part: Any) -> str:  # noqa: ANN401 - a workflow
    """Say what a workflow is for."""
    return labels.spoken(part, "purpose")


@register.filter
def spoken(pair: Any) -> str:  # noqa: ANN401 - a mapping of zh and en
    """Choose the reader's language of a text kept in both."""
    return labels.either(pair)


@register.filter
def instant(text: str) -> str:
    """Show an instant that was kept as text, in the reader's zone."""
    return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"


@register.filter
def state_label(state: str) -> str:
    """Word a state of a request."""
    return str(Request.State(state).label)


@register.filter
def get(mapping: Mapping[Any, Any], key: Any) -> Any:  # noqa: ANN401 - a look-up
    """Look something up."""
    return mapping.get(key, "")


@register.filter
def role_words(roles: Iterable[str], names: Mapping[str, str]) -> str:
    """Name roles in the reader's language."""
    return " / ".join(names.get(role, role) for role in roles)


@register.filter
def people_words(people: Iterable[Any]) -> str:
    """Name a few people, and count the rest."""
    known = [str(person) for person in people]
    if len(known) <= _MANY:
        return _(", ").join(known)
    more = ngettext("and %(count)s more", "and %(count)s more", len(known) - _MANY) % {"count": len(known) - _MANY}
    return f"{_(', ').join(known[:_MANY])} {more}"


@register.simple_tag
def reason_words(reason: Any, names: Mapping[str, str], left: str = "") -> str:  # noqa: ANN401 - a reason, as a rule or as JSON
    """Word why a route is as it is."""
    facts = {"code": reason.code, **dict(reason.parameters)} if isinstance(reason, Reason) else dict(reason)
    facts["bounds"] = _bounds(facts)
    for key in ("role", "to"):
        facts[key] = " / ".join(names.get(part, part) for part in str(facts.get(key, "")).split(" / "))
    facts["left"] = left
    if facts["code"] in ("CONDITION_NOT_MET", "NOBODY_TO_CONSULT"):
        facts["step"] = left
    words = labels.REASONS.get(facts["code"])
    return str(words) % facts if words else str(facts["code"])


@register.filter
def audit_words(action: str) -> str:
    """Word what an audit entry about a request says was done."""
    return str(labels.AUDIT.get(action, action))


@register.filter
def worked(span: timedelta | None) -> str:
    """Word a span of working time."""
    if span is None:
        return ""
    minutes = int(span.total_seconds()) // 60
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h") % {"hours": f"{minutes // 60:,}"}


def _bounds(facts: Mapping[str, Any]) -> str:
    above, up_to, currency = facts.get("above_minor"), facts.get("up_to_minor"), str(facts.get("currency", "CNY"))
    shown = {
        "above": f"{money(int(above), currency)} {currency}" if above else "",
        "up_to": f"{money(int(up_to), currency)} {currency}" if up_to else "",
    }
    if above and up_to:
        return _("above %(above)s, up to %(up_to)s") % shown
    if up_to:
        return _("up to %(up_to)s") % shown
    return _("above %(above)s") % shown if above else _("by what the request says")
