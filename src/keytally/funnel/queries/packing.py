"""How are many rows grouped by several small facts quickly? By one whole number that holds them all.

Databases sort and hash one number several times faster than six words and dates, and funnels have 150,000 stays.
"""

from datetime import date
from typing import Any

from django.db.models import Case, Func, IntegerField, Q, Value, When

from keytally.funnel.rules.slope import OFF, ON
from keytally.funnel.rules.stages import STAGES
from keytally.funnel.rules.survival import OPEN

WENT = (OPEN, ON, OFF)


class MonthNumber(Func):
    """The months from the year 0 to the month of a day."""

    arity = 1
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - Django's own signature
        """Ask the date for its parts."""
        year, month = "DATE_PART('year', %(expressions)s)::int", "DATE_PART('month', %(expressions)s)::int"
        return self._of_parts(compiler, connection, f"({year} * 12 + {month} - 1)")

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as above
        """Cut year and month out where a date is text."""
        year, month = "SUBSTR(%(expressions)s, 1, 4)", "SUBSTR(%(expressions)s, 6, 2)"
        return self._of_parts(compiler, connection, f"(CAST({year} AS INTEGER) * 12 + CAST({month} AS INTEGER) - 1)")

    def _of_parts(self, compiler: Any, connection: Any, template: str) -> tuple[str, tuple[Any, ...]]:  # noqa: ANN401 - as above
        """Name the day twice, with what it needs."""
        sql, parameters = self.as_sql(compiler, connection, template=template)
        return sql, (*parameters, *parameters)


def packed(*facts: tuple[Any, int]) -> Any:  # noqa: ANN401 - an expression, as the facts are
    """Write one whole number that holds facts, each with how many values it has; the first may have any number.

    All of it must fit into 31 bits: PostgreSQL counts in no more.
    """
    (number, _any), *others = facts
    for expression, size in others:
        number = number * Value(size) + expression
    return number


def unpacked(number: int, *sizes: int) -> list[int]:
    """Take the facts out of a number again, given how many values all but the first have.

    >>> unpacked((9 * 12 + 5) * 2 + 1, 12, 2)
    [9, 5, 1]
    """
    found = []
    for size in reversed(sizes):
        number, fact = divmod(number, size)
        found.append(fact)
    return [number, *reversed(found)]


def flag(condition: Q) -> Case:
    """Turn a condition into 1 or 0."""
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


def stage_place() -> Case:
    """Turn a stage into its place in the funnel."""
    cases = [When(stage=stage, then=Value(place)) for place, stage in enumerate(STAGES)]
    return Case(*cases, output_field=IntegerField())


def went_place(day: date) -> Case:
    """Turn how an entry had gone on by a day into its place in `WENT`."""
    on, off = (
        When(onward_on__lte=day, then=Value(WENT.index(ON))),
        When(dropped_on__lte=day, then=Value(WENT.index(OFF))),
    )
    return Case(on, off, default=Value(WENT.index(OPEN)), output_field=IntegerField())
