"""Is every capability, model and column named by a word of the glossary?"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import models

from .sources import ROOT
from .test_foreign_keys import capabilities

PLURAL = re.compile(r"(?<=[a-z]{3})s$")


def identifiers() -> frozenset[str]:
    """Read the identifiers of the glossary's tables."""
    rows = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    cells = [row.split("|")[3] for row in rows if row.startswith("|") and row.count("|") == 5]
    return frozenset(name for cell in cells for name in re.findall(r"`([A-Za-z_]+)`", cell))


def ordinary_words() -> frozenset[str]:
    lines = (ROOT / "docs" / "glossary-ordinary-words.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def known_words() -> frozenset[str]:
    return ordinary_words() | {word for name in identifiers() for word in name.split("_")}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("keytally.")]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def unknown_words(name: str) -> Iterator[str]:
    known = known_words()
    for word in name.split("_"):
        if word not in known and PLURAL.sub("", word) not in known:
            yield word


def test_every_capability_is_in_the_glossary() -> None:
    absent = [
        name for name in capabilities() if name not in identifiers() and PLURAL.sub("", name) not in identifiers()
    ]
    assert absent == []


def test_every_model_is_in_the_glossary() -> None:
    assert our_models()
    assert [model.__name__ for model in our_models() if snake(model.__name__) not in identifiers()] == []


def test_every_column_is_made_of_known_words() -> None:
    unknown = [
        f"{field}: {word}"
        for model in our_models()
        for field in model._meta.get_fields()
        if field.concrete
        for word in unknown_words(field.name)
    ]
    assert unknown == []


def test_no_word_is_defined_twice() -> None:
    rows = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    cells = [row.split("|")[3] for row in rows if row.startswith("|") and row.count("|") == 5]
    names = [name for cell in cells for name in re.findall(r"`([A-Za-z_]+)`", cell)]
    assert sorted(names) == sorted(set(names))


def test_ordinary_words_are_not_explained_as_well() -> None:
    assert sorted(ordinary_words() & identifiers()) == []


def test_it_sees_a_word_that_nobody_explained() -> None:
    assert list(unknown_words("hexiao_minor")) == ["hexiao"]
