"""The project's own text as the tests of the house read it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "keytally"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def is_test(path: Path) -> bool:
    return "tests" in path.parts


@cache
def modules() -> tuple[Path, ...]:
    """List the modules of the package without its migrations."""
    return tuple(sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[FunctionNode]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, FunctionNode):
            yield node


def place(path: Path, line: int | None = None) -> str:
    name = str(path.relative_to(ROOT))
    return name if line is None else f"{name}:{line}"


@cache
def tracked_files() -> tuple[Path, ...]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return tuple(path for name in answer.stdout.decode().split("\0") if name and (path := ROOT / name).is_file())


@cache
def text_of(path: Path) -> str:
    """Read a tracked file; what is no text counts as empty."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""
