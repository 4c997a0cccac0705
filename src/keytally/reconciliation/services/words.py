"""Sentences that are kept in both languages and said in the reader's."""

from collections.abc import Mapping

from django.utils.translation import get_language

from keytally.reconciliation.engine.messages import sentence


def both_languages(error: Exception) -> dict[str, str]:
    """Word an error in both languages."""
    return {"en": sentence(error, language="en"), "zh": sentence(error, language="zh")}


def in_language(words: Mapping[str, str]) -> str:
    """Say kept words in the reader's language."""
    return words["zh" if (get_language() or "").startswith("zh") else "en"]
