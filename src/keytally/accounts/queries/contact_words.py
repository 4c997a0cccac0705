"""By which word does the customer base file say what somebody is at a store, and what does a word of it mean?"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils import translation

from keytally.accounts.labels import DECISION_ROLES, code_of
from keytally.accounts.models import Contact
from keytally.accounts.rules.decision_map import DecisionRole

# The words of S1 itself; a section head (课长) is a job and no part in decisions.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "店长": {"decision_role": DecisionRole.STORE_MANAGER},
    "收货": {"decision_role": DecisionRole.RECEIVING_CLERK},
    "财务": {"decision_role": DecisionRole.SETTLEMENT_CLERK},
    "课长": {"title": "课长"},
}
_SHORT: Mapping[str, str] = {facts["decision_role"]: word for word, facts in _WORDS.items() if "decision_role" in facts}


def contact_word(contact: Contact) -> str:
    """Say what a contact is at the store, in the word of S1 or that of our pages.

    Somebody whose part in decisions nobody named is known by a job that S1 has a word for.
    """
    if contact.decision_role == DecisionRole.INFLUENCER and contact.title in _WORDS:
        return contact.title
    return _SHORT.get(contact.decision_role) or _chinese(DecisionRole(contact.decision_role))


def word_facts(word: str) -> Mapping[str, Any] | None:
    """Say what a word of S1 or of our pages tells of a contact; None for a word that nobody knows."""
    if word in _WORDS:
        return _WORDS[word]
    role = code_of(word, DECISION_ROLES)
    return {"decision_role": role} if role else None


@cache
def _chinese(role: DecisionRole) -> str:
    with translation.override("zh-hans"):
        return str(DECISION_ROLES[role])
