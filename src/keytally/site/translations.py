"""Is every word a reader sees there in Chinese too? Reads the code, the templates and the catalogues."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.template import engines
from django.template.base import Node
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

LOCALE = "zh_Hans"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_IN_EXPRESSION = re.compile(r"""_\((["'])(.*?)\1\)""")
_PLACE = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True, slots=True)
class Words:
    """Something to translate: what it says, in which context, and its plural."""

    text: str
    context: str | None = None
    plural: str | None = None


Found = dict[Words, str]


def app_folders() -> list[Path]:
    """List the folders of the project's own apps."""
    return [Path(config.path) for config in apps.get_app_configs() if config.name.startswith("keytally.")]


def words_of(folder: Path) -> Found:
    """Collect what an app asks to translate, with one place of each."""
    found: Found = {}
    for path in sorted(folder.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(folder).parts):
            found |= {words: f"{path}:{line}" for line, words in _in_python(path)}
    for path in sorted([*folder.rglob("templates/**/*.html"), *folder.rglob("templates/**/*.txt")]):
        found |= {words: str(path) for words in _in_template(path)}
    return found


def catalog_path(folder: Path) -> Path:
    """Name an app's Chinese catalogue."""
    return folder / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def read_catalog(folder: Path) -> Catalog:
    """Read an app's Chinese catalogue; an app without one has an empty one."""
    path = catalog_path(folder)
    if not path.is_file():
        return Catalog(locale=LOCALE, project="keytally", charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def compile_catalogs() -> int:
    """Write the binary catalogues that are older than their source; answers how many."""
    written = 0
    for folder in app_folders():
        source = catalog_path(folder)
        target = source.with_suffix(".mo")
        if source.is_file() and (not target.is_file() or target.stat().st_mtime < source.stat().st_mtime):
            coming = target.with_suffix(f".{os.getpid()}")
            with coming.open("wb") as file:
                write_mo(file, read_catalog(folder))
            coming.replace(target)
            written += 1
    return written


def update_catalog(folder: Path) -> int:
    """Add what is new to an app's catalogue and drop what is gone; answers how many wait for a translation."""
    found, known = words_of(folder), read_catalog(folder)
    if not found:
        return 0
    # The date of the day it was made stays, so that two people who add words do not both change it.
    fresh = Catalog(locale=LOCALE, project="keytally", charset="utf-8", fuzzy=False, creation_date=known.creation_date)
    for words in sorted(found, key=lambda words: (words.text, words.context or "")):
        old = known.get(words.text, context=words.context)
        identity = (words.text, words.plural) if words.plural else words.text
        fresh.add(identity, old.string if old and not old.fuzzy else "", context=words.context)
    path = catalog_path(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, omit_header=False, width=110, no_location=True)
    return sum(1 for message in fresh if message.id and not _texts(message))


def faults() -> list[str]:
    """List what is not translated, doubtful, broken or left over, one sentence each."""
    return [sentence for folder in app_folders() for sentence in _faults_of(folder)]


def _faults_of(folder: Path) -> Iterator[str]:
    found, catalog = words_of(folder), read_catalog(folder)
    for words, place in found.items():
        if catalog.get(words.text, context=words.context) is None:
            yield f"{place}: not in {folder.name}'s catalogue: {words.text!r}"
    used = {(words.text, words.context) for words in found}
    for message in catalog:
        if message.id:
            yield from (f"{folder.name}: {why}: {_key(message)!r}" for why in _wrong_with(message, used=used))


def _wrong_with(message: Message, *, used: set[tuple[str, str | None]]) -> Iterator[str]:
    texts = _texts(message)
    if not texts:
        yield "not translated"
    if message.fuzzy:
        yield "doubtful (fuzzy)"
    if any(set(_PLACE.findall(text)) != set(_PLACE.findall(_key(message))) for text in texts):
        yield "places like %(name)s differ"
    if (_key(message), message.context) not in used:
        yield "no longer used"


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def _texts(message: Message) -> list[str]:
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    return [text for text in texts if text]


def _in_python(path: Path) -> Iterator[tuple[int, Words]]:
    with path.open("rb") as file:
        for line, message, _comments, context in extract(
            "python", file, keywords=KEYWORDS, options={"encoding": "utf-8"}
        ):
            if isinstance(message, str):
                yield line, Words(message, context)
            else:
                yield line, Words(message[0], context, message[1])


def _in_template(path: Path) -> Iterator[Words]:
    source = path.read_text(encoding="utf-8")
    for _quote, text in _IN_EXPRESSION.findall(source):
        yield Words(text)
    for node in engines["django"].from_string(source).template.nodelist.get_nodes_by_type(Node):  # type: ignore[attr-defined]  # the back end's own class
        if isinstance(node, TranslateNode) and not node.noop:
            yield Words(str(node.filter_expression.var).strip("'\""), _literal(node.message_context))
        elif isinstance(node, BlockTranslateNode):
            singular, _variables = node.render_token_list(node.singular)
            plural = node.render_token_list(node.plural)[0] if node.plural else None
            yield Words(singular, _literal(node.message_context), plural)


def _literal(expression: object) -> str | None:
    return str(getattr(expression, "var", expression)).strip("'\"") if expression else None
