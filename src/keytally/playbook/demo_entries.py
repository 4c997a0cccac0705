"""Reads what the demo company has written down: entries in both languages, and value given."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from keytally.playbook.labels import ValueKind
from keytally.playbook.rules.entries import Content, EntryKind, Outcome, Text
from keytally.playbook.rules.tags import Axis, Tag


@dataclass(frozen=True, slots=True)
class Given:
    """Value given to a chain of the demo, so many days ago."""

    chain: str
    kind: ValueKind
    what: str
    reaction: str
    days_ago: int


def contents(chains: Mapping[str, int]) -> Sequence[Content]:
    """Read the entries; `chains` gives the accounts by their codes."""
    return [_content(one, chains) for one in _read()["entry"]]


def given() -> Sequence[Given]:
    """Read what was given."""
    return [Given(**{**one, "kind": ValueKind(one["kind"])}) for one in _read()["value"]]


@cache
def _read() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("demo_playbook.toml").read_text(encoding="utf-8"))


def _content(one: Mapping[str, Any], chains: Mapping[str, int]) -> Content:
    return Content(
        kind=EntryKind(one["kind"]),
        title=Text(**one["title"]),
        body=Text(**one["body"]),
        answer=Text(**one.get("answer", {})),
        outcome=Outcome(one["outcome"]) if "outcome" in one else None,
        tags=frozenset(map(_tag, one["tags"])),
        node=chains.get(one.get("chain", "")),
    )


def _tag(text: str) -> Tag:
    axis, _colon, code = text.partition(":")
    return Axis(axis), code
