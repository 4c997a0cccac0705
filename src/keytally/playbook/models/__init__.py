"""The tables of the playbook."""

from keytally.playbook.models.entries import (
    EntryTag,
    EntryThanks,
    EntryVersion,
    PlaybookEntry,
    PlaybookSearch,
)
from keytally.playbook.models.support import QuestionExpert, SupportExpert, SupportQuestion
from keytally.playbook.models.value import ValueGiven

__all__ = [
    "EntryTag",
    "EntryThanks",
    "EntryVersion",
    "PlaybookEntry",
    "PlaybookSearch",
    "QuestionExpert",
    "SupportExpert",
    "SupportQuestion",
    "ValueGiven",
]
