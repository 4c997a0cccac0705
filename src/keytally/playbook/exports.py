"""What may leave the house of the playbook: entries as the list is filtered, questions, value given."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keytally.core.exports import Column, Listing, register_listing
from keytally.playbook.labels import KINDS, OUTCOMES, VALUES, ValueKind, tag_word
from keytally.playbook.queries import entries, support, value
from keytally.playbook.rules.entries import EntryKind, Outcome
from keytally.playbook.services.entries import ENTRY
from keytally.playbook.services.telling import QUESTION

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keytally.core.models import User
    from keytally.playbook.models import PlaybookEntry, SupportQuestion, ValueGiven


def _entries(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[PlaybookEntry]":
    return entries.filtered(person, entries.wanted_of(asked), as_of=as_of)


def _questions(person: "User", as_of: date, asked: Mapping[str, str]) -> "QuerySet[SupportQuestion]":
    return support.filtered(person, support.asked_of(asked), as_of=as_of, now=datetime.now(UTC))


def _value(person: "User", as_of: date, _asked: Mapping[str, str]) -> "QuerySet[ValueGiven]":
    return value.visible_to(person, as_of).filter(withdrawn_at=None).order_by("-given_on", "-pk")


def _tags(entry: Any) -> str:  # noqa: ANN401 - a row of the list
    return " · ".join(str(tag_word(one.tag)) for one in entry.tags.all())


register_listing(
    Listing(
        code="playbook",
        label=_("Playbook"),
        permission="playbook.view",
        kind=ENTRY,
        columns=[
            Column(_("Kind"), lambda entry: str(KINDS[EntryKind(entry.kind)])),
            Column(_("Title (Chinese)"), lambda entry: entry.title_zh),
            Column(_("Title (English)"), lambda entry: entry.title_en),
            Column(_("Text (Chinese)"), lambda entry: entry.body_zh),
            Column(_("Text (English)"), lambda entry: entry.body_en),
            Column(_("Answer (Chinese)"), lambda entry: entry.answer_zh),
            Column(_("Answer (English)"), lambda entry: entry.answer_en),
            Column(_("How it ended"), lambda entry: str(OUTCOMES[Outcome(entry.outcome)]) if entry.outcome else ""),
            Column(_("Tags"), _tags),
            Column(_("Channel"), lambda entry: entry.channel),
            Column(_("To be reviewed on"), lambda entry: entry.review_on),
            Column(_("Helped"), lambda entry: entry.helped),
            Column(_("Owner"), lambda entry: str(entry.owner)),
            Column(pgettext_lazy("time", "Changed"), lambda entry: entry.changed_at),
        ],
        rows=_entries,
        back="playbook:list",
    )
)
register_listing(
    Listing(
        code="support_questions",
        label=_("Questions to the support centre"),
        permission="playbook.questions",
        kind=QUESTION,
        columns=[
            Column(_("In one line"), lambda question: question.title),
            Column(_("Question"), lambda question: question.text),
            Column(_("Asked by"), lambda question: str(question.asker)),
            Column(pgettext_lazy("support question", "Asked"), lambda question: question.asked_at),
            Column(pgettext_lazy("support question", "Due"), lambda question: question.due_at),
            Column(_("State"), lambda question: question.get_state_display()),
            Column(_("Answer"), lambda question: question.answer),
            Column(_("Answered by"), lambda question: str(question.answered_by or "")),
            Column(_("Answered"), lambda question: question.answered_at or ""),
        ],
        rows=_questions,
        back="playbook:questions",
    )
)
register_listing(
    Listing(
        code="value_given",
        label=_("Value given to accounts"),
        permission="accounts.view",
        kind="account",
        columns=[
            Column(_("Account"), lambda given: given.node.name),
            Column(_("Given on"), lambda given: given.given_on),
            Column(_("Kind of value"), lambda given: str(VALUES[ValueKind(given.kind)])),
            Column(_("What was given"), lambda given: given.what),
            Column(_("How they took it"), lambda given: given.reaction),
            Column(pgettext_lazy("value given", "By"), lambda given: str(given.given_by)),
        ],
        rows=_value,
        back="playbook:list",
    )
)
