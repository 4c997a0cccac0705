"""What is kept of a line beside its identity, so that people recognise it when its run is gone."""

from typing import Any

from keytally.reconciliation.engine.results import Line, Residual

MOST_WORDS = 200


def line_words(line: Line) -> str:
    """Name a line by what people know it by.

    >>> from keytally.reconciliation.engine.results import Place
    >>> line_words(Line(Place("july.csv", None, 7), doc_no="SH-17", store="S01", item="X9"))
    'SH-17 · S01 · X9 · july.csv 7'
    """
    place = f"{line.place.file} {line.place.row}"
    parts = (line.doc_no or line.order_no, line.store, line.item or line.gtin, place)
    return " · ".join(part for part in parts if part)[:MOST_WORDS]


def case_facts(residual: Residual) -> dict[str, Any]:
    """Give what a case keeps of its line."""
    return {
        "line_class": residual.line_class,
        "currency": residual.currency or "",
        "amount_minor": residual.amount_minor,
        "line_words": line_words(residual.line),
    }
