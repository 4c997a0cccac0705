"""Words of the playbook in templates, and what it offers at a moment, for the pages of other capabilities."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import template

from keytally.core.access import person_in
from keytally.core.clock import business_date
from keytally.playbook.labels import AXES, DESKS, KINDS, OUTCOMES, VALUES, ValueKind, spoken, tag_word
from keytally.playbook.queries.suggestions import suggestions
from keytally.playbook.rules.clock import Desk
from keytally.playbook.rules.entries import EntryKind, Outcome, Text
from keytally.playbook.rules.tags import Axis, Tag

if TYPE_CHECKING:
    from django.utils.functional import Promise

register = template.Library()


@register.filter
def entry_kind(code: str) -> "Promise | str":
    """Name a kind of entry."""
    return KINDS[EntryKind(code)]


@register.filter
def outcome_name(code: str) -> "Promise | str":
    """Name how a case ended."""
    return OUTCOMES[Outcome(code)] if code else ""


@register.filter
def tag_name(tag: Tag) -> "Promise | str":
    """Name what a tag says."""
    return tag_word(tag)


@register.filter
def axis_name(axis: str) -> "Promise | str":
    """Name what a tag is about."""
    return AXES[Axis(axis)]


@register.filter
def desk_name(code: str) -> "Promise | str":
    """Name a desk of the support centre."""
    return DESKS[Desk(code)]


@register.filter
def value_kind(code: str) -> "Promise | str":
    """Name a kind of value."""
    return VALUES[ValueKind(code)]


@register.filter
def topics(kept: "list[list[str]]") -> list[Tag]:
    """Read topics as they are kept."""
    return [(Axis(axis), code) for axis, code in kept]


@register.filter
def in_words(text: Text) -> str:
    """Choose the reader's language of a text."""
    return spoken(text.zh, text.en)


@register.inclusion_tag("playbook/_suggestions.html", takes_context=True)
def playbook_suggestions(context: template.Context, **moment: Any) -> dict[str, Any]:  # noqa: ANN401 - what `suggestions` takes
    """Offer entries that help at a moment: stage=, tactics=, difficulties=, methods=, categories=, chain=."""
    person = person_in(context["request"])
    if person is None or not person.may("playbook.view"):
        return {"suggested": [], "may_read": False}
    found = suggestions(person, as_of=business_date(datetime.now(UTC)), **moment)
    return {"suggested": found, "may_read": True, "may_ask": person.may("playbook.ask")}
