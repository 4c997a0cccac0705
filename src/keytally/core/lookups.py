"""How is a column asked for one of very many numbers? `Q(owner__among=ids)`: as `in`, without a parameter for each."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import ForeignKey, Lookup
from django.db.models.fields import AutoField, BigAutoField


class Among(Lookup):
    """One of these numbers, written into the statement.

    The people whom a manager sees are a thousand, and a page asks for their things ten times: binding them one by one
    took longer than the database did. Whatever is no whole number is refused with `ValueError` or `TypeError`.
    """

    lookup_name = "among"
    prepare_rhs = False

    def get_prep_lookup(self) -> tuple[int, ...]:
        """Take whole numbers alone; they go into the statement as they are."""
        given: Iterable[Any] = self.rhs
        return tuple(sorted({int(number) for number in given}))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401 - Django's own signature
        """Write the condition; among none there is nothing."""
        if not self.rhs:
            raise EmptyResultSet
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} in ({', '.join(map(str, self.rhs))})", parameters

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401 - Django's own signature
        """Write the numbers as one array, which PostgreSQL reads faster than so many constants."""
        if not self.rhs:
            raise EmptyResultSet
        left, parameters = self.process_lhs(compiler, connection)
        return f"{left} = any('{{{','.join(map(str, self.rhs))}}}'::bigint[])", parameters


for kind in (ForeignKey, AutoField, BigAutoField):
    kind.register_lookup(Among)
