"""Does the wheel carry all that is needed where there is neither this folder nor Node?"""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .sources import PACKAGE, ROOT

CARRIED = {"html": ".html", "messages": ".mo", "data": ".toml", "scripts": ".js", "styles": ".css"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"},
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> frozenset[str]:
    with zipfile.ZipFile(wheel) as archive:
        return frozenset(archive.namelist())


@pytest.mark.parametrize("suffix", CARRIED.values(), ids=CARRIED)
def test_it_carries_every_file_of_a_kind(contents: frozenset[str], suffix: str) -> None:
    wanted = {
        path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob(f"*{suffix}") if "tests" not in path.parts
    }
    assert wanted
    assert sorted(wanted - contents) == []


def test_it_carries_the_built_front_end(contents: frozenset[str]) -> None:
    bundle = {name for name in contents if name.startswith("keytally/site/static/bundle/")}
    assert any(name.endswith(".js") for name in bundle), "build it with ./run --setup-only"
    assert any(name.endswith(".css") for name in bundle)


def test_every_translation_is_compiled(contents: frozenset[str]) -> None:
    sources = {name for name in contents if name.endswith(".po")}
    assert sources
    assert sorted(f"{name[:-3]}.mo" for name in sources if f"{name[:-3]}.mo" not in contents) == []


def test_it_carries_the_licence_and_no_database(contents: frozenset[str]) -> None:
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in contents)
    assert [name for name in contents if "sqlite" in name or name.endswith((".pyc", ".parquet"))] == []


def test_the_command_starts_from_the_wheel_alone(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = "import sys; from keytally.site.cli import main; sys.exit(main())"
    answer = subprocess.run(
        [sys.executable, "-c", program, "reconcile", "--help"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "OURS" in answer.stdout
