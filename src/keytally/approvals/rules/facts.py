"""Are the facts of a request complete and of the right kind, and does a test hold for them?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal

from keytally.approvals.rules.workflow import Comparison, Field, FieldKind, Test, Value

Facts = Mapping[str, Value]

KINDS: Mapping[FieldKind, tuple[type, ...]] = {
    FieldKind.TEXT: (str,),
    FieldKind.LONG_TEXT: (str,),
    FieldKind.CODE: (str,),
    FieldKind.DATE: (str,),
    FieldKind.BOOL: (bool,),
    FieldKind.NUMBER: (int, Decimal),
}


def holds(tests: Iterable[Test], facts: Facts) -> bool:
    """Tell whether every test holds; a fact that nobody said holds for none, an unticked one is false.

    >>> holds([Test("tier", Comparison.IN, ("A", "B"))], {"tier": "C"})
    False
    """
    return all(_holds(test, facts) for test in tests)


def missing_facts(fields: Iterable[Field], facts: Facts) -> tuple[str, ...]:
    """List the facts that must be said and were not, or are not what they must be."""
    return tuple(field.key for field in fields if not _fits(field, facts.get(field.key)))


def _holds(test: Test, facts: Facts) -> bool:
    fact = facts.get(test.fact)
    if isinstance(test.value, tuple):
        return fact is not None and _within(fact, test.value)
    if isinstance(test.value, bool):
        return (bool(fact) is test.value) is (test.comparison is Comparison.IS)
    if fact is None:
        return False
    return _compare(fact, test.comparison, test.value)


def _within(fact: Value, values: Collection[Value]) -> bool:
    return any(_same(fact, value) for value in values)


def _compare(fact: Value, comparison: Comparison, value: Value) -> bool:
    if comparison in (Comparison.IS, Comparison.IS_NOT):
        return _same(fact, value) is (comparison is Comparison.IS)
    if not (_is_number(fact) and _is_number(value)):
        return False
    ours, bound = Decimal(fact), Decimal(value)
    return {
        Comparison.AT_MOST: ours <= bound,
        Comparison.MORE_THAN: ours > bound,
        Comparison.AT_LEAST: ours >= bound,
        Comparison.LESS_THAN: ours < bound,
    }.get(comparison, False)


def _same(fact: Value, value: Value) -> bool:
    if _is_number(fact) and _is_number(value):
        return Decimal(fact) == Decimal(value)
    return type(fact) is type(value) and fact == value


def _is_number(value: Value) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _fits(field: Field, fact: Value | None) -> bool:
    if fact is None or fact == "":
        return not field.required or field.kind is FieldKind.BOOL
    if type(fact) not in KINDS[field.kind]:
        return False
    if isinstance(fact, Decimal):
        return fact.is_finite()
    if field.kind is FieldKind.CODE:
        return fact in {choice.code for choice in field.choices}
    return field.kind is not FieldKind.DATE or _is_date(str(fact))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
