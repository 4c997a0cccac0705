"""What people ships: position descriptions and the handbook, which a company may replace from a date."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from keytally.people.rules.duties import Description, description_from
from keytally.people.rules.handbook import Section, section_from


@cache
def descriptions() -> tuple[Description, ...]:
    """Read the position descriptions that are shipped."""
    return tuple(map(description_from, _read("duties.toml")["descriptions"]))


@cache
def sections() -> tuple[Section, ...]:
    """Read the handbook that is shipped."""
    return tuple(map(section_from, _read("handbook.toml")["sections"]))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
