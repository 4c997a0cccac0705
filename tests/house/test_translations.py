"""One English word has one Chinese word: Django merges the catalogues of all apps, and one of two would win.

And every word gets into a catalogue: what translates is called by a name that is looked for.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from tests.house.sources import PACKAGE, modules, parsed, place

from keytally.site.translations import KEYWORDS

CATALOGUES = "*/locale/zh_Hans/LC_MESSAGES/django.po"


def conflicts(folder: Path) -> list[str]:
    said: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path in sorted(folder.glob(CATALOGUES)):
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    english = message.id if isinstance(message.id, str) else message.id[0]
                    chinese = message.string if isinstance(message.string, str) else " / ".join(message.string)
                    said[english, message.context or ""][chinese].append(path.relative_to(folder).parts[0])
    return [
        f"{english!r} ({context or 'no context'}): "
        + "; ".join(f"{chinese} in {', '.join(apps)}" for chinese, apps in words.items())
        for (english, context), words in sorted(said.items())
        if len(words) > 1
    ]


def test_a_word_has_one_translation_in_all_catalogues():
    found = conflicts(PACKAGE)
    assert not found, "give the rarer use a context (pgettext), or unify:\n" + "\n".join(found)


def test_a_word_with_two_translations_is_found(tmp_path):
    for app, chinese in (("accounts", "闭店日"), ("funnel", "结束日期"), ("people", "闭店日")):
        path = tmp_path / CATALOGUES.replace("*", app)
        path.parent.mkdir(parents=True)
        path.write_text(f'msgid "Closed on"\nmsgstr "{chinese}"\n\nmsgctxt "shop"\nmsgid "Shut"\nmsgstr "关"\n')
    assert conflicts(tmp_path) == ["'Closed on' (no context): 闭店日 in accounts, people; 结束日期 in funnel"]


def unheard_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """List the names under which text is translated but not looked for by what gathers the words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names = [(one.name, one.asname) for one in node.names]
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Name | ast.Attribute):
            bare = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [(bare, one.id if isinstance(one, ast.Name) else ast.unparse(one)) for one in targets]
        else:
            continue
        yield from ((node.lineno, name) for real, name in names if real in KEYWORDS and name and name not in KEYWORDS)


def test_what_translates_has_a_name_by_which_its_words_are_gathered():
    found = [f"{place(path, line)}: {name}" for path in modules() for line, name in unheard_names(parsed(path))]
    assert not found, "call it by its own name, or _:\n" + "\n".join(found)


def test_another_name_for_gettext_is_found():
    text = (
        "from django.utils.translation import gettext as said, gettext_lazy as _\nsay = said2 = gettext\n_ = gettext\n"
    )
    assert list(unheard_names(ast.parse(text))) == [(1, "said"), (2, "say"), (2, "said2")]
