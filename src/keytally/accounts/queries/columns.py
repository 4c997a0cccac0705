"""Which columns may a file have? Those of its kind, and for stores each axis of classes that S1 does not name."""

from collections.abc import Sequence

from keytally.accounts.models import ClassificationAxis
from keytally.accounts.models.imports import ImportKind
from keytally.accounts.rules.attributes import BY_CODE, COLUMNS, Attribute, Type


def columns_of(kind: ImportKind) -> Sequence[Attribute]:
    """List the columns that a file of a kind may have."""
    return (*COLUMNS[kind], *further_axes()) if kind is ImportKind.STORES else COLUMNS[kind]


def further_axes() -> tuple[Attribute, ...]:
    """Write each axis that S1 has no column for as one; a column is known by its names in both languages."""
    axes = ClassificationAxis.objects.exclude(code__in=BY_CODE)
    return tuple(
        Attribute(axis.code, axis.name_zh, axis.name_en, Type.CODES if axis.is_several else Type.CODE, most=500)
        for axis in axes
    )
