"""Do the shell scripts refuse clearly, and does the set-up do only what is not done yet?"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .sources import ROOT

SCRIPTS = ["run", "test", ".ci/run", "tools/setup.sh", "tools/postgres.sh"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has the set-up and nothing else of the project."""
    (tmp_path / "tools").mkdir()
    shutil.copy(ROOT / "tools" / "setup.sh", tmp_path / "tools")
    shutil.copy(ROOT / "run", tmp_path)
    return tmp_path


def bash(folder: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "KEYTALLY_VAR"}}
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail; source tools/setup.sh; {program}"],
        cwd=folder,
        env={**kept, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_shell_can_read_it(name: str) -> None:
    subprocess.run(["bash", "-n", ROOT / name], check=True)


@pytest.mark.parametrize("name", ["run", "test"])
def test_it_can_be_executed(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--port", "eighty"], "run: --port wants a number from 1 to 65535, not 'eighty'."),
        (["--port", "70000"], "run: --port wants a number from 1 to 65535, not '70000'."),
        (["--port"], "run: --port wants a number from 1 to 65535, not ''."),
        (["--prot", "80"], "run: the option --prot is not known."),
    ],
)
def test_it_refuses_what_it_does_not_know_in_one_sentence(arguments: list[str], sentence: str) -> None:
    answer = subprocess.run([ROOT / "run", *arguments], capture_output=True, text=True, check=False, cwd="/")
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[-1] == sentence


def test_a_failing_step_says_what_to_do_and_leaves_no_stamp(folder: Path) -> None:
    program = 'step "Doing it" "do that" bash -c "echo because; exit 3"; stamp done 1'
    answer = bash(folder, program)
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[0] == "because"
    assert "Doing it failed; do that" in answer.stderr.splitlines()[-1]
    assert not (folder / ".venv" / "stamps" / "done").exists()


def test_a_stamp_holds_until_its_sources_change(folder: Path) -> None:
    (folder / "a.lock").write_text("one")
    first = 'stamp lock "$(checksum a.lock absent.lock)"; '
    again = 'stamped lock "$(checksum a.lock absent.lock)" && echo same || echo changed'
    assert bash(folder, first + again).stdout == "same\n"
    (folder / "a.lock").write_text("two")
    assert bash(folder, again).stdout == "changed\n"


def test_a_moved_folder_is_set_up_again(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    (folder / "a.lock").write_text("one")
    bash(folder, 'stamp lock "$(checksum a.lock)"')
    moved = tmp_path_factory.mktemp("elsewhere") / "moved"
    shutil.copytree(folder, moved)
    assert bash(moved, 'stamped lock "$(checksum "$ROOT/a.lock")" && echo same || echo changed').stdout == "changed\n"


def test_fresh_keeps_the_old_data_once(folder: Path) -> None:
    for content in ("older", "newer"):
        (folder / "var").mkdir(exist_ok=True)
        (folder / "var" / "keytally.sqlite3").write_text(content)
        assert bash(folder, "empty_database").returncode == 0
    assert [path.name for path in (folder / "var").iterdir()] == ["before-fresh"]
    assert (folder / "var" / "before-fresh" / "keytally.sqlite3").read_text() == "newer"


def test_fresh_does_not_touch_a_database_of_somebody_else(folder: Path) -> None:
    answer = bash(folder, "empty_database", DATABASE_URL="postgres://127.0.0.1/books")
    assert answer.returncode == 2
    assert "unset DATABASE_URL" in answer.stderr


def test_without_python_it_names_the_package(folder: Path) -> None:
    program = "find_python() { return 1; }; may_install() { return 1; }; need_uv"
    (folder / "tools" / "requirements.lock").write_text("")
    answer = bash(folder, program)
    assert answer.returncode == 2
    assert "install the package python3" in answer.stderr
