"""Words of workflows in templates."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

from keytally.approvals import labels
from keytally.approvals.rules.workflow import Step, Workflow
from keytally.approvals.services.workflows import ACCEPTED
from keytally.approvals.workflows import wording

register = template.Library()


@register.filter
def named(part: Any) -> str:  # noqa: ANN401 - whatever has a name in both languages
    """Name a part in the reader's language."""
    return labels.named(part)


@register.filter
def said(part: Any, name: str) -> str:  # noqa: ANN401 - whatever has a text in both languages
    """Say a text of a part in the reader's language."""
    return labels.spoken(part, name)


@register.filter
def who(step: Step, names: Mapping[str, str]) -> str:
    """Say who takes a step."""
    return wording.who(step, names)


@register.filter
def due(step: Step) -> str:
    """Say by when a step is done."""
    return wording.due(step)


@register.filter
def condition_of(step: Step, workflow: Workflow) -> str:
    """Say when a step is taken."""
    return _("if %(condition)s") % {"condition": wording.conditions(step.when, workflow.fields)}


@register.filter
def reason_words(reason: str) -> str:
    """Say why a version was kept; what keytally wrote itself is said in the reader's language."""
    return _("Limits accepted as they stand") if reason == ACCEPTED else reason
