"""Which sentence stands behind a code, in English and in Chinese?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Load every sentence by its code."""
    return tomllib.loads(files("keytally.exchange").joinpath("texts.toml").read_text("utf-8"))


def text_of(code: str, *, language: str) -> str:
    """Find the sentence of a code; any language that is not Chinese reads English."""
    return texts()[code]["zh" if language.lower().startswith("zh") else "en"]
