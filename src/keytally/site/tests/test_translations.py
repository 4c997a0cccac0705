import shutil
from io import StringIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from django.core.management import CommandError, call_command
from django.utils import translation

from keytally.site import translations

OWN = ("core", "jobs", "site")


@pytest.fixture
def small_app(tmp_path, monkeypatch):
    """A capability with one Python word and two template words, all translated."""
    folder = tmp_path / "small"
    (folder / "templates").mkdir(parents=True)
    (folder / "code.py").write_text(
        'from django.utils.translation import gettext as _\nNAME = _("Price of %(item)s")\n'
    )
    (folder / "templates" / "page.html").write_text(
        '{% load i18n %}{% translate "Save" context "menu" %}'
        "{% blocktranslate %}Row {{ number }}{% endblocktranslate %}"
    )
    monkeypatch.setattr(translations, "app_folders", lambda: [folder])
    assert translations.update_catalog(folder) == 3
    say(folder, {"Price of %(item)s": "%(item)s 的价格", "Save": "保存", "Row %(number)s": "第 %(number)s 行"})
    return folder


def say(folder: Path, words):
    path = translations.catalog_path(folder)
    with path.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        if message.id in words:
            message.string = words[message.id]
    with path.open("wb") as file:
        write_po(file, catalog)


@pytest.mark.parametrize("name", OWN)
def test_every_word_of_the_shell_is_translated(name):
    folder = next(folder for folder in translations.app_folders() if folder.name == name)
    assert list(translations._faults_of(folder)) == []


def test_a_complete_catalogue_passes(small_app):
    assert translations.faults() == []


def test_a_word_that_is_not_in_the_catalogue_is_found(small_app):
    (small_app / "templates" / "more.html").write_text('{% load i18n %}{% translate "Delete" %}')
    assert len(translations.faults()) == 1
    assert "'Delete'" in translations.faults()[0]


def test_an_empty_translation_is_found(small_app):
    say(small_app, {"Save": ""})
    assert translations.faults() == ["small: not translated: 'Save'"]


def test_a_translation_that_loses_its_figure_is_found(small_app):
    say(small_app, {"Row %(number)s": "行"})
    assert translations.faults() == ["small: places like %(name)s differ: 'Row %(number)s'"]


def test_a_doubtful_translation_is_found(small_app):
    path = translations.catalog_path(small_app)
    path.write_text(path.read_text().replace("msgctxt", "#, fuzzy\nmsgctxt"))
    assert translations.faults() == ["small: doubtful (fuzzy): 'Save'"]


def test_a_left_over_translation_is_found_and_dropped(small_app):
    shutil.rmtree(small_app / "templates")
    assert len(translations.faults()) == 2
    assert translations.update_catalog(small_app) == 0
    assert translations.faults() == []


def test_the_command_fails_and_names_the_place(small_app):
    say(small_app, {"Save": ""})
    said = StringIO()
    with pytest.raises(CommandError, match="1 faults"):
        call_command("check_translations", stderr=said)
    assert "'Save'" in said.getvalue()


def test_compiling_writes_only_what_changed(small_app):
    assert translations.compile_catalogs() == 1
    assert translations.compile_catalogs() == 0


def test_the_words_of_the_glossary_are_used():
    with translation.override("zh-hans"):
        words = {english: translation.gettext(english) for english in ("audit entry", "job", "KA sales representative")}
        assert translation.pgettext("menu", "Reconciliation") == "对账"
    assert words == {"audit entry": "操作留痕", "job": "后台任务", "KA sales representative": "KA业代"}
