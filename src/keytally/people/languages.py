"""Which of two wordings does the reader want?"""

from django.utils.translation import get_language


def in_language(zh: str, en: str) -> str:
    """Give the wording in the reader's language, or the other where that is empty."""
    first, second = (zh, en) if (get_language() or "").startswith("zh") else (en, zh)
    return first or second
