"""Do the lock files say what is installed, and nothing about where it came from?"""

import json
import re
import tomllib

import pytest

from .sources import ROOT

LOCKS = ["requirements.lock", "requirements-dev.lock", "tools/requirements.lock"]
PINNED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z,-]+\])?==(\S+)", re.MULTILINE)
ENTRY = re.compile(r"^[a-z].*?(?=^[a-z]|\Z)", re.MULTILINE | re.DOTALL)


def pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text("utf-8")))


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_a_version_and_a_checksum(name: str) -> None:
    # A package may stand twice, with one version for each of two Pythons.
    entries = ENTRY.findall((ROOT / name).read_text("utf-8"))
    assert entries
    assert {entry.split("==")[0].split("[")[0] for entry in entries} == set(pins(name))
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_lock_file_says_where_a_package_comes_from(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted", text)


def test_tests_run_on_the_versions_that_are_served() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_every_dependency_is_locked() -> None:

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert _names(project["dependencies"]) <= set(pins("requirements.lock"))
    assert _names(project["optional-dependencies"]["dev"]) <= set(pins("requirements-dev.lock"))


def test_the_front_end_is_locked_by_checksum_and_without_an_address() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []


def test_the_front_end_asks_for_exact_versions() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    wanted = package.get("dependencies", {}) | package.get("devDependencies", {})
    assert [name for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


def _names(requirements: list[str]) -> set[str]:
    return {re.match(r"[A-Za-z0-9._-]+", text).group().lower().replace("_", "-") for text in requirements}  # type: ignore[union-attr]
