"""Do the import contracts hold, and does each of them catch a breach when one is planted?"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CAPABILITIES = (
    *("kernel", "exchange", "core", "identity", "jobs", "imports", "worklist", "people", "approvals", "accounts"),
    *("playbook", "reconciliation", "reconciliation/engine", "funnel", "negotiation", "prospecting", "site"),
)

BREACHES = [
    pytest.param("core/queries.py", "import keytally.reconciliation", "capabilities", id="up the order"),
    pytest.param("kernel/money_more.py", "import keytally.exchange", "capabilities", id="the kernel knows something"),
    pytest.param("helpers.py", "", "capabilities", id="a module without a place in the order"),
    pytest.param("core/rules.py", "import keytally.core.models", "layers", id="rules read models"),
    pytest.param("core/models/planted.py", "import keytally.core.services", "layers", id="models write"),
    pytest.param("jobs/services.py", "import keytally.jobs.views", "layers", id="a service asks a view"),
    pytest.param("reconciliation/services.py", "import keytally.core.models", "own_tables", id="a foreign table"),
    pytest.param(
        "reconciliation/views/planted.py",
        "import keytally.core.models.planted",
        "own_tables",
        id="a foreign table, in packages",
    ),
    pytest.param("core/rules.py", "import django.db", "pure", id="a rule knows Django"),
    pytest.param("exchange/planted.py", "import django_htmx", "pure", id="exchange knows a part of Django"),
    pytest.param("reconciliation/engine/planted.py", "from django.conf import settings", "pure", id="engine"),
    pytest.param("reconciliation/services.py", "import duckdb", "columns", id="DuckDB outside its home"),
]


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def plant(folder: Path, name: str, text: str) -> None:
    path = folder / "src" / "keytally" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")
    if path.parent.parent != folder / "src":
        (path.parent / "__init__.py").touch()


@pytest.fixture
def bare_house(tmp_path: Path) -> Path:
    """The order of capabilities with nothing in them but the files that are planted."""
    shutil.copy(ROOT / ".importlinter", tmp_path)
    shutil.copytree(ROOT / "tools" / "contracts", tmp_path / "tools" / "contracts")
    plant(tmp_path, "__init__.py", "")
    for name in CAPABILITIES:
        plant(tmp_path, f"{name}/__init__.py", "")
    for name in ("core/models/__init__.py", "core/models/planted.py", "core/services.py", "jobs/views.py"):
        plant(tmp_path, name, "")
    return tmp_path


def test_it_keeps_every_contract() -> None:
    answer = lint(ROOT)
    assert answer.returncode == 0, answer.stdout


def test_it_passes_a_house_without_a_breach(bare_house: Path) -> None:
    for name in ("core/rules.py", "reconciliation/services.py", "exchange/planted.py"):
        plant(bare_house, name, "")
    plant(bare_house, "reconciliation/queries.py", "import keytally.core.models")
    plant(bare_house, "exchange/planted.py", "import duckdb")
    answer = lint(bare_house)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(("name", "text", "contract"), BREACHES)
def test_it_catches_a_planted_breach(bare_house: Path, name: str, text: str, contract: str) -> None:
    plant(bare_house, name, text)
    answer = lint(bare_house, "--contract", contract)
    assert answer.returncode == 1, answer.stdout
    assert "BROKEN" in answer.stdout
