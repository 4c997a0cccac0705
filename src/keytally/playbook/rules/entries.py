"""What must an entry of the playbook say? (specification 15, K05, K08)"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from keytally.playbook.rules.tags import Axis, Tag, is_known


class EntryKind(StrEnum):
    """What an entry is."""

    CASE = "CASE"
    TECHNIQUE = "TECHNIQUE"
    LESSON = "LESSON"
    SUPPORT = "SUPPORT"
    PRODUCT_FACT = "PRODUCT_FACT"
    OBJECTION = "OBJECTION"


class Outcome(StrEnum):
    """How a case ended (N03)."""

    WON = "WON"
    LOST = "LOST"
    STOPPED = "STOPPED"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in both languages; one of them may be missing."""

    zh: str = ""
    en: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing in either language."""
        return not self.zh.strip() and not self.en.strip()

    @property
    def is_complete(self) -> bool:
        """Tell whether it speaks both languages."""
        return bool(self.zh.strip() and self.en.strip())


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that an entry says."""

    kind: EntryKind
    title: Text
    body: Text
    answer: Text = Text()
    outcome: Outcome | None = None
    tags: frozenset[Tag] = frozenset()
    node: int | None = None
    # Of a frequent question (V07): the retail channel it comes up in, and when somebody has to look whether it holds.
    channel: str = ""
    review_on: date | None = None

    @property
    def is_translated(self) -> bool:
        """Tell whether whatever it says is there in both languages."""
        said = [self.title, self.body, *([] if self.answer.is_empty else [self.answer])]
        return all(text.is_complete for text in said)


def faults(content: Content) -> tuple[str, ...]:
    """List every reason why an entry cannot be kept.

    >>> faults(Content(EntryKind.OBJECTION, Text(zh="太贵了"), Text(zh="比竞品贵 5%")))
    ('ANSWER_MISSING',)
    """
    found = []
    if content.title.is_empty:
        found.append("TITLE_MISSING")
    if content.body.is_empty:
        found.append("BODY_MISSING")
    if content.kind is EntryKind.OBJECTION and content.answer.is_empty:
        found.append("ANSWER_MISSING")
    if content.kind is EntryKind.CASE and content.outcome is None:
        found.append("OUTCOME_MISSING")
    if not all(map(is_known, content.tags)):
        found.append("TAG_UNKNOWN")
    return tuple(found)


def plain(content: Content) -> dict[str, Any]:
    """Write an entry as a version keeps it."""
    texts = {"title": content.title, "body": content.body, "answer": content.answer}
    return {
        "kind": content.kind.value,
        **{f"{name}_{language}": getattr(text, language) for name, text in texts.items() for language in ("zh", "en")},
        "outcome": content.outcome.value if content.outcome else "",
        "tags": sorted([axis.value, code] for axis, code in content.tags),
        "node": content.node,
        "channel": content.channel,
        "review_on": content.review_on.isoformat() if content.review_on else "",
    }


def read_plain(kept: Mapping[str, Any]) -> Content:
    """Read an entry as a version keeps it."""
    title, body, answer = (Text(kept[f"{name}_zh"], kept[f"{name}_en"]) for name in ("title", "body", "answer"))
    return Content(
        kind=EntryKind(kept["kind"]),
        title=title,
        body=body,
        answer=answer,
        outcome=Outcome(kept["outcome"]) if kept["outcome"] else None,
        tags=frozenset((Axis(axis), code) for axis, code in kept["tags"]),
        node=kept["node"],
        channel=kept.get("channel", ""),
        review_on=date.fromisoformat(kept["review_on"]) if kept.get("review_on") else None,
    )


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Collection[str]:
    """Name the parts in which two versions differ."""
    return [name for name in after if before.get(name) != after[name]]
