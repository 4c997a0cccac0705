"""One English word has one Chinese word: Django merges the catalogues of all apps, and one of two would win."""

from collections import defaultdict
from pathlib import Path

from babel.messages.pofile import read_po
from tests.house.sources import PACKAGE

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
