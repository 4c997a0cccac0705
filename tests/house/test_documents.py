"""Do the documents point at something, and does every rule have its page?"""

import re
from pathlib import Path

from .sources import ROOT, place, text_of, tracked_files

LINK = re.compile(r"\]\((?!#|mailto:|[a-z]+://)([^)#\s]+)(?:#[^)]*)?\)")


def documents() -> list[tuple[str, str, str]]:
    return [
        (place(path), str(path.parent), link)
        for path in tracked_files()
        if path.suffix == ".md"
        for link in LINK.findall(text_of(path))
    ]


def test_every_link_leads_somewhere() -> None:
    assert documents()
    assert [f"{name}: {link}" for name, folder, link in documents() if not (Path(folder) / link).exists()] == []


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    index = text_of(folder / "README.md")
    assert [path.name for path in folder.glob("0*.md") if f"({path.name})" not in index] == []


def test_every_decision_answers_the_four_questions() -> None:
    asked = ("**Question.**", "**Choice.**", "**Cost.**", "**What would change our mind.**")
    pages = {path.name: text_of(path) for path in (ROOT / "docs" / "decisions").glob("0*.md")}
    assert len(pages) >= 7
    assert [(name, part) for name, text in pages.items() for part in asked if part not in text] == []


def test_every_make_target_says_what_it_does() -> None:
    targets = re.findall(r"^([a-z0-9-]+):.*## .+$", text_of(ROOT / "Makefile"), re.MULTILINE)
    wanted = {
        "help",
        "demo",
        "lint",
        "types",
        "test",
        "bench",
        "bench-reconcile",
        "bench-reconcile-small",
        "bench-web",
        "e2e",
        "lock",
    }
    assert wanted <= set(targets)
    assert len(targets) == len(set(targets))
