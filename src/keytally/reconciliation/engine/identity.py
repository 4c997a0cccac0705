"""What is a line's identity, wherever it stands in a file?

The md5 of its canonical business fields and an occurrence number among lines that are equal in all of them.
"""

from keytally.exchange.canonical import LINE_TYPES

FIELDS = tuple(name for name in LINE_TYPES if name != "rid")
SEPARATOR = "chr(31)"


def fields_sql(alias: str) -> str:
    """Compose the text of a line's business fields, unambiguous and the same on every machine."""
    parts = ", ".join(f"coalesce(cast({alias}.{name} as varchar), '')" for name in FIELDS)
    return f"concat_ws({SEPARATOR}, {parts})"


def id_sql(alias: str, *, occurrence: str) -> str:
    """Compose the identity of a line from its business fields and its occurrence number."""
    return f"md5(concat_ws({SEPARATOR}, {fields_sql(alias)}, cast({occurrence} as varchar)))"
