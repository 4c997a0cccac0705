"""What does a browser call itself, and what may a token do?"""

import hashlib
import re
import secrets
from collections.abc import Collection
from typing import Final

TOKEN_MARK: Final = "kt_"  # noqa: S105 - what every token begins with, so that scanners of leaked secrets know one
_BROWSERS: Final = (
    ("wxwork/", "WeCom"),
    ("DingTalk/", "DingTalk"),
    ("Lark/", "Feishu"),
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """Name browser and system as a person would.

    >>> device("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0.0.0 Safari/537.36")
    'Chrome · Windows'
    >>> device("")
    ''
    """
    found = (
        next((label for mark, label in known if mark.lower() in user_agent.lower()), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(filter(None, found)) or user_agent[:60]


def new_token() -> str:
    """Make a token that nobody can guess."""
    return TOKEN_MARK + secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Take what is kept of a token.

    >>> len(token_digest("kt_x"))
    64
    """
    return hashlib.sha256(token.encode()).hexdigest()


def is_token_like(text: str) -> bool:
    """Tell whether a text can be a token at all.

    >>> is_token_like("kt_" + "a" * 43), is_token_like("kt_?")
    (True, False)
    """
    return re.fullmatch(TOKEN_MARK + r"[A-Za-z0-9_-]{43}", text) is not None


def usable_permissions(granted: Collection[str], *, held: Collection[str]) -> frozenset[str]:
    """List what a token may do now: never more than the person it acts for.

    >>> sorted(usable_permissions(["a", "b"], held=["b", "c"]))
    ['b']
    """
    return frozenset(granted) & frozenset(held)
