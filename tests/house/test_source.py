"""Is the source short, exact about money and explained where it decides?"""

import ast
from pathlib import Path

from django.apps import apps
from django.db import models

from .sources import PACKAGE, functions, is_test, modules, parsed, place

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
EXPLAINED = {"rules", "queries", "services", "engine"}


def test_no_file_is_longer_than_it_may_be() -> None:
    long = [place(path) for path in modules() if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE]
    assert long == [], f"longer than {LONGEST_FILE} lines, make a package of it"


def test_no_function_is_longer_than_it_may_be() -> None:
    long = [
        f"{place(path, node.lineno)} {node.name}"
        for path in modules()
        for node in functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long == [], f"longer than {LONGEST_FUNCTION} lines"


def test_no_number_is_made_a_float() -> None:
    calls = [
        place(path, node.lineno)
        for path in modules()
        if not is_test(path)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float"
    ]
    assert calls == []


def test_no_amount_is_annotated_as_anything_but_an_integer() -> None:
    wrong = [
        place(path, node.lineno)
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id.endswith("_minor")
        and {"float", "Decimal"} & {name.id for name in ast.walk(node.annotation) if isinstance(name, ast.Name)}
    ]
    assert wrong == []


def test_no_column_holds_an_inexact_number() -> None:
    inexact = (models.DecimalField, models.FloatField)
    columns = [
        str(field)
        for model in apps.get_models()
        if model.__module__.startswith("keytally.")
        for field in model._meta.get_fields()
        if isinstance(field, inexact)
    ]
    assert columns == []


def test_every_amount_column_is_a_big_integer() -> None:
    small = [
        str(field)
        for model in apps.get_models()
        if model.__module__.startswith("keytally.")
        for field in model._meta.get_fields()
        if field.name.endswith("_minor") and not isinstance(field, models.BigIntegerField)
    ]
    assert small == []


def test_what_decides_and_writes_is_explained() -> None:
    mute = [
        f"{place(path, node.lineno)} {node.name}"
        for path in modules()
        if not is_test(path) and EXPLAINED & set(_names(path))
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert mute == [], "public functions without a docstring"


def test_every_package_says_what_it_is_for() -> None:
    mute = [
        place(path)
        for path in modules()
        if path.name == "__init__.py"
        and not is_test(path)
        and path.parent.parent in {PACKAGE, PACKAGE.parent}
        and not ast.get_docstring(parsed(path))
    ]
    assert mute == []


def _names(path: Path) -> tuple[str, ...]:
    return path.relative_to(PACKAGE).with_suffix("").parts
