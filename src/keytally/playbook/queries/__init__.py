"""Reads of the playbook; what other capabilities ask for stands here."""

from keytally.playbook.queries.suggestions import Suggested, suggestions
from keytally.playbook.queries.value import value_of

__all__ = ["Suggested", "suggestions", "value_of"]
